-- `:Efl …`, and the same as commands of their own.
local M = {}

---@type table<string, { doc: string, run: fun(arguments: string[], bang: boolean) }>
local subcommands = {
  graph = {
    doc = 'The pipeline beside the file; with ! in the browser',
    run = function(_, bang)
      local graph = require('efl.graph')
      if bang then
        graph.browse()
      else
        graph.open()
      end
    end,
  },
  yaml = {
    doc = 'What the file compiles to, beside it and live',
    run = function()
      require('efl.yaml').open()
    end,
  },
  check = {
    doc = 'Everything that is wrong in the project, in the quickfix list',
    run = function(arguments)
      require('efl.check').run(arguments)
    end,
  },
  deploy = {
    doc = 'Deploy the file, in a terminal that shows what would change and asks',
    run = function(arguments)
      require('efl.deploy').run(arguments)
    end,
  },
  restart = {
    doc = 'Start the language server again',
    run = function()
      vim.lsp.enable('efl', false)
      vim.wait(2000, function()
        return #vim.lsp.get_clients({ name = 'efl' }) == 0
      end, 10)
      vim.lsp.enable('efl')
    end,
  },
  log = {
    doc = "The log of Neovim's language clients",
    run = function()
      vim.cmd.tabedit(vim.lsp.log.get_filename())
    end,
  },
  parser = {
    doc = 'Build the tree-sitter parser (needs a C compiler)',
    run = function()
      local ok, message = require('efl.parser').build()
      vim.notify('EFL: ' .. message, ok and vim.log.levels.INFO or vim.log.levels.ERROR)
      if ok and vim.bo.filetype == 'efl' then
        require('efl.parser').start()
      end
    end,
  },
  health = {
    doc = 'Whether everything is there that EFL needs',
    run = function()
      vim.cmd.checkhealth('efl')
    end,
  },
}

function M.create()
  vim.api.nvim_set_hl(0, 'EflMapped', { link = 'Visual', default = true })

  vim.api.nvim_create_user_command('Efl', function(options)
    local name = table.remove(options.fargs, 1)
    local subcommand = subcommands[name]
    if not subcommand then
      vim.notify(('EFL: no command `%s`'):format(name), vim.log.levels.ERROR)
      return
    end
    subcommand.run(options.fargs, options.bang)
  end, {
    nargs = '+',
    bang = true,
    desc = 'EFL',
    complete = function(lead, line)
      if line:find('^%s*%w+!?%s+%S+%s') then
        return vim.fn.getcompletion(lead, 'file')
      end
      return vim.tbl_filter(function(name)
        return vim.startswith(name, lead)
      end, vim.fn.sort(vim.tbl_keys(subcommands)))
    end,
  })
  for name, subcommand in pairs(subcommands) do
    vim.api.nvim_create_user_command('Efl' .. name:gsub('^%l', string.upper), function(options)
      subcommand.run(options.fargs, options.bang)
    end, { nargs = '*', bang = true, complete = 'file', desc = subcommand.doc })
  end

  -- Code lenses of the server.
  vim.lsp.commands['efl.showYaml'] = function()
    require('efl.yaml').open()
  end
  vim.lsp.commands['efl.showGraph'] = function()
    require('efl.graph').open()
  end
end

return M
