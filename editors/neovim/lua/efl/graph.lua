-- `:EflGraph`: the pipeline as a tree of text, beside the file and live; `:EflGraph!` as a picture in the browser.
--
-- The server's answer is a picture (SVG) whose elements say what they are: `data-id` of a node, `data-from` and `data-to`
-- of an edge.
local M = {}

local view = require('efl.view')
local namespace = vim.api.nvim_create_namespace('efl.graph')

local HIGHLIGHTS = {
  source = 'Directory',
  event = 'Constant',
  rule = 'Label',
  workflow = 'Function',
  ['function'] = 'Function',
  placement = 'Comment',
  cluster = 'Type',
}

local function plain(text)
  return (text:gsub('&lt;', '<'):gsub('&gt;', '>'):gsub('&quot;', '"'):gsub('&apos;', "'"):gsub('&#39;', "'"):gsub('&amp;', '&'))
end

---The nodes and edges of a picture, in its order.
---@param svg string
function M.read(svg)
  local nodes, order, edges = {}, {}, {}
  for class, attributes, inside in svg:gmatch('<g class="node ([%w-]+)"([^>]*)>(.-)</g>') do
    local id = plain(attributes:match('data%-id="([^"]*)"') or '')
    -- `kind name`, what belongs to it, and behind an empty line its documentation.
    local title = vim.split(plain(inside:match('<title>(.-)</title>') or ''), '\n')
    local details = {}
    for line = 2, #title do
      if title[line] == '' then
        break
      end
      if title[line] ~= title[1]:match('%S+$') then
        details[#details + 1] = title[line]
      end
    end
    nodes[id] = {
      id = id,
      element = plain(attributes:match(' id="([^"]*)"') or ''),
      kind = class,
      name = plain(inside:match('<text class="name"[^>]*>(.-)</text>') or id),
      details = details,
    }
    order[#order + 1] = id
  end
  for attributes, inside in svg:gmatch('<path class="edge [^"]*"([^>]*)>(.-)</path>') do
    edges[#edges + 1] = {
      from = plain(attributes:match('data%-from="([^"]*)"') or ''),
      to = plain(attributes:match('data%-to="([^"]*)"') or ''),
      label = plain(inside:match('<title>(.-)</title>') or ''),
    }
  end
  return { nodes = nodes, order = order, edges = edges }
end

---The lines of a graph: each node below what leads to it, and in full only once.
function M.lines(graph)
  local out, incoming = {}, {}
  for _, edge in ipairs(graph.edges) do
    out[edge.from] = out[edge.from] or {}
    table.insert(out[edge.from], edge)
    incoming[edge.to] = true
  end
  local lines, seen = {}, {}
  local function show(id, depth, label)
    local node = graph.nodes[id]
    if not node then
      return
    end
    local again = seen[id]
    local children = out[id] or {}
    local details = table.concat(node.details, ', ')
    local text = ('%s%s%s %s'):format(('  '):rep(depth), depth > 0 and '→ ' or '', node.kind, node.name)
    if details ~= '' and not again then
      text = text .. '  ' .. details
    end
    local condition = label and label:match('^[^:]*:%s*(.*)')
    if condition and not details:find(condition, 1, true) then
      text = text .. '  [' .. condition .. ']'
    end
    if again and #children > 0 then
      text = text .. '  …'
    end
    lines[#lines + 1] = { text = text, node = node, kind = node.kind, start = depth * 2 + (depth > 0 and #'→ ' or 0) }
    if again then
      return
    end
    seen[id] = true
    for _, edge in ipairs(children) do
      show(edge.to, depth + 1, edge.label)
    end
  end
  for _, id in ipairs(graph.order) do
    if not incoming[id] then
      show(id, 0)
    end
  end
  for _, id in ipairs(graph.order) do
    if not seen[id] then
      show(id, 0) -- of a circle
    end
  end
  return lines
end

---@param self efl.View
---@param result { svg: string, nodes: { id: string, location: table }[] }
local function render(self, result)
  local lines = M.lines(M.read(result.svg))
  self.lines = lines
  local text = vim.tbl_map(function(line)
    return line.text
  end, lines)
  view.set_lines(self.buffer, #text > 0 and text or { 'Nothing to draw yet' })
  vim.api.nvim_buf_clear_namespace(self.buffer, namespace, 0, -1)
  for row, line in ipairs(lines) do
    vim.api.nvim_buf_set_extmark(self.buffer, namespace, row - 1, line.start, {
      end_col = line.start + #line.kind,
      hl_group = HIGHLIGHTS[line.kind] or 'Identifier',
    })
  end
end

---The place in the source of the node in a line of the view.
local function location(self, row)
  local line = self.lines and self.lines[row]
  for _, node in ipairs(line and self.result.nodes or {}) do
    if node.id == line.node.id or node.id == line.node.element then
      return node.location
    end
  end
end

---Marks the nodes of the declaration under the cursor.
local function follow(self)
  vim.api.nvim_buf_clear_namespace(self.source, namespace, 0, -1)
  if vim.api.nvim_get_current_buf() ~= self.buffer then
    return
  end
  local place = location(self, vim.fn.line('.'))
  local line = place and view.line_in(self.source, place)
  if line and line < vim.api.nvim_buf_line_count(self.source) then
    vim.api.nvim_buf_set_extmark(self.source, namespace, line, 0, { line_hl_group = 'EflMapped' })
  end
end

---Opens the graph of the current buffer beside it.
function M.open()
  return view.open('graph', {
    method = 'efl/graph',
    filetype = 'eflgraph',
    render = render,
    on_cursor = follow,
    keys = {
      ['<CR>'] = function(self)
        local place = location(self, vim.fn.line('.'))
        if place then
          view.go_to(self, place)
        end
      end,
    },
  })
end

---Opens the picture in what the system opens pictures with.
function M.browse()
  local client = require('efl').client()
  if not client then
    vim.notify('EFL: the language server does not run in this buffer (:checkhealth efl)', vim.log.levels.WARN)
    return
  end
  local name = vim.fs.basename(vim.api.nvim_buf_get_name(0))
  client:request('efl/graph', { textDocument = vim.lsp.util.make_text_document_params() }, function(problem, result)
    if problem or not result then
      vim.notify('EFL: no graph: ' .. (problem and problem.message or 'the file has errors'), vim.log.levels.WARN)
      return
    end
    local path = vim.fn.tempname() .. '-' .. name .. '.svg'
    vim.fn.writefile(vim.split(result.svg, '\n'), path)
    vim.ui.open(path)
  end)
end

return M
