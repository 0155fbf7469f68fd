[
  (block)
  (body)
  (record)
  (record_type)
  (list)
  (pattern)
  (pattern_list)
  (parameters)
  (arguments)
  (parenthesized_expression)
  (parenthesized_logic)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

[
  (block_comment)
  (long_string)
] @indent.auto
