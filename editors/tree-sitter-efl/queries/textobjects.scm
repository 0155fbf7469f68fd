(function body: (_) @function.inner) @function.outer
(workflow body: (_) @function.inner) @function.outer
(rule body: (_) @function.inner) @function.outer
(orchestrator body: (_) @class.inner) @class.outer
(fleet body: (_) @class.inner) @class.outer
(source body: (_) @class.inner) @class.outer
(test body: (_) @class.inner) @class.outer
(type_declaration type: (_) @class.inner) @class.outer
(parameter) @parameter.inner @parameter.outer
(argument) @parameter.inner @parameter.outer
(if_statement body: (_) @conditional.inner) @conditional.outer
(for_statement body: (_) @loop.inner) @loop.outer
(retry_statement body: (_) @loop.inner) @loop.outer
(call_statement) @call.outer
(line_comment)+ @comment.outer
(doc_comment)+ @comment.outer
