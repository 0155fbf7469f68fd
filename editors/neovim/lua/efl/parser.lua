-- The tree-sitter parser: found, or built from the sources beside this plugin.
local M = {}

---Where the parser is built to.
local function library()
  return vim.fs.joinpath(vim.fn.stdpath('data'), 'site', 'parser', 'efl.so')
end

---Whether Neovim finds a parser for EFL.
function M.is_there()
  local ok, added = pcall(vim.treesitter.language.add, 'efl')
  if ok and added then
    return true
  end
  ok, added = pcall(vim.treesitter.language.add, 'efl', { path = library() })
  return ok and added == true
end

---Starts tree-sitter's colours in the current buffer. Without a parser `syntax/efl.vim` colours.
---@return boolean
function M.start()
  return M.is_there() and pcall(vim.treesitter.start, 0, 'efl')
end

---The sources: a folder with `parser.c` and `scanner.c`.
---@return string?
function M.sources()
  local here = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
  local folder = vim.fs.normalize(vim.fs.joinpath(here, '../../../tree-sitter-efl/src'))
  return vim.uv.fs_stat(folder .. '/parser.c') and folder or nil
end

---Builds the parser into Neovim's data folder. Needs a C compiler (`$CC` or `cc`).
---@return boolean ok, string message
function M.build()
  local sources = M.sources()
  if not sources then
    return false, 'the sources of the parser (editors/tree-sitter-efl/src) are not beside the plugin'
  end
  vim.fn.mkdir(vim.fs.dirname(library()), 'p')
  local command = { vim.env.CC or 'cc', '-shared', '-fPIC', '-O2', '-std=c11', '-I', sources, '-o', library() }
  vim.list_extend(command, { sources .. '/parser.c', sources .. '/scanner.c' })
  local ok, result = pcall(function()
    return vim.system(command, { text = true }):wait()
  end)
  if not ok or result.code ~= 0 then
    return false, 'no parser: ' .. (ok and result.stderr or tostring(result))
  end
  return true, library()
end

return M
