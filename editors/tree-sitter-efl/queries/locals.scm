[
  (source_file)
  (orchestrator)
  (function)
  (workflow)
  (rule)
  (body)
  (test)
] @local.scope

(param name: (identifier) @local.definition.constant)
(type_declaration name: (identifier) @local.definition.type)
(import_name !alias name: (identifier) @local.definition.import)
(import_name alias: (identifier) @local.definition.import)
(function name: (identifier) @local.definition.function)
(workflow name: (identifier) @local.definition.function)
(event name: (identifier) @local.definition.var)
(event_pattern alias: (identifier) @local.definition.var)
(parameter name: (identifier) @local.definition.parameter)
(let_statement name: (identifier) @local.definition.var)
(for_statement name: (identifier) @local.definition.var)

(identifier) @local.reference
