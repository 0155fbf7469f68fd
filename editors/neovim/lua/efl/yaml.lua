-- `:EflYaml`: what the file compiles to, beside it and live. The line under the cursor is marked on the other side.
local M = {}

local view = require('efl.view')
local namespace = vim.api.nvim_create_namespace('efl.yaml')

---The smallest piece of the map for which a test holds.
local function smallest(map, holds)
  local best
  for _, piece in ipairs(map) do
    if holds(piece) and (not best or piece.endLine - piece.startLine < best.endLine - best.startLine) then
      best = piece
    end
  end
  return best
end

local function mark(buffer, first, last)
  for line = first, math.min(last, vim.api.nvim_buf_line_count(buffer)) - 1 do
    vim.api.nvim_buf_set_extmark(buffer, namespace, line, 0, { line_hl_group = 'EflMapped' })
  end
end

local function clear(self)
  for _, buffer in ipairs({ self.source, self.buffer }) do
    if vim.api.nvim_buf_is_valid(buffer) then
      vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
    end
  end
end

---@param self efl.View
local function follow(self)
  clear(self)
  local current, line = vim.api.nvim_get_current_buf(), vim.fn.line('.') - 1
  if current == self.buffer then
    local piece = smallest(self.result.map, function(p)
      return p.startLine <= line and line < p.endLine
    end)
    if not piece then
      return
    end
    mark(self.buffer, piece.startLine, piece.endLine)
    local first = view.line_in(self.source, piece.location)
    if first then
      mark(self.source, first, math.max(piece.location.range['end'].line, first) + 1)
    end
  elseif current == self.source then
    -- The narrowest piece of source around the cursor, with everything that it becomes.
    local best, height = {}, math.huge
    for _, piece in ipairs(self.result.map) do
      local range, first = piece.location.range, view.line_in(self.source, piece.location)
      if first and first <= line and line <= range['end'].line and range['end'].line - first <= height then
        if range['end'].line - first < height then
          best, height = {}, range['end'].line - first
        end
        best[#best + 1] = piece
      end
    end
    local piece = best[1]
    if not piece then
      return
    end
    for _, each in ipairs(best) do
      mark(self.buffer, each.startLine, each.endLine)
    end
    local window = view.window(self.buffer)
    if window then
      vim.api.nvim_win_call(window, function()
        if piece.startLine + 1 < vim.fn.line('w0') or piece.startLine + 1 > vim.fn.line('w$') then
          vim.fn.winrestview({ topline = math.max(piece.startLine - 3, 1), lnum = piece.startLine + 1, col = 0 })
        end
      end)
    end
  end
end

---Opens the YAML of the current buffer beside it.
function M.open()
  return view.open('yaml', {
    method = 'efl/yaml',
    filetype = 'yaml',
    render = function(self, result)
      view.set_lines(self.buffer, vim.split(result.text, '\n', { trimempty = true }))
      follow(self)
    end,
    on_cursor = follow,
    keys = {
      ['<CR>'] = function(self)
        local line = vim.fn.line('.') - 1
        local piece = smallest(self.result and self.result.map or {}, function(p)
          return p.startLine <= line and line < p.endLine
        end)
        if piece then
          view.go_to(self, piece.location)
        end
      end,
    },
  })
end

return M
