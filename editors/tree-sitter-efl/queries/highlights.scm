; Later patterns win (Neovim, Helix). Names of captures are those that Neovim, Helix and Zed share.

(identifier) @variable

; ---- types
(type_name (identifier) @type)
((type_name (identifier) @type.builtin)
  (#any-of? @type.builtin "string" "int" "number" "bool" "duration" "timestamp" "bytes" "any"))
(list_type "list" @type.builtin)
(map_type "map" @type.builtin)
(schema_type "schema" @type.builtin)

; ---- keys
(field key: (identifier) @property)
(record_field key: (identifier) @property)
(record_type_field name: (identifier) @property)
(pattern_field key: (identifier) @property)
(member_expression member: (identifier) @property)
(argument name: (identifier) @variable.parameter)
(parameter name: (identifier) @variable.parameter)
(nested keyword: (identifier) @keyword)
(nested name: (identifier) @variable)
(pin stage: (identifier) @property)

; ---- declarations and what refers to them
(import_name name: (identifier) @type)
(import_name alias: (identifier) @type)
(param name: (identifier) @constant)
(type_declaration name: (identifier) @type.definition)
(bus name: (identifier) @module)
(fleet name: (identifier) @module)
(cluster name: (identifier) @module)
(orchestrator name: (identifier) @module)
(source name: (identifier) @module)
(bus kind: (identifier) @type.builtin)
(source kind: (identifier) @type.builtin)
(patch kind: (identifier) @type)
(function name: (identifier) @function)
(workflow name: (identifier) @function)
(rule name: (identifier) @label)
(event name: (identifier) @constant)
(event_reference source: (identifier) @module)
(event_reference event: (identifier) @constant)
(event_pattern alias: (identifier) @variable)
(emit_statement event: (identifier) @constant)
(call_statement function: (identifier) @function.call)
(call_expression function: (identifier) @function.call)
((call_expression function: (identifier) @function.builtin)
  (#any-of? @function.builtin "secret" "config" "cron" "len"))
(mock_step function: (identifier) @function.call)
(expect_step function: (identifier) @function.call)
(expect_step workflow: (identifier) @function.call)
(expect_step rule: (identifier) @label)
(expect_step event: (identifier) @constant)
(expect_step cluster: (identifier) @module)
(set_step cluster: (identifier) @module)
(test name: (string) @string.special)

; ---- words
[
  "param" "bus" "fleet" "cluster" "orchestrator" "source" "event" "rule" "placement" "patch" "test" "clusters" "pin" "let"
] @keyword
"type" @keyword.type
["function" "workflow"] @keyword.function
["import" "from" "as"] @keyword.import
["if" "else"] @keyword.conditional
["for" "max" "retry" "backoff" "every"] @keyword.repeat
["return"] @keyword.return
["parallel" "wait"] @keyword.coroutine
["on" "within" "by" "where" "emit" "timeout" "then" "count" "failure" "exit" "any"] @keyword
["at" "advance" "send" "meta" "set" "down" "up" "stale" "mock" "takes" "returns" "fails" "expect" "nothing" "no"
  "times" "call" "run" "succeeds" "dead-letter" "placed" "move" "to"] @keyword
["and" "or" "not" "in" "matches"] @keyword.operator
(for_statement "in" @keyword.repeat)
(logic_not "for" @keyword)
(test "for" @keyword)

; ---- literals
(string) @string
(long_string) @string
(bare_text) @string.special.path
(import path: (string) @string.special.path)
(schema_type path: (string) @string.special.path)
(escape_sequence) @string.escape
(interpolation ["${" "}"] @punctuation.special)
(number) @number
(boolean) @boolean
(null) @constant.builtin
(line_comment) @comment @spell
(block_comment) @comment @spell
(doc_comment) @comment.documentation @spell

; ---- signs
["==" "!=" "<=" ">=" "??" "+" "-" "*" "/" "%" "=" "->" ".." "|" "?"] @operator
(binary_expression ["<" ">"] @operator)
["{" "}" "(" ")" "[" "]"] @punctuation.bracket
(list_type ["<" ">"] @punctuation.bracket)
(map_type ["<" ">"] @punctuation.bracket)
["," ":" "."] @punctuation.delimiter
