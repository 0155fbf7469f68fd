-- `:compiler efl`, then `:make`: everything that `efl check` finds, in the quickfix list.
if vim.g.current_compiler then
  return
end
vim.g.current_compiler = 'efl'
vim.bo.makeprg = table.concat(require('efl.config').get().cmd, ' ') .. ' check --format short'
vim.bo.errorformat = require('efl.check').errorformat
