if vim.g.loaded_efl then
  return
end
vim.g.loaded_efl = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify_once('EFL needs Neovim 0.11 or newer', vim.log.levels.WARN)
  return
end

require('efl.commands').create()
require('efl.attach').create()
if require('efl.config').get().lsp then
  vim.lsp.enable('efl')
end
