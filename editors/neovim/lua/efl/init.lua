-- EFL for Neovim. Nothing has to be called: `vim.g.efl` configures (see lua/efl/config.lua and `:help efl`).
local M = {}

---For those who are used to it: `require('efl').setup({ … })` is `vim.g.efl = { … }`. Before the first EFL file.
function M.setup(options)
  vim.g.efl = vim.tbl_extend('force', vim.g.efl or {}, options or {})
end

---The server of a buffer, if it runs.
---@param buffer integer? the current one when left out
---@return vim.lsp.Client?
function M.client(buffer)
  return vim.lsp.get_clients({ bufnr = buffer or 0, name = 'efl' })[1]
end

return M
