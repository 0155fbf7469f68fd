//! What each rule of the grammar becomes in the tree.

use crate::kind::{SyntaxKind, SyntaxKind::*};
use crate::parser::Rule;

/// What a pair becomes.
pub(crate) enum Shape {
    /// A node with the children of the pair.
    Node(SyntaxKind),
    /// A token.
    Leaf(SyntaxKind),
    /// A node around one token.
    Boxed(SyntaxKind, SyntaxKind),
    /// A declared name; reserved words are none.
    Name,
    /// The key of a field: a name or a string.
    Key,
    /// Nothing: its children stand in its parent.
    Open,
    /// An expression, a list of operands and operators.
    Expr,
    /// Event logic, likewise.
    Logic,
    /// A type: a union, if it has several alternatives.
    Type,
    /// An escape of a string.
    Escape,
    /// `${ }`, where it may stand.
    Interpolation,
    /// A place where something is missing.
    Missing,
    /// Text that does not fit.
    Junk,
    /// Something well-formed that does not belong here.
    Misplaced,
}

/// What the pairs of a rule become.
pub(crate) fn shape(rule_: Rule) -> Shape {
    use Shape::{
        Boxed, Escape, Expr, Interpolation, Junk, Key, Leaf, Logic, Misplaced, Missing, Name, Node, Open,
        Type,
    };
    match rule_ {
        Rule::item => Node(FILE),
        Rule::name => Name,
        Rule::name_ref => Boxed(NAME_REF, IDENT),
        Rule::key => Key,
        Rule::number => Boxed(LITERAL, NUMBER),
        Rule::bool => Boxed(LITERAL, KEYWORD),
        Rule::name_expr => Boxed(NAME_EXPR, IDENT),
        Rule::string => Node(STRING),
        Rule::text | Rule::long_text => Leaf(STR_TEXT),
        Rule::escape => Escape,
        Rule::interp => Interpolation,
        Rule::ty => Type,
        Rule::ty_list => Node(TY_LIST),
        Rule::ty_map => Node(TY_MAP),
        Rule::ty_schema => Node(TY_SCHEMA),
        Rule::ty_literal => Node(TY_LITERAL),
        Rule::ty_name => Node(TY_NAME),
        Rule::ty_paren => Node(TY_PAREN),
        Rule::ty_record => Node(TY_RECORD),
        Rule::ty_field => Node(TY_FIELD),
        Rule::expr | Rule::hexpr | Rule::pexpr => Expr,
        Rule::paren => Node(PAREN_EXPR),
        Rule::list => Node(LIST_EXPR),
        Rule::args => Node(ARGS),
        Rule::named_arg => Node(NAMED_ARG),
        Rule::record => Node(RECORD_EXPR),
        Rule::record_field => Node(RECORD_FIELD),
        Rule::value | Rule::tail_value => Node(VALUE),
        Rule::value_tail => Node(VALUE_TAIL),
        Rule::field | Rule::field_nc | Rule::option_nc => Node(FIELD),
        Rule::import => Node(IMPORT),
        Rule::import_name => Node(IMPORT_NAME),
        Rule::param => Node(PARAM),
        Rule::type_decl => Node(TYPE_DECL),
        Rule::bus => Node(BUS),
        Rule::fleet => Node(FLEET),
        Rule::cluster => Node(CLUSTER),
        Rule::function => Node(FUNCTION),
        Rule::workflow => Node(WORKFLOW),
        Rule::orchestrator => Node(ORCHESTRATOR),
        Rule::source => Node(SOURCE),
        Rule::event | Rule::source_event => Node(EVENT),
        Rule::placement => Node(PLACEMENT),
        Rule::patch => Node(PATCH),
        Rule::nested => Node(NESTED),
        Rule::sig => Node(SIG),
        Rule::formal => Node(FORMAL),
        Rule::result | Rule::bare_result => Node(RESULT),
        Rule::block
        | Rule::fleet_block
        | Rule::orch_block
        | Rule::source_block
        | Rule::placement_block
        | Rule::test_block => Node(BLOCK),
        Rule::clusters_where => Node(CLUSTERS_WHERE),
        Rule::pin => Node(PIN),
        Rule::rule_decl | Rule::headless_rule => Node(RULE),
        Rule::within => Node(WITHIN),
        Rule::by => Node(BY),
        Rule::r#where => Node(WHERE),
        Rule::logic => Logic,
        Rule::logic_paren => Node(LOGIC_PAREN),
        Rule::logic_not => Node(LOGIC_NOT),
        Rule::logic_count => Node(LOGIC_COUNT),
        Rule::logic_event => Node(LOGIC_EVENT),
        Rule::event_ref => Node(EVENT_REF),
        Rule::predicate => Node(PREDICATE),
        Rule::alias => Node(ALIAS),
        Rule::body => Node(BODY),
        Rule::inner => Node(STMTS),
        Rule::on_failure | Rule::on_exit => Node(HANDLER),
        Rule::let_stmt | Rule::unnamed_let => Node(LET_STMT),
        Rule::parallel_stmt => Node(PARALLEL_STMT),
        Rule::if_stmt => Node(IF_STMT),
        Rule::for_stmt => Node(FOR_STMT),
        Rule::retry_stmt => Node(RETRY_STMT),
        Rule::wait_stmt => Node(WAIT_STMT),
        Rule::emit_stmt => Node(EMIT_STMT),
        Rule::return_stmt => Node(RETURN_STMT),
        Rule::call_stmt => Node(CALL_STMT),
        Rule::call_retry => Node(CALL_RETRY),
        Rule::call_timeout => Node(CALL_TIMEOUT),
        Rule::backoff => Node(BACKOFF),
        Rule::test => Node(TEST),
        Rule::step_at => Node(STEP_AT),
        Rule::step_advance => Node(STEP_ADVANCE),
        Rule::step_send => Node(STEP_SEND),
        Rule::send_meta => Node(SEND_META),
        Rule::step_set => Node(STEP_SET),
        Rule::step_mock => Node(STEP_MOCK),
        Rule::outcome => Node(OUTCOME),
        Rule::step_expect => Node(STEP_EXPECT),
        Rule::target => Node(TARGET),
        Rule::pattern => Node(PATTERN),
        Rule::pattern_field => Node(PATTERN_FIELD),
        Rule::pattern_any => Node(PATTERN_ANY),
        Rule::pattern_matches => Node(PATTERN_MATCHES),
        Rule::pattern_list => Node(PATTERN_LIST),
        Rule::pattern_value => Node(PATTERN_VALUE),
        Rule::missing_name
        | Rule::missing_value
        | Rule::missing_type
        | Rule::missing_block
        | Rule::missing_expr
        | Rule::missing_logic
        | Rule::missing_punct
        | Rule::missing_word
        | Rule::missing_sep => Missing,
        Rule::misplaced
        | Rule::misplaced_in_orch
        | Rule::misplaced_in_source
        | Rule::misplaced_in_fleet
        | Rule::misplaced_in_placement
        | Rule::misplaced_in_block
        | Rule::misplaced_in_body
        | Rule::extra_else => Misplaced,
        Rule::EOI => Open,
        _ => Junk,
    }
}
