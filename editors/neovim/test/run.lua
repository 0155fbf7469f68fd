-- nvim --clean -l test/run.lua EFL [NAME]: the plugin in a real Neovim. EFL is the `efl` program; NAME a part of the
-- names of the tests to run.
local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, 'S').source:sub(2)))
package.path = here .. '/?.lua;' .. package.path
local Child = require('child')
local efl, only = assert(arg[1], 'the path of efl'), arg[2] or ''
efl = vim.fs.abspath(efl)

local PIPELINE = [[
import { Vehicle } from "types.efl"

orchestrator traffic {
  namespace: "traffic"
  engine: efl

  source roadside: webhook {
    port: 12000
    auth: secret("roadside", "token")
    event vehicle: Vehicle { path: "/vehicle" }
  }

  /// Writes a fine.
  function fine(plate: string, speed: number) {
    image: "registry.example/fine@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  }

  rule too-fast on vehicle[speed > 50] {
    fine(plate: vehicle.plate, speed: vehicle.speed)
  }
}]]
local TYPES = [[
/// What a roadside unit sees.
type Vehicle = { plate: string, speed: number }]]

local function check(holds, message)
  if not holds then
    error(message, 2)
  end
end
local function equal(actual, expected)
  if not vim.deep_equal(actual, expected) then
    error(('expected %s\n     got %s'):format(vim.inspect(expected), vim.inspect(actual)), 2)
  end
end

local tests, order = {}, {}
local function test(name, config, run)
  if type(config) == 'function' then
    config, run = nil, config
  end
  order[#order + 1] = name
  tests[name] = { config = config, run = run }
end

---A child with the pipeline open and the server attached.
local function open(nvim, main)
  nvim:open({ { 'main.efl', main or PIPELINE }, { 'types.efl', TYPES } })
  nvim:attached()
end
local DIAGNOSTICS = 'local all = vim.diagnostic.get(0) return #all == ... and (#all > 0 and all or true)'

-- ---- without a server

test('a file that ends in .efl is EFL', { lsp = false }, function(nvim)
  nvim:open({ { 'main.efl', PIPELINE } })
  equal(nvim:lua('return vim.bo.filetype'), 'efl')
  equal(nvim:lua('return vim.bo.commentstring'), '// %s')
  nvim:type('gcc')
  nvim:wait('gcc comments the line', "return vim.startswith(vim.fn.getline(1), '// import')")
end)

test('syntax/efl.vim colours when there is no parser', { lsp = false }, function(nvim)
  nvim:open({ { 'main.efl', PIPELINE } })
  local function group(text, columns)
    nvim:go_to(text, columns)
    return nvim:lua([[return vim.fn.synIDattr(vim.fn.synID(vim.fn.line('.'), vim.fn.col('.'), 1), 'name')]])
  end
  equal(group('orchestrator'), 'eflKeyword')
  equal(group('orchestrator traffic', 13), 'eflName')
  equal(group('namespace:'), 'eflKey')
  equal(group('"traffic"', 2), 'eflString')
  equal(group('12000'), 'eflNumber')
  equal(group('/// Writes'), 'eflDocComment')
  equal(group('on vehicle'), 'eflKeyword')
end)

test('Return indents as efl fmt would', { lsp = false }, function(nvim)
  nvim:open({ { 'main.efl', '' } })
  nvim:type('ifunction f {<CR>image: "x"<CR>}<CR>type A = {<CR>a: string<CR>}<Esc>')
  nvim:wait('typed', "return vim.api.nvim_get_mode().mode == 'n' and vim.fn.line('$') == 6")
  equal(nvim:text(), 'function f {\n  image: "x"\n}\ntype A = {\n  a: string\n}')
end)

test(':EflParser builds a parser that colours and folds', { lsp = false }, function(nvim)
  nvim:open({ { 'main.efl', PIPELINE } })
  nvim:command('EflParser')
  nvim:command('edit')
  check(nvim:lua('return vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()] ~= nil'), 'no highlighter')
  local function has(text, columns, capture)
    nvim:go_to(text, columns)
    nvim:lua('vim.treesitter.get_parser(0):parse(true)')
    local found = nvim:lua([[return vim.tbl_map(function(c) return c.capture end,
      vim.treesitter.get_captures_at_pos(0, vim.fn.line('.') - 1, vim.fn.col('.') - 1))]])
    check(vim.tbl_contains(found, capture), ('%s: %s is not among %s'):format(text, capture, vim.inspect(found)))
  end
  has('orchestrator', 0, 'keyword')
  has('function', 0, 'keyword.function')
  has('fine(plate: string', 0, 'function')
  has('fine(plate: vehicle', 0, 'function.call')
  has('namespace:', 0, 'property')
  has('/// Writes', 0, 'comment.documentation')
  has('> 50', 2, 'number')
  nvim:lua('vim.wo.foldlevel = 0')
  equal(nvim:lua([[return { vim.fn.foldclosed(3), vim.fn.foldclosedend(3) }]]), { 3, 21 })
  check(nvim:lua('return require("efl.parser").is_there()'), 'the parser is not found')
end)

test(':Efl completes its commands', { lsp = false }, function(nvim)
  equal(
    nvim:lua("return vim.fn.getcompletion('Efl ', 'cmdline')"),
    { 'check', 'deploy', 'graph', 'health', 'log', 'parser', 'restart', 'yaml' }
  )
end)

test(':EflCheck fills the quickfix list', { lsp = false }, function(nvim)
  nvim:open({ { 'main.efl', 'type A = Missing' } })
  nvim:command('EflCheck')
  local list = nvim:wait('the list is filled', 'local l = vim.fn.getqflist() return #l > 0 and l')
  equal({ list[1].lnum, list[1].col, list[1].nr, list[1].type }, { 1, 10, 205, 'e' })
end)

-- ---- with the server

test(':EflDeploy deploys what is saved and has no errors, in a terminal', function(nvim)
  open(nvim, (PIPELINE:gsub('vehicle%[speed > 50%]', 'vehicle[sped > 50]')))
  nvim:wait('a diagnostic', DIAGNOSTICS, 1)
  local function refused(why)
    nvim:lua([[_G.said = nil vim.notify = function(message) _G.said = message end]])
    nvim:command('EflDeploy')
    equal(nvim:lua('return { _G.said, vim.fn.winnr("$") }'), { 'EFL: ' .. why, 1 })
  end
  refused('the file has 1 error')
  nvim:go_to('sped')
  nvim:type('cespeed<Esc>')
  nvim:wait('it clears', DIAGNOSTICS, 0)
  refused('save the file first')
  nvim:command('write')
  -- There is no cluster here.
  nvim:command('EflDeploy --kubeconfig /nowhere')
  nvim:wait('the terminal says so', [[return vim.bo.buftype == 'terminal'
    and table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), ''):find('there is no cluster to speak to', 1, true) ~= nil]])
end)

test('diagnostics appear and clear', function(nvim)
  open(nvim, (PIPELINE:gsub('vehicle%[speed > 50%]', 'vehicle[sped > 50]')))
  local found = nvim:wait('a diagnostic', DIAGNOSTICS, 1)[1]
  equal({ found.lnum, found.code, found.severity }, { 17, 'E0304', 1 })
  nvim:go_to('sped')
  nvim:type('cespeed<Esc>')
  nvim:wait('it clears', DIAGNOSTICS, 0)
end)

---The words of the completion menu, once it is shown.
local function menu(nvim)
  nvim:wait('the menu', 'return vim.fn.pumvisible() == 1')
  return nvim:lua([[return vim.tbl_map(function(i) return i.abbr end, vim.fn.complete_info({ 'items' }).items)]])
end

test('completion: a call is accepted with its parameters, which are then typed over', function(nvim)
  open(nvim)
  nvim:lua("vim.o.completeopt = 'menuone,noselect'")
  nvim:go_to('fine(plate: vehicle.plate')
  nvim:type('Ofi<C-x><C-o>')
  equal(menu(nvim), { 'fine' })
  check(nvim:screen():find('fine%s+Function'), nvim:screen())
  nvim:type('<C-n><C-y>')
  nvim:wait('the first parameter is selected', "return vim.api.nvim_get_mode().mode == 's'")
  equal(nvim:lua("return vim.fn.getline('.')"), '    fine(plate: plate, speed: speed)')
  nvim:type('"x"')
  nvim:type('<Esc>')
  equal(nvim:lua("return vim.fn.getline('.')"), '    fine(plate: "x", speed: speed)')
end)

test('completion: a dot opens the menu, and leaving at once is no error', function(nvim)
  open(nvim)
  nvim:lua("vim.o.completeopt = 'menuone,noselect'")
  nvim:go_to('speed: vehicle.speed', 14)
  nvim:type('C.')
  equal(vim.list_slice(menu(nvim), 1, 2), { 'speed', 'plate' })
  nvim:type('<C-n><C-y>)<Esc>')
  nvim:wait('accepted', "return vim.api.nvim_get_mode().mode == 'n'")
  equal(nvim:lua("return vim.fn.getline('.')"), '    fine(plate: vehicle.plate, speed: vehicle.speed)')
  nvim:go_to('fine(plate: vehicle.plate')
  nvim:type('Ofi<C-x><C-o>')
  menu(nvim)
  nvim:type('<C-n><C-y><Esc>')
  nvim:wait('accepted', "return vim.fn.getline('.'):find('fine(plate', 1, true) ~= nil")
  equal(nvim:lua("return vim.api.nvim_exec2('messages', { output = true }).output"), '')
end)

test('K shows the documentation', function(nvim)
  open(nvim)
  nvim:go_to('fine(plate: vehicle')
  nvim:type('K')
  nvim:wait('a window', [[return vim.iter(vim.api.nvim_list_wins()):any(function(w)
    return vim.api.nvim_win_get_config(w).relative ~= '' and
      table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(w), 0, -1, false), '\n'):find('Writes a fine') ~= nil
  end)]])
end)

test('the definition is in another file', function(nvim)
  open(nvim)
  nvim:go_to('Vehicle {')
  nvim:type('<C-]>')
  nvim:wait('there', "return vim.endswith(vim.api.nvim_buf_get_name(0), 'types.efl') and vim.fn.line('.') == 2")
end)

test('rename goes through every file', function(nvim)
  open(nvim)
  nvim:go_to('Vehicle {')
  nvim:type('grn')
  nvim:wait_mode('c')
  nvim:type('<C-u>Car<CR>')
  nvim:wait('renamed', "return vim.fn.getline(1) == 'import { Car } from \"types.efl\"'")
  check(nvim:text():find('event vehicle: Car {', 1, true), 'not in the event')
  nvim:wait('in the other file', [[
    local buffer = vim.fn.bufnr('types.efl')
    return buffer > 0 and vim.api.nvim_buf_get_lines(buffer, 1, 2, false)[1] == 'type Car = { plate: string, speed: number }'
  ]])
end)

test('a quick fix is applied', function(nvim)
  open(nvim, (PIPELINE:gsub('vehicle%[speed > 50%]', 'vehicle[sped > 50]')))
  nvim:wait('a diagnostic', DIAGNOSTICS, 1)
  nvim:lua('vim.ui.select = function(items, _, choose) choose(items[1], 1) end')
  nvim:go_to('sped')
  nvim:type('gra')
  nvim:wait('fixed', "return vim.fn.search('vehicle\\\\[speed > 50\\\\]', 'nw') > 0")
  nvim:wait('it clears', DIAGNOSTICS, 0)
end)

test('writing formats', { format_on_save = true }, function(nvim)
  open(nvim)
  nvim:go_to('engine: efl')
  nvim:type('ccengine  :efl<Esc>')
  nvim:wait('typed', "return vim.fn.getline('.'):find('engine  :efl') ~= nil")
  nvim:command('write')
  equal(nvim:lua("return vim.fn.getline('.')"), '  engine: efl')
  equal(nvim:text(), PIPELINE)
end)

test(':checkhealth efl', function(nvim)
  open(nvim)
  nvim:command('checkhealth efl')
  local text = nvim:text()
  check(text:find('OK efl %d') or text:find('OK .-: efl %d'), text)
  check(text:find('OK language server: runs in', 1, true), text)
  check(not text:find('ERROR', 1, true), text)
end)

test(':EflGraph shows the pipeline, follows it, and goes to the source', function(nvim)
  open(nvim)
  nvim:command('EflGraph')
  local function shown(text)
    return nvim:wait('shown: ' .. text, [[
      local buffer = vim.fn.bufnr('efl://graph')
      return buffer > 0 and table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n'):find(..., 1, true) ~= nil
    ]], text)
  end
  shown('source roadside  webhook')
  shown('    → rule too-fast')
  shown('      → function fine')
  nvim:go_to('rule too-fast')
  nvim:type('wcefast<Esc>')
  shown('→ rule fast')
  nvim:type('<C-w>l')
  nvim:go_to('function fine')
  nvim:type('<CR>')
  nvim:wait('in the source', "return vim.fn.getline('.'):find('function fine') ~= nil and vim.bo.filetype == 'efl'")
end)

test('a view of a broken source says why it shows nothing, or nothing new', function(nvim)
  open(nvim, (PIPELINE:gsub('vehicle%[speed > 50%]', 'vehicle[sped > 50]')))
  nvim:command('EflGraph')
  local function said(text)
    nvim:wait('said: ' .. text, [[
      local buffer = vim.fn.bufnr('efl://graph')
      local window = buffer > 0 and vim.fn.win_findbuf(buffer)[1]
      return window ~= nil and vim.wo[window].winbar == ...
    ]], text)
  end
  said('Nothing to show yet: `main.efl` has an error')
  nvim:go_to('sped')
  nvim:type('cespeed<Esc>')
  said('')
  nvim:type('u')
  said('Not up to date: `main.efl` has an error')
  check(nvim:screen():find('rule too-fast', 1, true), nvim:screen())
end)

test(':EflGraph! opens the picture', function(nvim)
  open(nvim)
  nvim:lua('vim.ui.open = function(path) vim.g.opened = path end')
  nvim:command('EflGraph!')
  local path = nvim:wait('opened', 'return vim.g.opened')
  check(table.concat(vim.fn.readfile(path), '\n'):find('<svg.*too%-fast.*</svg>'), 'no graph in ' .. path)
end)

test(':EflYaml shows what is compiled, marks the mapped lines, follows, and goes to the source', function(nvim)
  open(nvim)
  nvim:command('EflYaml')
  nvim:wait('the YAML', [[
    local buffer = vim.fn.bufnr('efl://yaml')
    return buffer > 0 and table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n'):find('kind: EventSource') ~= nil
  ]])
  equal(nvim:lua("return vim.bo[vim.fn.bufnr('efl://yaml')].filetype"), 'yaml')
  nvim:go_to('port: 12000')
  local marked = nvim:wait('a mark', [[
    local buffer, lines = vim.fn.bufnr('efl://yaml'), {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buffer, vim.api.nvim_get_namespaces()['efl.yaml'], 0, -1, {})) do
      lines[#lines + 1] = vim.api.nvim_buf_get_lines(buffer, mark[2], mark[2] + 1, false)[1]
    end
    return #lines > 0 and table.concat(lines, '\n')
  ]])
  check(marked:find('12000') or marked:find('EventSource'), 'marked: ' .. marked)
  nvim:type('A1<Esc>')
  nvim:wait('the YAML follows', [[
    return table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr('efl://yaml'), 0, -1, false), '\n'):find('120001') ~= nil
      or #vim.diagnostic.get(0) > 0
  ]])
  nvim:type('u<C-w>l')
  nvim:go_to('kind: EventSource')
  nvim:type('<CR>')
  nvim:wait('in the source', "return vim.bo.filetype == 'efl'")
end)

test('hints stand between the words', function(nvim)
  open(nvim, (PIPELINE:gsub('    fine%(plate', '    let speed = vehicle.speed\n    fine(plate')))
  nvim:wait('a hint', [[
    local hints = vim.lsp.inlay_hint.get({ bufnr = 0 })
    return #hints > 0 and vim.inspect(hints):find('number') ~= nil
  ]])
  check(nvim:screen():find('let speed: number = vehicle.speed', 1, true), nvim:screen())
end)

test('names have the colours of what they mean', function(nvim)
  open(nvim)
  nvim:go_to('vehicle.plate')
  local token = nvim:wait('a token', [[
    local tokens = vim.lsp.semantic_tokens.get_at_pos(0, vim.fn.line('.') - 1, vim.fn.col('.') - 1)
    return tokens and tokens[1] and tokens[1].type
  ]])
  check(token ~= '', 'the token has no type')
end)

test('a code lens opens the YAML', function(nvim)
  open(nvim)
  nvim:go_to('orchestrator')
  nvim:wait('a lens', 'return #vim.lsp.codelens.get(0) > 0')
  nvim:lua([[
    vim.ui.select = function(items, options, choose)
      for at, item in ipairs(items) do
        if options.format_item(item):find('YAML') then return choose(item, at) end
      end
    end
    vim.lsp.codelens.run()
  ]])
  nvim:wait('the YAML', "return vim.fn.bufnr('efl://yaml') > 0")
end)

test('the server folds when there is no parser', function(nvim)
  open(nvim)
  nvim:wait('folds', [[vim.wo.foldlevel = 0 return vim.fn.foldclosed(7) > 0]])
  equal(nvim:lua('return { vim.fn.foldclosed(3), vim.fn.foldclosedend(3) }'), { 3, 20 })
end)

test('the server comes back when it is restarted', function(nvim)
  open(nvim)
  local first = nvim:lua("return vim.lsp.get_clients({ name = 'efl' })[1].id")
  nvim:command('EflRestart')
  nvim:wait('another client', [[
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'efl' })[1]
    return client and client.id ~= ... and client.initialized
  ]], first)
end)

-- ----

local failed, started = {}, vim.uv.hrtime()
for _, name in ipairs(order) do
  if name:find(only, 1, true) then
    local began = vim.uv.hrtime()
    local made, nvim = pcall(Child.new, { efl = efl, config = vim.inspect(tests[name].config or {}):gsub('\n', ' ') })
    local ok, problem = made, nvim
    if made then
      ok, problem = xpcall(tests[name].run, debug.traceback, nvim)
      pcall(nvim.stop, nvim)
    end
    print(('%s %s (%.1f s)'):format(ok and 'ok  ' or 'FAIL', name, (vim.uv.hrtime() - began) / 1e9))
    if not ok then
      print(problem)
      failed[#failed + 1] = name
    end
  end
end
print(('%s in %.1f s'):format(#failed == 0 and 'all passed' or #failed .. ' failed', (vim.uv.hrtime() - started) / 1e9))
io.stderr:write('\n')
os.exit(#failed == 0 and 0 or 1)
