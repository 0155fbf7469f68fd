-- A real Neovim in a child process, with the plugin, keys that are typed and a screen that can be read.
local Child = {}
Child.__index = Child

local PLUGIN = vim.fs.dirname(vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, 'S').source:sub(2))))
local TIMEOUT = tonumber(vim.env.EFL_LIMIT or 10000) -- milliseconds

---@param options { efl: string, config: string? } the program; what `vim.g.efl` has beside it
function Child.new(options)
  local self = setmetatable({ folder = vim.fn.tempname() }, Child)
  vim.fn.mkdir(self.folder, 'p')
  vim.fn.writefile({}, self.folder .. '/efl.toml')
  local config = ('lua vim.g.efl = vim.tbl_extend("force", { cmd = %q }, %s)'):format(options.efl, options.config or '{}')
  self.channel = vim.fn.jobstart({
    vim.v.progpath, '--clean', '--embed', '--headless', '-n',
    '--cmd', 'set rtp^=' .. PLUGIN,
    '--cmd', config,
  }, {
    rpc = true,
    cwd = self.folder,
    env = { XDG_DATA_HOME = self.folder .. '/.data', XDG_STATE_HOME = self.folder .. '/.state' },
  })
  vim.rpcrequest(self.channel, 'nvim_ui_attach', 110, 36, { rgb = true })
  return self
end

---What Neovim is doing, even while it waits for a key.
function Child:mode()
  return vim.rpcrequest(self.channel, 'nvim_get_mode')
end

---Asks for something that Neovim answers only when it waits for no key: before a message of several lines it would wait for
---ever, and who asks too.
function Child:request(...)
  local mode = self:mode()
  if mode.blocking then
    self:type('<C-c>')
    vim.wait(100)
    local ok, messages = pcall(vim.rpcrequest, self.channel, 'nvim_exec2', 'messages', { output = true })
    error(('Neovim waits for a key, in mode %s\n%s'):format(mode.mode, ok and messages.output or messages), 3)
  end
  return vim.rpcrequest(self.channel, ...)
end

---Waits for a mode.
function Child:wait_mode(mode)
  assert(vim.wait(TIMEOUT, function()
    return self:mode().mode == mode
  end, 15), 'mode is ' .. vim.inspect(self:mode()))
end

---Runs Lua in the child.
function Child:lua(code, ...)
  return self:request('nvim_exec_lua', code, { ... })
end

function Child:command(command)
  self:request('nvim_command', command)
end

---Types keys.
function Child:type(keys)
  vim.rpcrequest(self.channel, 'nvim_input', keys)
end

---Writes files into the child's folder, and opens the first.
---@param files [string, string][] names and texts
function Child:open(files)
  for _, file in ipairs(files) do
    vim.fn.writefile(vim.split(file[2], '\n'), self.folder .. '/' .. file[1])
  end
  self:command('edit ' .. self.folder .. '/' .. files[1][1])
end

function Child:text(buffer)
  return table.concat(self:request('nvim_buf_get_lines', buffer or 0, 0, -1, false), '\n')
end

---What is drawn.
function Child:screen()
  return table.concat(self:lua([[
    vim.cmd.redraw()
    local rows = {}
    for row = 1, vim.o.lines do
      local cells = {}
      for column = 1, vim.o.columns do
        cells[column] = vim.fn.screenstring(row, column)
      end
      rows[row] = (table.concat(cells):gsub('%s+$', ''))
    end
    return rows
  ]]), '\n')
end

---Waits until Lua in the child gives something that is not false.
function Child:wait(what, code, ...)
  local arguments, result = { ... }, nil
  local ok = vim.wait(TIMEOUT, function()
    result = self:lua(code, unpack(arguments))
    return result ~= nil and result ~= vim.NIL and result ~= false
  end, 15)
  if not ok then
    error(('%s: not within %d s\n%s\n%s'):format(what, TIMEOUT / 1000, self:screen(), self:lua([[
      return vim.api.nvim_exec2('messages', { output = true }).output
    ]])), 2)
  end
  return result
end

---Waits for the language server.
function Child:attached()
  self:wait('the server attaches', [[
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'efl' })[1]
    return client and client.initialized
  ]])
end

---Puts the cursor at the first place of a text, or some columns behind its beginning.
function Child:go_to(text, columns)
  local found = self:lua([[
    local line, column = unpack(vim.fn.searchpos([=[\V]=] .. ..., 'cw'))
    return line > 0
  ]], text)
  assert(found, 'no such text: ' .. text)
  if columns then
    self:lua('local c = vim.api.nvim_win_get_cursor(0) vim.api.nvim_win_set_cursor(0, { c[1], c[2] + ... })', columns)
  end
end

function Child:stop()
  pcall(vim.rpcnotify, self.channel, 'nvim_command', 'qa!')
  if vim.fn.jobwait({ self.channel }, 3000)[1] == -1 then
    vim.fn.jobstop(self.channel)
  end
  vim.fn.delete(self.folder, 'rf')
end

return Child
