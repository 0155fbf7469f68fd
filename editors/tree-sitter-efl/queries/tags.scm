(orchestrator name: (identifier) @name) @definition.module
(fleet name: (identifier) @name) @definition.module
(cluster name: (identifier) @name) @definition.constant
(bus name: (identifier) @name) @definition.constant
(param name: (identifier) @name) @definition.constant
(type_declaration name: (identifier) @name) @definition.type
(function name: (identifier) @name) @definition.function
(workflow name: (identifier) @name) @definition.function
(source name: (identifier) @name) @definition.interface
(event name: (identifier) @name) @definition.constant
(rule name: (identifier) @name) @definition.function

(call_statement function: (identifier) @name) @reference.call
(call_expression function: (identifier) @name) @reference.call
(event_reference event: (identifier) @name) @reference.implementation
(type_name (identifier) @name) @reference.type
