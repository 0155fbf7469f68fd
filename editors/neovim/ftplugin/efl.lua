if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = true

vim.bo.commentstring = '// %s'
vim.bo.comments = 's1:/*,mb:*,ex:*/,:///,://'
vim.opt_local.formatoptions:remove('t')
vim.opt_local.formatoptions:append('croql')
vim.bo.shiftwidth, vim.bo.softtabstop, vim.bo.expandtab = 2, 2, true
vim.bo.suffixesadd = '.efl'
-- A name may have `-` in it: `edge-a` is one word.
vim.opt_local.iskeyword:append('-')
vim.bo.include = [[\<from\s\+"]]
vim.b.undo_ftplugin = 'setlocal commentstring< comments< formatoptions< shiftwidth< softtabstop< expandtab< suffixesadd< iskeyword< include<'
  .. ' foldmethod< foldexpr< foldlevel<'

local config = require('efl.config').get()
if require('efl.parser').start() then
  if config.folding then
    vim.wo[0][0].foldmethod, vim.wo[0][0].foldexpr = 'expr', 'v:lua.vim.treesitter.foldexpr()'
    vim.wo[0][0].foldlevel = 99
  end
elseif config.folding then
  -- The server's folds, once it is there (lua/efl/attach.lua).
  vim.wo[0][0].foldlevel = 99
end
