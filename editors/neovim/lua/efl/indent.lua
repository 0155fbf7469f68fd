-- Indentation while a line is typed; `efl fmt` has the last word.
local M = {}

---A line without its comment and the text in quotes.
local function code(line)
  return (line:gsub('"[^"]*"', '""'):gsub('//.*', ''))
end

---The columns by which `v:lnum` is indented.
---@return integer
function M.get()
  local above = vim.fn.prevnonblank(vim.v.lnum - 1)
  if above == 0 then
    return 0
  end
  local indent, width = vim.fn.indent(above), vim.fn.shiftwidth()
  if code(vim.fn.getline(above)):find('[%{%(%[]%s*$') then
    indent = indent + width
  end
  if vim.fn.getline(vim.v.lnum):find('^%s*[%}%)%]]') then
    indent = indent - width
  end
  return math.max(indent, 0)
end

return M
