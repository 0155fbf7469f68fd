[
  (block)
  (body)
  (record)
  (record_type)
  (list)
  (pattern)
  (parameters)
  (arguments)
  (long_string)
  (block_comment)
] @fold

(import) @fold
(line_comment)+ @fold
(doc_comment)+ @fold
