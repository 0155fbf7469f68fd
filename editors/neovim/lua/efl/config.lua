-- `vim.g.efl`, with what is left out filled in.
local M = {}

---@class efl.Config
M.defaults = {
  cmd = { 'efl' }, -- the program; `lsp`, `check` … are put behind it
  lsp = true, -- start the language server
  completion = true, -- complete while typing, with Neovim's own menu
  format_on_save = false,
  inlay_hints = true,
  code_lens = true,
  folding = true,
  document_highlight = true, -- the other uses of the name under the cursor
  settings = vim.empty_dict(), -- the server's: strict, hints, env, inlayHints, codeLens
}

---@return efl.Config
function M.get()
  local config = vim.tbl_extend('force', M.defaults, vim.g.efl or {})
  if type(config.cmd) == 'string' then
    config.cmd = { config.cmd }
  end
  return config
end

return M
