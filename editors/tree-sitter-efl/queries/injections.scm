((line_comment) @injection.content
  (#set! injection.language "comment"))

((block_comment) @injection.content
  (#set! injection.language "comment"))

; Queries of a fleet.
(field
  key: (identifier) @_key
  value: (value [(string (string_content) @injection.content) (long_string (string_content) @injection.content)])
  (#any-of? @_key "promql" "query")
  (#set! injection.language "promql")
  (#set! injection.combined))

; Regular expressions.
(binary_expression
  operator: "matches"
  right: (string (string_content) @injection.content)
  (#set! injection.language "regex"))
(pattern_matches (string (string_content) @injection.content)
  (#set! injection.language "regex"))
