if vim.b.did_indent then
  return
end
vim.b.did_indent = true
vim.bo.indentexpr = "v:lua.require'efl.indent'.get()"
vim.bo.indentkeys = '0{,0},0),0],!^F,o,O'
vim.b.undo_indent = 'setlocal indentexpr< indentkeys<'
