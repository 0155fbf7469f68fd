/**
 * EFL for tree-sitter: what `grammar/src/efl.pest` accepts without an error, as a tree for editors.
 *
 * How to read it:
 * - Items of a block end at a comma or at the end of a line. The end of a line is a token of its own (`_newline`, made by
 *   `src/scanner.c`), which is there only where an item may end and the next line does not go on with `and`, `else`, `{` …
 * - Keywords are contextual: `identifier` is the `word`, and a keyword that may also be a name where it stands is an
 *   `alias` of `identifier` (`_key`).
 * - A declaration at the beginning of a line closes the braces that are open above it, as in the compiler: `_unclosed`.
 * - It is more lenient than the compiler: it colours and folds, it does not judge.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = { or: 1, and: 2, not: 3, compare: 4, coalesce: 5, add: 6, multiply: 7, unary: 8, postfix: 9 };

// Words that begin something, and may be keys and callees all the same.
const WORDS = [
  "import", "param", "type", "bus", "fleet", "cluster", "function", "workflow", "orchestrator", "source", "event", "rule",
  "placement", "patch", "test", "clusters", "pin", "let", "if", "for", "parallel", "retry", "wait", "emit", "return", "on",
  "any", "matches",
];

const between = (open, item, close) => seq(open, optional(item), close);
const commas = rule => seq(rule, repeat(seq(",", rule)), optional(","));

module.exports = grammar({
  name: "efl",

  // The order is that of `enum TokenType` in `src/scanner.c`.
  externals: $ => [
    $._newline,
    $.block_comment,
    $._string_text,
    $._long_string_text,
    $._rate_unit,
    $._unclosed,
    $._error_sentinel,
  ],

  extras: $ => [/[\s\uFEFF]/, $.line_comment, $.doc_comment, $.block_comment],
  word: $ => $.identifier,
  supertypes: $ => [$._declaration, $._statement, $._expression, $._type],

  rules: {
    source_file: $ => repeat(seq($._declaration, optional($._newline))),

    line_comment: _ => token(seq("//", /[^\n]*/)),
    doc_comment: _ => token(prec(1, seq("///", /[^\n]*/))),

    // `-` is part of a name between two of its letters: `edge-a`.
    identifier: _ => /[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*/,

    // ---- declarations

    _declaration: $ => choice(
      $.import,
      $.param,
      $.type_declaration,
      $.bus,
      $.fleet,
      $.function,
      $.workflow,
      $.orchestrator,
      $.test,
    ),

    import: $ => seq("import", between("{", commas($.import_name), "}"), "from", field("path", $._text)),
    import_name: $ => seq(field("name", $.identifier), optional(seq("as", field("alias", $.identifier)))),

    param: $ => seq(
      "param", field("name", $.identifier), ":", field("type", $._type),
      optional(seq("=", field("default", $._expression))),
    ),
    type_declaration: $ => seq("type", field("name", $.identifier), "=", field("type", $._type)),
    bus: $ => seq("bus", field("name", $.identifier), ":", field("kind", $.identifier), field("body", $.block)),
    fleet: $ => seq("fleet", field("name", $.identifier), field("body", alias($.fleet_block, $.block))),
    cluster: $ => seq("cluster", field("name", $.identifier), field("body", $.block)),
    function: $ => seq(
      "function", field("name", $.identifier), field("parameters", optional($.parameters)),
      optional(seq("->", field("result", $._type))), field("body", $.block),
    ),
    workflow: $ => seq(
      "workflow", field("name", $.identifier), field("parameters", optional($.parameters)),
      optional(seq("->", field("result", $._type))), field("body", $.body),
    ),
    orchestrator: $ => seq(
      "orchestrator", field("name", $.identifier), field("body", alias($.orchestrator_block, $.block)),
    ),
    source: $ => seq(
      "source", field("name", $.identifier), ":", field("kind", $.identifier),
      field("body", alias($.source_block, $.block)),
    ),
    event: $ => seq(
      "event", field("name", $.identifier), optional(seq(":", field("type", $._type))), field("body", optional($.block)),
    ),
    placement: $ => seq("placement", field("body", alias($.placement_block, $.block))),
    patch: $ => seq("patch", field("kind", $.identifier), field("body", $.block)),

    parameters: $ => between("(", commas(choice($.parameter, $._type)), ")"),
    parameter: $ => seq(
      field("name", $.identifier), optional("?"), ":", field("type", $._type),
      optional(seq("=", field("default", $._expression))),
    ),

    // ---- blocks

    block: $ => braces($, choice($.field, $.nested, $.patch)),
    fleet_block: $ => braces($, choice($.field, $.nested, $.cluster)),
    source_block: $ => braces($, choice($.field, $.nested, $.patch, $.event)),
    placement_block: $ => braces($, choice($.field, $.nested, $.clusters_where, $.pin)),
    orchestrator_block: $ => braces($, choice(
      $.field, $.nested, $.patch, $.function, $.workflow, $.type_declaration, $.event, $.source, $.rule, $.placement,
    )),

    nested: $ => seq(field("keyword", $.identifier), field("name", optional($.identifier)), field("body", $.block)),
    clusters_where: $ => seq("clusters", "where", field("condition", $._expression)),
    pin: $ => seq("pin", field("stage", $.identifier), ":", field("value", $.value)),

    field: $ => seq(field("key", $._key), ":", field("value", $.value)),
    _key: $ => choice($.identifier, $._text, ...WORDS.map(word => alias(word, $.identifier))),

    value: $ => seq(
      choice($.bare_text, $._expression, $.range),
      optional(seq(choice("every", "backoff"), choice($._expression, $.range))),
    ),
    range: $ => seq($._expression, "..", $._expression),
    // Text without quotes: `/path`, `registry/image:1.0`, `10.0.0.1:80`.
    bare_text: _ => token(choice(
      /\/[A-Za-z0-9_]([A-Za-z0-9_.@:-]|\/[A-Za-z0-9_.@-])*/,
      /[A-Za-z0-9_@]([A-Za-z0-9_.@-]|\/[A-Za-z0-9_.@-])*:[A-Za-z0-9_]([A-Za-z0-9_.@:-]|\/[A-Za-z0-9_.@-])*/,
    )),

    // ---- types

    _type: $ => choice(
      $.union_type, $.record_type, $.list_type, $.map_type, $.schema_type, $.literal_type, $.parenthesized_type, $.type_name,
    ),
    type_name: $ => $.identifier,
    union_type: $ => prec.left(choice(
      seq("|", $._type),
      seq($._type, "|", $._type),
    )),
    list_type: $ => seq("list", "<", $._type, ">"),
    map_type: $ => seq("map", "<", $._type, ">"),
    schema_type: $ => seq("schema", "(", field("path", $._text), ")"),
    literal_type: $ => choice($._text, $.boolean, $.null, seq(optional("-"), $.number)),
    parenthesized_type: $ => seq("(", $._type, ")"),
    record_type: $ => braces($, $.record_type_field),
    record_type_field: $ => seq(field("name", $._key), optional("?"), ":", field("type", $._type)),

    // ---- expressions

    _expression: $ => choice(
      $.binary_expression, $.unary_expression, $.member_expression, $.index_expression, $.call_expression,
      $.parenthesized_expression, $.list, $.record, $._text, $.number, $.boolean, $.null, $.identifier,
    ),

    binary_expression: $ => choice(
      ...[
        ["or", PREC.or],
        ["and", PREC.and],
        [choice("==", "!=", "<", "<=", ">", ">=", "in", "matches"), PREC.compare],
        ["??", PREC.coalesce],
        [choice("+", "-"), PREC.add],
        [choice("*", "/", "%"), PREC.multiply],
      ].map(([operator, precedence]) => prec.left(precedence, seq(
        field("left", $._expression), field("operator", operator), field("right", $._expression),
      ))),
    ),
    unary_expression: $ => choice(
      prec(PREC.not, seq(field("operator", "not"), $._expression)),
      prec(PREC.unary, seq(field("operator", "-"), $._expression)),
    ),
    member_expression: $ => prec(PREC.postfix, seq(
      field("object", $._expression), token.immediate("."), field("member", $.identifier),
    )),
    index_expression: $ => prec(PREC.postfix, seq(
      field("object", $._expression), token.immediate("["), field("index", $._expression), "]",
    )),
    call_expression: $ => prec(PREC.postfix, seq(field("function", $._expression), field("arguments", $.arguments))),
    parenthesized_expression: $ => seq("(", $._expression, ")"),
    arguments: $ => between(token.immediate("("), commas(choice($.argument, $._expression)), ")"),
    argument: $ => seq(field("name", $.identifier), ":", field("value", $._expression)),
    list: $ => between("[", commas($._expression), "]"),
    record: $ => braces($, $.record_field),
    record_field: $ => seq(field("key", $._key), ":", field("value", $._expression)),

    boolean: _ => choice("true", "false"),
    null: _ => "null",
    number: $ => seq(/[0-9]+(\.[0-9]+)?([A-Za-z]+|%)?/, optional($._rate_unit)),

    _text: $ => choice($.string, $.long_string),
    string: $ => seq(
      '"',
      repeat(choice(alias($._string_text, $.string_content), $.escape_sequence, $.interpolation)),
      token.immediate('"'),
    ),
    long_string: $ => seq(
      '"""',
      repeat(choice(alias($._long_string_text, $.string_content), $.escape_sequence, $.interpolation)),
      token.immediate('"""'),
    ),
    escape_sequence: _ => token.immediate(/\\(["\\nrt$]|u\{[0-9a-fA-F]{1,6}\})/),
    interpolation: $ => seq(token.immediate("${"), $._expression, "}"),

    // ---- rules and their logic

    rule: $ => seq(
      "rule", field("name", choice($.identifier, alias("on", $.identifier))), "on", field("logic", $._logic),
      repeat(choice($.within, $.by, $.where)), field("body", $.body),
    ),
    within: $ => seq("within", $._scalar),
    by: $ => seq("by", $.identifier, repeat(seq(",", $.identifier))),
    where: $ => seq("where", field("condition", $._expression)),
    _scalar: $ => choice($.number, $.identifier),

    _logic: $ => choice($.logic_expression, $.logic_not, $.logic_count, $.parenthesized_logic, $.event_pattern),
    logic_expression: $ => choice(
      ...[["or", 1], ["and", 2], ["then", 3]].map(([operator, precedence]) => prec.left(precedence, seq(
        field("left", $._logic), field("operator", operator), field("right", $._logic),
      ))),
    ),
    parenthesized_logic: $ => seq("(", $._logic, ")"),
    logic_not: $ => prec(4, seq("not", $._logic, "for", $._scalar)),
    logic_count: $ => seq("count", "(", $._logic, ",", $._scalar, ")"),
    event_pattern: $ => seq($.event_reference, optional($.predicate), optional(seq("as", field("alias", $.identifier)))),
    event_reference: $ => seq(
      optional(seq(field("source", $.identifier), token.immediate("."))),
      field("event", choice($.identifier, alias("count", $.identifier))),
    ),
    predicate: $ => seq(token.immediate("["), $._expression, "]"),

    // ---- bodies

    body: $ => braces($, choice($.field, $.patch, $.on_failure, $.on_exit, $._statement)),
    _inner: $ => alias($.body, $.body),
    on_failure: $ => seq("on", "failure", field("body", $._inner)),
    on_exit: $ => seq("on", "exit", field("body", $._inner)),

    _statement: $ => choice(
      $.let_statement, $.if_statement, $.return_statement, $.parallel_statement, $.for_statement, $.retry_statement,
      $.wait_statement, $.emit_statement, $.call_statement,
    ),
    let_statement: $ => seq("let", field("name", $.identifier), "=", field("value", $._expression), repeat($._call_option)),
    if_statement: $ => seq(
      "if", field("condition", $._expression), field("body", $._inner),
      repeat($.else_if_clause), optional($.else_clause),
    ),
    else_if_clause: $ => seq("else", "if", field("condition", $._expression), field("body", $._inner)),
    else_clause: $ => seq("else", field("body", $._inner)),
    return_statement: $ => seq("return", $._expression, repeat($._call_option)),
    parallel_statement: $ => seq("parallel", field("body", $._inner)),
    for_statement: $ => seq(
      "for", field("name", $.identifier), "in", field("list", $._expression), optional(seq("max", $._scalar)),
      field("body", $._inner),
    ),
    retry_statement: $ => seq("retry", $._scalar, optional($.backoff), field("body", $._inner)),
    wait_statement: $ => seq("wait", $._scalar),
    emit_statement: $ => seq("emit", field("event", $.identifier), optional($.record)),
    call_statement: $ => seq(
      field("function", $._callee), field("arguments", $.arguments), repeat($._call_option),
    ),
    _callee: $ => choice($.identifier, ...WORDS.map(word => alias(word, $.identifier))),
    _call_option: $ => choice($.retry_option, $.timeout_option),
    retry_option: $ => seq("retry", $._scalar, optional($.backoff)),
    timeout_option: $ => seq("timeout", $._scalar),
    backoff: $ => seq("backoff", $._scalar, "..", $._scalar),

    // ---- tests

    test: $ => seq(
      "test", field("name", $._text), optional(seq("for", field("orchestrator", $.identifier))),
      field("body", alias($.test_block, $.block)),
    ),
    test_block: $ => braces($, choice(
      $.at_step, $.advance_step, $.send_step, $.mock_step, $.set_step, $.expect_step,
    )),
    at_step: $ => seq("at", $._text),
    advance_step: $ => seq("advance", $._scalar),
    send_step: $ => seq(
      "send", optional(field("count", $._scalar)), $.event_reference, optional($.record),
      optional(seq("meta", $.record)), optional(seq("every", $._scalar)),
    ),
    set_step: $ => seq("set", field("cluster", $.identifier), choice($.record, "down", "up", "stale")),
    mock_step: $ => seq(
      "mock", field("function", $.identifier), optional($.arguments), $.outcome, repeat(seq("then", $.outcome)),
    ),
    outcome: $ => seq(
      optional(seq("takes", $._scalar)),
      choice(seq("returns", $._expression), seq("fails", optional($._scalar), optional($._text))),
    ),
    expect_step: $ => seq("expect", choice(
      seq("nothing", "else"),
      seq(optional("no"), $._target, optional(seq("times", $._scalar))),
    )),
    _target: $ => choice(
      seq("rule", field("rule", $.identifier)),
      seq("call", field("function", $.identifier), optional($.pattern)),
      seq("emit", field("event", $.identifier), optional($.pattern)),
      seq("run", field("workflow", $.identifier), optional(choice("succeeds", "fails"))),
      seq("dead-letter", $.event_reference),
      seq("placed", "on", $.list),
      seq("move", optional(seq("to", field("cluster", $.identifier)))),
    ),
    pattern: $ => braces($, $.pattern_field),
    pattern_field: $ => seq(field("key", $._key), ":", field("value", $._pattern)),
    _pattern: $ => choice(
      $.pattern, $.pattern_list, $.pattern_any, $.pattern_matches, alias($.pattern_range, $.range), $._pattern_value,
    ),
    pattern_any: _ => "any",
    pattern_matches: $ => seq("matches", $._text),
    pattern_list: $ => between("[", commas($._pattern), "]"),
    pattern_range: $ => seq($._pattern_value, "..", $._pattern_value),
    // An expression that has no record and no list in it: those are patterns.
    _pattern_value: $ => choice(
      $._text, $.number, $.boolean, $.null, $.identifier,
      alias($.pattern_negative, $.unary_expression), alias($.pattern_sum, $.binary_expression),
    ),
    pattern_negative: $ => prec(PREC.unary, seq(field("operator", "-"), $._pattern_value)),
    pattern_sum: $ => prec.left(PREC.add, seq(
      field("left", $._pattern_value), field("operator", choice("+", "-", "*", "/", "%")), field("right", $._pattern_value),
    )),
  },
});

/** `{ item, item newline item }`: a comma or the end of a line stands between two items. */
function braces($, item) {
  const separator = choice(",", $._newline);
  return seq("{", optional(seq(item, repeat(seq(separator, item)), optional(separator))), choice("}", $._unclosed));
}
