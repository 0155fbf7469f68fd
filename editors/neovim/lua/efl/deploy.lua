-- `:EflDeploy`: `efl deploy` of this file in a terminal below, which shows what would change, and asks.
local M = {}

local function refuse(message)
  vim.notify('EFL: ' .. message, vim.log.levels.ERROR)
end

---@param arguments string[] options of `efl deploy`
function M.run(arguments)
  local file = vim.api.nvim_buf_get_name(0)
  if vim.bo.filetype ~= 'efl' or file == '' then
    return refuse('this is no EFL file')
  end
  -- What is deployed is what is on the disk, and what was looked at.
  if vim.bo.modified then
    return refuse('save the file first')
  end
  local errors = vim.diagnostic.count(0, { severity = vim.diagnostic.severity.ERROR })[vim.diagnostic.severity.ERROR]
  if errors then
    return refuse(('the file has %d error%s'):format(errors, errors == 1 and '' or 's'))
  end
  local command = vim.list_slice(require('efl.config').get().cmd)
  vim.list_extend(command, { 'deploy', file })
  vim.list_extend(command, arguments)
  vim.cmd('botright 15new')
  vim.fn.jobstart(command, { term = true, cwd = vim.fs.dirname(file) })
  vim.cmd.startinsert()
end

return M
