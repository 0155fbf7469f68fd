-- A window beside a source that shows something made from it, and follows it: the YAML, the graph.
local M = {}

local DEBOUNCE = 120 -- milliseconds

---@class efl.View
---@field source integer the buffer shown
---@field buffer integer the buffer that shows it
---@field method string the request
---@field render fun(view: efl.View, result: table) fills the buffer
---@field result table? the last answer

---@type table<string, efl.View> by method
local views = {}

---Says above the view why it is not what the source says now.
---@param view efl.View
---@param why string?
function M.say(view, why)
  vim.b[view.buffer].efl_stale = why ~= nil
  local window = M.window(view.buffer)
  if window then
    local text = why and (view.result and 'Not up to date: ' or 'Nothing to show yet: ') .. why or ''
    vim.wo[window][0].winbar = text:gsub('%s+', ' '):gsub('%%', '%%%%')
  end
end

---@param view efl.View
local function request(view)
  local client = require('efl').client(view.source)
  if not client or not vim.api.nvim_buf_is_valid(view.buffer) then
    return
  end
  local params = { textDocument = vim.lsp.util.make_text_document_params(view.source) }
  client:request(view.method, params, function(problem, result)
    if not vim.api.nvim_buf_is_valid(view.buffer) then
      return
    end
    if problem or not result then
      -- While the source is broken the last good picture stays.
      M.say(view, problem and problem.message or 'no answer')
      return
    end
    M.say(view, nil)
    view.result = result
    view.render(view, result)
  end, view.source)
end

---Replaces the lines that differ, so that the cursor and what is around it stay.
---@param buffer integer
---@param lines string[]
function M.set_lines(buffer, lines)
  local old = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  local first = 1
  while first <= #old and first <= #lines and old[first] == lines[first] do
    first = first + 1
  end
  local last_old, last_new = #old, #lines
  while last_old >= first and last_new >= first and old[last_old] == lines[last_new] do
    last_old, last_new = last_old - 1, last_new - 1
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, first - 1, last_old, false, vim.list_slice(lines, first, last_new))
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
end

---The window of a buffer in this tab.
---@param buffer integer
---@return integer?
function M.window(buffer)
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(window) == buffer then
      return window
    end
  end
end

---Goes to a place of the protocol, in the window of the source.
---@param view efl.View
---@param location { uri: string, range: table }
function M.go_to(view, location)
  local window = M.window(view.source)
  if window then
    vim.api.nvim_set_current_win(window)
  end
  local client = require('efl').client(view.source)
  vim.lsp.util.show_document(location, client and client.offset_encoding or 'utf-16', { focus = true })
end

---The byte columns of a place of the protocol that is in a buffer.
---@return integer? line from 0
function M.line_in(buffer, location)
  if vim.uri_to_bufnr(location.uri) == buffer then
    return location.range.start.line
  end
end

---Opens the view, or shows what it shows for another buffer.
---@param name string what is behind `efl://`
---@param options { method: string, filetype: string, render: function, on_cursor: fun(view: efl.View)?, keys: table? }
---@return efl.View?
function M.open(name, options)
  local source = vim.api.nvim_get_current_buf()
  if not require('efl').client(source) then
    vim.notify('EFL: the language server does not run in this buffer (:checkhealth efl)', vim.log.levels.WARN)
    return
  end
  local view = views[options.method]
  if not view or not vim.api.nvim_buf_is_valid(view.buffer) then
    local buffer = vim.api.nvim_create_buf(false, true)
    vim.bo[buffer].bufhidden = 'wipe'
    vim.bo[buffer].filetype = options.filetype
    vim.api.nvim_buf_set_name(buffer, 'efl://' .. name)
    view = { buffer = buffer, method = options.method, render = options.render }
    views[options.method] = view
  end
  view.source = source
  local here = vim.api.nvim_get_current_win()
  if not M.window(view.buffer) then
    vim.cmd('rightbelow vertical sbuffer ' .. view.buffer)
    local window = vim.wo[0][0]
    window.wrap, window.number, window.relativenumber, window.signcolumn = false, false, false, 'no'
    vim.api.nvim_set_current_win(here)
  end

  vim.keymap.set('n', 'q', '<cmd>close<cr>', { buffer = view.buffer, desc = 'Close' })
  for key, action in pairs(options.keys or {}) do
    vim.keymap.set('n', key, function()
      action(view)
    end, { buffer = view.buffer })
  end

  local group = vim.api.nvim_create_augroup('efl.' .. name, {})
  local timer = assert(vim.uv.new_timer())
  local function refresh()
    timer:start(DEBOUNCE, 0, vim.schedule_wrap(function()
      request(view)
    end))
  end
  vim.api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI', 'TextChangedP', 'BufWritePost' }, {
    group = group,
    pattern = '*.efl', -- what is imported counts too
    callback = refresh,
  })
  if options.on_cursor then
    for _, buffer in ipairs({ source, view.buffer }) do
      vim.api.nvim_create_autocmd({ 'CursorMoved', 'CursorMovedI' }, {
        group = group,
        buffer = buffer,
        callback = function()
          if view.result then
            options.on_cursor(view)
          end
        end,
      })
    end
  end
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = group,
    buffer = view.buffer,
    callback = function()
      timer:stop()
      if not timer:is_closing() then
        timer:close()
      end
      vim.schedule(function()
        pcall(vim.api.nvim_del_augroup_by_id, group)
      end)
      views[options.method] = nil
    end,
  })
  request(view)
  return view
end

return M
