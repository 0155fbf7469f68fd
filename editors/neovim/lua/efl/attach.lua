-- What a buffer gets when the server is there.
local M = {}

local group = vim.api.nvim_create_augroup('efl', {})

---An autocommand of a buffer, in place of an earlier one of the same kind.
local function on(events, buffer, callback)
  vim.api.nvim_create_autocmd(events, { group = group, buffer = buffer, callback = callback })
end

---Takes an accepted item as it is. Neovim 0.11 first asks the server for the rest of it, and fails with an error on the screen
---when insert mode has been left before the answer; this server only has documentation to add.
---@param client vim.lsp.Client
---@param buffer integer
local function accept_at_once(client, buffer)
  local provider = client.server_capabilities.completionProvider
  if not (provider and provider.resolveProvider) then
    return
  end
  on('CompleteDonePre', buffer, function()
    provider.resolveProvider = false
    vim.schedule(function()
      provider.resolveProvider = true
    end)
  end)
end

---@param client vim.lsp.Client
---@param buffer integer
function M.attach(client, buffer)
  local config = require('efl.config').get()
  vim.api.nvim_clear_autocmds({ group = group, buffer = buffer })
  local function can(method)
    return client:supports_method(method, buffer)
  end

  if config.completion and can('textDocument/completion') then
    vim.lsp.completion.enable(true, client.id, buffer, { autotrigger = true })
    accept_at_once(client, buffer)
  end
  if config.inlay_hints and can('textDocument/inlayHint') then
    vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  end
  if config.code_lens and can('textDocument/codeLens') then
    local function refresh()
      vim.lsp.codelens.refresh({ bufnr = buffer })
    end
    on({ 'BufEnter', 'InsertLeave', 'TextChanged' }, buffer, refresh)
    refresh()
  end
  if config.document_highlight and can('textDocument/documentHighlight') then
    on({ 'CursorHold', 'CursorHoldI' }, buffer, vim.lsp.buf.document_highlight)
    on({ 'CursorMoved', 'CursorMovedI' }, buffer, vim.lsp.buf.clear_references)
  end
  if config.format_on_save and can('textDocument/formatting') then
    on('BufWritePre', buffer, function()
      vim.lsp.buf.format({ bufnr = buffer, id = client.id, timeout_ms = 2000 })
    end)
  end
  if config.folding and not require('efl.parser').is_there() and can('textDocument/foldingRange') then
    for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
      vim.wo[window][0].foldmethod, vim.wo[window][0].foldexpr = 'expr', 'v:lua.vim.lsp.foldexpr()'
    end
  end
end

function M.create()
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == 'efl' then
        M.attach(client, event.buf)
      end
    end,
  })
end

return M
