//! From pest's pairs to the rowan tree.
//!
//! A pair becomes a node, a token or an error, as [`shape`] says. What lies between pairs (blanks, punctuation,
//! keywords) is cut into tokens by [`Builder::gap`]; only expressions and event logic are rearranged (`expr.rs`).

use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::kind::{Efl, SyntaxKind, SyntaxKind::*};
use crate::parser::{ParsedItem, Rule};
use crate::source::Source;
use pest::Token;
use pest::iterators::Pairs;
use rowan::{Checkpoint, GreenNodeBuilder, Language as _, TextRange};

/// One pair, in a flat list in the order of beginnings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) rule: Rule,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The index behind the last pair inside this one.
    pub(crate) next: usize,
}

/// What a pair becomes.
enum Shape {
    /// A node with the children of the pair.
    Node(SyntaxKind),
    /// A token.
    Leaf(SyntaxKind),
    /// A node around one token.
    Boxed(SyntaxKind, SyntaxKind),
    /// Nothing: its children stand in its parent.
    Open,
    /// An expression, a list of operands and operators.
    Expr,
    /// Event logic, likewise.
    Logic,
    /// A type: a union, if it has several alternatives.
    Type,
    /// A place where something is missing.
    Missing,
    /// Text that does not fit.
    Junk,
}

fn shape(rule: Rule) -> Shape {
    use Shape::{Boxed, Expr, Junk, Leaf, Logic, Missing, Node, Open, Type};
    match rule {
        Rule::item => Node(FILE),
        Rule::doc => Node(DOC),
        Rule::doc_line => Leaf(DOC_COMMENT),
        Rule::line_comment | Rule::block_comment | Rule::inline_comment => Leaf(COMMENT),
        Rule::word => Leaf(IDENT),
        Rule::name => Boxed(NAME, IDENT),
        Rule::name_ref => Boxed(NAME_REF, IDENT),
        Rule::key => Node(KEY),
        Rule::number => Boxed(LITERAL, NUMBER),
        Rule::bool => Boxed(LITERAL, KEYWORD),
        Rule::name_expr => Boxed(NAME_EXPR, IDENT),
        Rule::string => Node(STRING),
        Rule::text | Rule::long_text => Leaf(STR_TEXT),
        Rule::escape => Leaf(STR_ESCAPE),
        Rule::interp => Node(INTERPOLATION),
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
        Rule::field => Node(FIELD),
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
        Rule::event => Node(EVENT),
        Rule::placement => Node(PLACEMENT),
        Rule::patch => Node(PATCH),
        Rule::nested => Node(NESTED),
        Rule::sig => Node(SIG),
        Rule::formal => Node(FORMAL),
        Rule::result => Node(RESULT),
        Rule::block
        | Rule::fleet_block
        | Rule::orch_block
        | Rule::source_block
        | Rule::placement_block
        | Rule::test_block => Node(BLOCK),
        Rule::clusters_where => Node(CLUSTERS_WHERE),
        Rule::pin => Node(PIN),
        Rule::rule_decl => Node(RULE),
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
        Rule::handler => Node(HANDLER),
        Rule::let_stmt => Node(LET_STMT),
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
        Rule::EOI => Open,
        _ => Junk,
    }
}

/// The state of building one tree.
pub(crate) struct Builder<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) pairs: Vec<Pair>,
    green: GreenNodeBuilder<'static>,
    /// How much of the repaired text is in the tree.
    pos: usize,
    pub(crate) errors: Vec<SyntaxError>,
}

/// Builds the tree of one segment.
pub(crate) fn tree(source: &Source<'_>, pairs: Pairs<'_, Rule>) -> ParsedItem {
    let pairs = flatten(pairs);
    let green = GreenNodeBuilder::new();
    let mut builder = Builder { source, pairs, green, pos: 0, errors: Vec::new() };
    builder.pair(0, None);
    ParsedItem { green: builder.green.finish(), errors: builder.errors }
}

fn flatten(pairs: Pairs<'_, Rule>) -> Vec<Pair> {
    let tokens = pairs.tokens();
    let mut flat = Vec::with_capacity(tokens.len() / 2);
    let mut open = Vec::new();
    for token in tokens {
        match token {
            Token::Start { rule, pos } => {
                open.push(flat.len());
                flat.push(Pair { rule, start: pos.pos(), end: 0, next: 0 });
            }
            Token::End { pos, .. } => {
                let next = flat.len();
                if let Some(pair) = open.pop().and_then(|index: usize| flat.get_mut(index)) {
                    (pair.end, pair.next) = (pos.pos(), next);
                }
            }
        }
    }
    flat
}

impl Builder<'_> {
    /// Builds a pair. A node begins at the checkpoint, if one is given (it then holds a doc already).
    pub(crate) fn pair(&mut self, index: usize, at: Option<Checkpoint>) {
        let Pair { rule, start, end, .. } = self.pairs[index];
        match shape(rule) {
            Shape::Node(kind) => {
                self.open(kind, start, at);
                if kind == CALL_STMT {
                    self.call_stmt(index)
                } else {
                    self.children(index)
                }
                self.close(end);
            }
            Shape::Leaf(kind) => self.leaf(kind, start, end),
            Shape::Boxed(node, token) => {
                self.open(node, start, at);
                self.leaf(token, start, end);
                self.close(end);
            }
            Shape::Open => self.children(index),
            Shape::Expr => self.expr(index),
            Shape::Logic => self.logic(index),
            Shape::Type => self.ty(index),
            Shape::Missing => self.missing(index),
            Shape::Junk => self.junk(index, at),
        }
    }

    fn children(&mut self, parent: usize) {
        let end = self.pairs[parent].next;
        let mut index = parent + 1;
        let mut doc = None;
        while index < end {
            if self.pairs[index].rule == Rule::doc {
                doc = Some(self.checkpoint(index));
                self.pair(index, None);
            } else {
                self.pair(index, doc.take());
            }
            index = self.pairs[index].next;
        }
    }

    fn call_stmt(&mut self, index: usize) {
        let end = self.pairs[index].next;
        let mut child = self.call(index + 1);
        while child < end {
            self.pair(child, None);
            child = self.pairs[child].next;
        }
    }

    /// The children of a pair without a node of its own.
    pub(crate) fn inside(&mut self, index: usize) {
        self.children(index);
        self.gap(self.pairs[index].end);
    }

    /// Ends a node where the tree is.
    pub(crate) fn close_here(&mut self) {
        self.green.finish_node();
    }

    /// An `ERROR` around one token.
    pub(crate) fn error_around(
        &mut self,
        pair: Pair,
        kind: SyntaxKind,
        error: impl FnOnce(TextRange) -> SyntaxError,
    ) {
        self.open(ERROR, pair.start, None);
        self.leaf(kind, pair.start, pair.end);
        self.close(pair.end);
        let range = self.source.range(pair.start, pair.end);
        self.errors.push(error(range));
    }

    fn missing(&mut self, index: usize) {
        let pair = self.pairs[index];
        self.open(ERROR, pair.start, None);
        self.close(pair.end);
        let range = self.source.range(pair.start, pair.end);
        let (kind, text) = match pair.rule {
            Rule::missing_name => (SyntaxErrorKind::MissingName, "expected a name"),
            Rule::missing_value => (SyntaxErrorKind::MissingValue, "expected a value"),
            Rule::missing_type => (SyntaxErrorKind::MissingType, "expected a type"),
            Rule::missing_block => (SyntaxErrorKind::MissingBlock, "expected a block"),
            Rule::missing_punct => (SyntaxErrorKind::MissingPunctuation, "expected punctuation"),
            Rule::missing_word => (SyntaxErrorKind::MissingKeyword, "expected a keyword"),
            Rule::missing_sep => (SyntaxErrorKind::MissingSeparator, "expected a comma or a new line"),
            _ => (SyntaxErrorKind::MissingExpression, "expected an expression"),
        };
        self.errors.push(SyntaxError::new(kind, range, text));
    }

    fn junk(&mut self, index: usize, at: Option<Checkpoint>) {
        let pair = self.pairs[index];
        self.open(ERROR, pair.start, at);
        self.leaf(JUNK, pair.start, pair.end);
        self.close(pair.end);
        let range = self.source.range(pair.start, pair.end);
        let kind = match pair.rule {
            Rule::bad_number => SyntaxErrorKind::BadNumber,
            Rule::bad_escape => SyntaxErrorKind::BadEscape,
            Rule::too_deep => SyntaxErrorKind::NestedTooDeep,
            Rule::misplaced => SyntaxErrorKind::MisplacedDeclaration,
            _ => SyntaxErrorKind::UnexpectedText,
        };
        self.errors.push(SyntaxError::new(kind, range, "unexpected text"));
    }

    /// A union has several alternatives; one alone is no node of its own.
    fn ty(&mut self, index: usize) {
        let Pair { start, end, next, .. } = self.pairs[index];
        let single =
            self.pairs.get(index + 1).is_some_and(|first| first.start == start && first.next == next);
        if single {
            return self.pair(index + 1, None);
        }
        self.open(TY_UNION, start, None);
        self.children(index);
        self.close(end);
    }

    /// The place before a pair, for a node that may begin there.
    pub(crate) fn checkpoint(&mut self, index: usize) -> Checkpoint {
        self.gap(self.pairs[index].start);
        self.green.checkpoint()
    }

    pub(crate) fn open(&mut self, kind: SyntaxKind, start: usize, at: Option<Checkpoint>) {
        self.gap(start);
        match at {
            Some(checkpoint) => self.green.start_node_at(checkpoint, Efl::kind_to_raw(kind)),
            None => self.green.start_node(Efl::kind_to_raw(kind)),
        }
    }

    pub(crate) fn close(&mut self, end: usize) {
        self.gap(end);
        self.green.finish_node();
    }

    pub(crate) fn leaf(&mut self, kind: SyntaxKind, start: usize, end: usize) {
        self.gap(start);
        self.token(kind, end);
    }

    /// A token from where the tree ends to `end`.
    fn token(&mut self, kind: SyntaxKind, end: usize) {
        if end > self.pos {
            self.green.token(Efl::kind_to_raw(kind), self.source.written(self.pos, end));
            self.pos = end;
        }
    }

    /// Cuts the text up to `end` into blanks, punctuation and keywords.
    fn gap(&mut self, end: usize) {
        while self.pos < end {
            let rest = &self.source.parsed()[self.pos..end];
            let (kind, len) = cut(rest);
            self.token(kind, self.pos + len);
        }
    }
}

/// The first token of a gap.
fn cut(rest: &str) -> (SyntaxKind, usize) {
    let bytes = rest.as_bytes();
    let pair = |second: u8| bytes.get(1) == Some(&second);
    match bytes[0] {
        b' ' | b'\n' | b'\t' | b'\r' | 0xEF => {
            (WHITESPACE, run(rest, |c| matches!(c, ' ' | '\n' | '\t' | '\r' | '\u{FEFF}')))
        }
        b'{' => (L_BRACE, 1),
        b'}' => (R_BRACE, 1),
        b'(' => (L_PAREN, 1),
        b')' => (R_PAREN, 1),
        b'[' => (L_BRACK, 1),
        b']' => (R_BRACK, 1),
        b',' => (COMMA, 1),
        b':' => (COLON, 1),
        b'.' if pair(b'.') => (DOT_DOT, 2),
        b'.' => (DOT, 1),
        b'=' => (EQ, 1),
        b'-' if pair(b'>') => (ARROW, 2),
        b'|' => (PIPE, 1),
        b'<' => (L_ANGLE, 1),
        b'>' => (R_ANGLE, 1),
        b'?' => (QUESTION, 1),
        b'"' if rest.starts_with("\"\"\"") => (QUOTE, 3),
        b'"' => (QUOTE, 1),
        b'$' if pair(b'{') => (INTERP_OPEN, 2),
        b'a'..=b'z' | b'A'..=b'Z' => {
            (KEYWORD, run(rest, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
        }
        b'-' => (OPERATOR, 1),
        _ => (JUNK, rest.chars().next().map_or(1, char::len_utf8)),
    }
}

fn run(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|c| !fits(c)).unwrap_or(text.len())
}
