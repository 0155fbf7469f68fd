//! From pest's pairs to the rowan tree.
//!
//! A pair becomes a node, a token or an error, as [`shape`] says. What lies between pairs (blanks, punctuation,
//! keywords) is cut into tokens by [`Builder::gap`]; only expressions and event logic are rearranged (`expr.rs`).

use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::kind::{Efl, SyntaxKind, SyntaxKind::*};
use crate::parser::{ParsedItem, Rule};
use crate::repair::{Edit, Why};
use crate::shape::{Shape, shape};
use crate::source::{Patch, Source, range};
use pest::Token;
use pest::iterators::Pairs;
use rowan::{Checkpoint, GreenNodeBuilder, Language as _, NodeCache, TextRange};
use std::cell::RefCell;
use std::ops::Range;

/// One pair, in a flat list in the order of beginnings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) rule: Rule,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The index behind the last pair inside this one.
    pub(crate) next: usize,
}

/// The state of building one tree.
pub(crate) struct Builder<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) pairs: Vec<Pair>,
    green: GreenNodeBuilder<'a>,
    /// How much of the repaired text is in the tree.
    pos: usize,
    pub(crate) errors: Vec<SyntaxError>,
    /// The pairs that are being built, outermost first.
    pub(crate) parents: Vec<usize>,
    /// How many more levels expressions may nest without brackets.
    pub(crate) chain_budget: usize,
    /// What was expected where the junk that follows stands.
    pub(crate) expected: Option<(SyntaxErrorKind, String)>,
    /// What could be mended, so that another parse would give a better tree.
    pub(crate) mends: Vec<Edit>,
}

/// Tokens and small nodes of the texts that a thread parsed: segments of one project are much alike.
#[derive(Default)]
struct Cache {
    nodes: NodeCache,
    /// How much text was parsed with it.
    bytes: usize,
}

/// After so much text the cache begins anew: it keeps alive what is in it.
const CACHED_BYTES: usize = 1 << 20;

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::default();
}

/// Builds the tree of one segment. Also says what to mend before another try.
pub(crate) fn tree(source: &Source<'_>, pairs: Pairs<'_, Rule>) -> (ParsedItem, Vec<Edit>) {
    CACHE.with_borrow_mut(|cache| {
        cache.bytes += source.text().len();
        if cache.bytes > CACHED_BYTES {
            *cache = Cache { bytes: source.text().len(), ..Cache::default() };
        }
        tree_with(&mut cache.nodes, source, pairs)
    })
}

fn tree_with(cache: &mut NodeCache, source: &Source<'_>, pairs: Pairs<'_, Rule>) -> (ParsedItem, Vec<Edit>) {
    let mut builder = Builder {
        source,
        pairs: flatten(pairs),
        green: GreenNodeBuilder::with_cache(cache),
        pos: 0,
        errors: Vec::new(),
        parents: Vec::new(),
        chain_budget: crate::expr::MAX_CHAIN,
        expected: None,
        mends: Vec::new(),
    };
    builder.pair(0, None);
    (ParsedItem { green: builder.green.finish(), errors: builder.errors }, builder.mends)
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
        let Pair { rule: kind_of, start, end, .. } = self.pairs[index];
        if matches!(kind_of, Rule::nested | Rule::field_nc) {
            self.propose_for_nested(index);
        }
        match shape(kind_of) {
            Shape::Node(kind) => {
                self.open(kind, start, at);
                self.content(index);
                self.close(end);
            }
            Shape::Leaf(kind) => self.leaf(kind, start, end),
            Shape::Name if self.is_reserved(index) => self.junk(index, at),
            Shape::Name => self.boxed(NAME, IDENT, start, end),
            Shape::Boxed(node, token) => self.boxed(node, token, start, end),
            Shape::Key if self.pairs[index].next == index + 1 => self.boxed(KEY, IDENT, start, end),
            Shape::Key => {
                self.open(KEY, start, at);
                self.content(index);
                self.close(end);
            }
            Shape::Open => self.content(index),
            Shape::Expr => self.expr(index),
            Shape::Logic => self.logic(index),
            Shape::Type => self.ty(index),
            Shape::Escape => self.escape(index),
            Shape::Interpolation if self.forbids_interpolation() => self.junk(index, at),
            Shape::Interpolation => {
                self.open(INTERPOLATION, start, at);
                self.content(index);
                self.close(end);
            }
            Shape::Missing => self.missing(index),
            Shape::Junk => self.junk(index, at),
            Shape::Misplaced if kind_of == Rule::extra_else => self.extra_else(index),
            Shape::Misplaced => self.misplaced(index, at),
        }
    }

    /// What stands inside a pair.
    pub(crate) fn content(&mut self, index: usize) {
        self.parents.push(index);
        match self.pairs[index].rule {
            Rule::call_stmt => self.call_stmt(index),
            Rule::body => self.statements(index, true),
            Rule::inner => self.statements(index, false),
            Rule::let_stmt | Rule::return_stmt | Rule::unnamed_let => self.call_options(index),
            Rule::rule_decl | Rule::headless_rule | Rule::orch_block => self.clauses(index),
            _ => self.children(index + 1, self.pairs[index].next),
        }
        self.gap(self.pairs[index].end);
        self.parents.pop();
    }

    /// Builds sibling pairs.
    pub(crate) fn children(&mut self, mut index: usize, end: usize) {
        while index < end {
            let doc = self.doc(index);
            self.pair(index, doc);
            index = self.pairs[index].next;
        }
    }

    /// Builds the doc before a pair, if it may have one, which becomes a part of it: says where it begins.
    pub(crate) fn doc(&mut self, index: usize) -> Option<Checkpoint> {
        let Pair { rule, start, .. } = self.pairs[index];
        if rule == Rule::EOI || !self.parent().is_some_and(|parent| holds_docs(parent.rule)) {
            return None;
        }
        let lines = doc_lines(self.source.parsed(), self.pos, start);
        self.gap(lines.first()?.start);
        let checkpoint = self.green.checkpoint();
        self.green.start_node(Efl::kind_to_raw(DOC));
        for line in lines {
            self.gap(line.start);
            let text = &self.source.parsed()[line.clone()];
            self.token(DOC_COMMENT, line.start + text.strip_suffix('\r').unwrap_or(text).len());
            self.gap(line.end);
        }
        self.green.finish_node();
        Some(checkpoint)
    }

    /// The pairs directly inside a pair.
    pub(crate) fn child_indexes(&self, parent: usize) -> Vec<usize> {
        let end = self.pairs[parent].next;
        let first = (parent + 1 < end).then_some(parent + 1);
        std::iter::successors(first, |index| Some(self.pairs[*index].next).filter(|next| *next < end))
            .collect()
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
        self.content(index);
        self.close(end);
    }

    fn boxed(&mut self, node: SyntaxKind, token: SyntaxKind, start: usize, end: usize) {
        self.open(node, start, None);
        self.leaf(token, start, end);
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

    /// Ends a node where the tree is.
    pub(crate) fn close_here(&mut self) {
        self.green.finish_node();
    }

    pub(crate) fn leaf(&mut self, kind: SyntaxKind, start: usize, end: usize) {
        self.gap(start);
        self.token(kind, end);
    }

    /// A token from where the tree ends to `end`.
    pub(crate) fn token(&mut self, kind: SyntaxKind, end: usize) {
        let text = self.source.written(self.pos, end);
        if !text.is_empty() {
            self.green.token(Efl::kind_to_raw(kind), text);
        }
        self.pos = self.pos.max(end);
    }

    /// A comment up to `end`, or an error around what is none.
    fn comment(&mut self, end: usize) {
        let start = self.pos;
        let text = &self.source.parsed()[start..end];
        let foreign = self.source.patch_at(start).is_some();
        let unclosed = self.source.patches_in(start, end).iter().find_map(|patch| match &patch.why {
            Why::UnclosedComment(open) => Some(range(open.clone())),
            _ => None,
        });
        let place = self.source.range(start, end);
        let error = match unclosed {
            Some(open) => SyntaxError::unclosed_comment(open),
            None if foreign => SyntaxError::foreign_comment(place, self.source.written(start, end)),
            None if text.starts_with("///") && !text.starts_with("////") => SyntaxError::misplaced_doc(place),
            None => return self.token(COMMENT, end),
        };
        self.errors.push(error);
        self.green.start_node(Efl::kind_to_raw(ERROR));
        self.token(COMMENT, end);
        self.close_here();
    }

    /// Cuts the text up to `end` into blanks, comments, punctuation and keywords.
    pub(crate) fn gap(&mut self, end: usize) {
        while self.pos < end {
            if let Some(len) = comment_len(&self.source.parsed()[self.pos..end]) {
                self.comment(self.pos + len);
                continue;
            }
            if let Some(patch) = self.source.patch_at(self.pos) {
                let patch = patch.clone();
                self.patch(&patch);
                continue;
            }
            let rest = &self.source.parsed()[self.pos..end];
            let (kind, len) = cut(rest);
            self.token(kind, self.pos + len);
        }
    }

    /// What was repaired: nothing, or an error around what was written.
    fn patch(&mut self, patch: &Patch) {
        let (kind, error) = match &patch.why {
            Why::ForeignQuotes(end) => {
                let place = patch.written.start..*end;
                let text = &self.source.text()[place.clone()];
                (QUOTE, SyntaxError::foreign_quotes(range(place), text))
            }
            Why::ForeignQuote => return self.token(QUOTE, patch.parsed.end),
            Why::Unclosed(None) | Why::ForeignComment | Why::UnclosedComment(_) | Why::Blot => {
                self.pos = patch.parsed.end;
                return;
            }
            why => (IDENT, self.patch_error(why, patch.written.start)),
        };
        self.errors.push(error);
        self.green.start_node(Efl::kind_to_raw(ERROR));
        self.token(kind, patch.parsed.end);
        self.close_here();
    }

    /// The error that a patch stands for.
    pub(crate) fn patch_error(&self, why: &Why, at: usize) -> SyntaxError {
        match why {
            Why::Unclosed(Some(open)) => SyntaxError::unclosed_bracket(self.source.text(), open.clone(), at),
            Why::UnclosedString(open) => SyntaxError::unclosed_string(range(open.clone()), at),
            Why::MissingParenthesis => SyntaxError::missing_parenthesis(self.source.text(), at),
            Why::UnopenedString(quote) => SyntaxError::unopened_string(range(quote.clone()), at),
            Why::Mended(error) => (**error).clone(),
            _ => SyntaxError::missing_brace(self.source.text(), at),
        }
    }

    /// An `ERROR` around one token.
    pub(crate) fn error_around(&mut self, pair: Pair, kind: SyntaxKind, error: SyntaxError) {
        self.errors.push(error);
        self.open(ERROR, pair.start, None);
        self.leaf(kind, pair.start, pair.end);
        self.close_here();
    }

    /// An `ERROR` around nothing.
    pub(crate) fn error_here(&mut self, error: SyntaxError) {
        self.errors.push(error);
        self.green.start_node(Efl::kind_to_raw(ERROR));
        self.green.finish_node();
    }

    /// The range of a pair in the written text.
    pub(crate) fn place(&self, pair: Pair) -> TextRange {
        self.source.range(pair.start, pair.end)
    }

    /// The text of a pair, as pest read it.
    pub(crate) fn text(&self, pair: Pair) -> &str {
        &self.source.parsed()[pair.start..pair.end]
    }

    /// The rule of the pair around the one that is being built.
    pub(crate) fn parent(&self) -> Option<Pair> {
        self.parents.last().map(|index| self.pairs[*index])
    }
}

/// Whether what a rule contains may have docs.
fn holds_docs(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::item
            | Rule::ty_record
            | Rule::block
            | Rule::fleet_block
            | Rule::orch_block
            | Rule::source_block
            | Rule::placement_block
            | Rule::test_block
    )
}

/// The lines of the doc at the end of a gap.
fn doc_lines(text: &str, from: usize, to: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    if !text.as_bytes()[from.min(to)..to].contains(&b'/') {
        return lines;
    }
    let mut at = from;
    while at < to {
        let rest = &text[at..to];
        match comment_len(rest) {
            Some(len) => {
                if rest.starts_with("///") && !rest.starts_with("////") {
                    lines.push(at..at + len);
                }
                at += len;
            }
            None => {
                if !rest.starts_with(char::is_whitespace) && !rest.starts_with('\u{FEFF}') {
                    lines.clear();
                }
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
    }
    lines
}

/// The length of the comment that a text begins with.
fn comment_len(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [b'/', b'/', ..] => Some(text.find('\n').unwrap_or(text.len())),
        [b'/', b'*', inside @ ..] => {
            Some(inside.windows(2).position(|end| end == b"*/").map_or(text.len(), |at| at + 4))
        }
        _ => None,
    }
}

/// The first token of a gap.
fn cut(rest: &str) -> (SyntaxKind, usize) {
    let bytes = rest.as_bytes();
    let second = |byte: u8| bytes.get(1) == Some(&byte);
    match bytes[0] {
        b' ' | b'\n' | b'\t' | b'\r' => {
            (WHITESPACE, run(bytes, |b| matches!(b, b' ' | b'\n' | b'\t' | b'\r')))
        }
        b'{' => (L_BRACE, 1),
        b'}' => (R_BRACE, 1),
        b'(' => (L_PAREN, 1),
        b')' => (R_PAREN, 1),
        b'[' => (L_BRACK, 1),
        b']' => (R_BRACK, 1),
        b',' => (COMMA, 1),
        b':' => (COLON, 1),
        b'.' if second(b'.') => (DOT_DOT, 2),
        b'.' => (DOT, 1),
        b'=' => (EQ, 1),
        b'-' if second(b'>') => (ARROW, 2),
        b'|' => (PIPE, 1),
        b'<' => (L_ANGLE, 1),
        b'>' => (R_ANGLE, 1),
        b'?' => (QUESTION, 1),
        b'"' if rest.starts_with("\"\"\"") => (QUOTE, 3),
        b'"' => (QUOTE, 1),
        b'$' if second(b'{') => (INTERP_OPEN, 2),
        b'a'..=b'z' | b'A'..=b'Z' => {
            (KEYWORD, run(bytes, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')))
        }
        b'-' => (OPERATOR, 1),
        _ if rest.starts_with('\u{FEFF}') => (WHITESPACE, '\u{FEFF}'.len_utf8()),
        _ => (JUNK, rest.chars().next().map_or(1, char::len_utf8)),
    }
}

fn run(bytes: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|b| !fits(*b)).unwrap_or(bytes.len())
}
