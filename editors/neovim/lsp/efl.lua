-- The language server, for `vim.lsp.enable('efl')`, which plugin/efl.lua does.
local config = require('efl.config').get()

---@type vim.lsp.Config
return {
  cmd = vim.list_extend(vim.list_slice(config.cmd), { 'lsp' }),
  filetypes = { 'efl' },
  root_markers = { 'efl.toml', '.git' },
  -- Commands of code lenses that lua/efl/commands.lua handles.
  init_options = { clientCommands = { 'efl.showYaml', 'efl.showGraph' } },
  settings = { efl = config.settings },
}
