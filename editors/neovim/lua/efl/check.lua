-- `:EflCheck`: the whole project, in the quickfix list.
local M = {}

-- `FILE:LINE:COL: error[E0101]: message`
M.errorformat = [[%f:%l:%c: %t%*[a-z][E%n]: %m]]

---@param paths string[] the current folder when empty
function M.run(paths)
  local command = vim.list_slice(require('efl.config').get().cmd)
  vim.list_extend(command, { 'check', '--format', 'short' })
  vim.list_extend(command, paths)
  vim.system(command, { text = true }, vim.schedule_wrap(function(result)
    if result.code > 1 then
      vim.notify('efl check: ' .. result.stderr, vim.log.levels.ERROR)
      return
    end
    local lines = vim.split(result.stdout, '\n', { trimempty = true })
    vim.fn.setqflist({}, ' ', { title = 'efl check', lines = lines, efm = M.errorformat })
    if #lines == 0 then
      vim.notify('efl check: nothing found')
      vim.cmd.cclose()
    else
      vim.cmd('botright copen')
    end
  end))
end

return M
