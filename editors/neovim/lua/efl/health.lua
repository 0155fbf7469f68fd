-- `:checkhealth efl`
local M = {}

local health = vim.health

function M.check()
  health.start('EFL')
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('Neovim ' .. tostring(vim.version()))
  else
    health.error('Neovim is older than 0.11')
  end

  local config = require('efl.config').get()
  local program = config.cmd[1]
  if vim.fn.executable(program) == 0 then
    health.error(('`%s` is not found'):format(program), { 'Install it: docs/guide/install.md', "Or: vim.g.efl = { cmd = '/path/to/efl' }" })
  else
    local version = vim.system(vim.list_extend(vim.list_slice(config.cmd), { '--version' }), { text = true }):wait()
    health.ok(('%s: %s'):format(vim.fn.exepath(program), vim.trim(version.stdout or '')))
  end

  local unknown = vim.tbl_filter(function(key)
    return require('efl.config').defaults[key] == nil
  end, vim.tbl_keys(vim.g.efl or {}))
  if #unknown > 0 then
    health.warn('unknown in vim.g.efl: ' .. table.concat(unknown, ', '))
  end

  local clients = vim.lsp.get_clients({ name = 'efl' })
  for _, client in ipairs(clients) do
    health.ok(('language server: runs in %s, for %d buffers'):format(
      client.root_dir or 'no folder',
      #vim.tbl_keys(client.attached_buffers)
    ))
  end
  if #clients == 0 then
    health.info(config.lsp and 'language server: starts with the first EFL file' or 'language server: switched off')
  end

  if require('efl.parser').is_there() then
    health.ok('tree-sitter: the parser is there')
  elseif require('efl.parser').sources() and vim.fn.executable(vim.env.CC or 'cc') == 1 then
    health.info('tree-sitter: no parser; `:EflParser` builds it. Until then syntax/efl.vim colours')
  else
    health.info('tree-sitter: no parser; syntax/efl.vim colours')
  end
end

return M
