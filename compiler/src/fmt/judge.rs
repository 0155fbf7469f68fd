//! Which declarations may be formatted. The others are copied, so that nothing is ever lost.

use super::printer::Printer;
use super::trivia::misplaced_doc;
use efl_grammar::ast::trimmed_range;
use efl_grammar::{
    Parse, SyntaxElement, SyntaxErrorKind, SyntaxKind, SyntaxKind::*, SyntaxNode, SyntaxToken, TextRange,
    parse_item,
};

/// What is known of a file's errors.
pub(super) struct Judge<'a> {
    text: &'a str,
    /// Where they are, in order.
    faults: Vec<TextRange>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(text: &'a str, parse: &Parse) -> Self {
        let faults = parse.errors().iter().filter(|error| error.kind != SyntaxErrorKind::MisplacedDoc);
        let mut faults: Vec<_> = faults.map(|error| error.range).collect();
        faults.sort_by_key(|range| range.start());
        Self { text, faults }
    }

    /// Whether a declaration is without syntax errors and can be formatted.
    pub(super) fn trusts(&self, node: &SyntaxNode) -> bool {
        if self.has_fault(node.text_range()) || !self.faults.is_empty() && !self.begins_line(node) {
            return false;
        }
        let mut is_odd = false;
        for element in node.descendants_with_tokens() {
            if is_fault(&element) {
                return false;
            }
            is_odd |= is_odd_comment(&element);
        }
        !is_odd || self.reads_back(node)
    }

    fn has_fault(&self, range: TextRange) -> bool {
        let next = self.faults.partition_point(|fault| fault.start() < range.start());
        self.faults.get(next).is_some_and(|fault| fault.start() <= range.end())
    }

    /// Whether a declaration stands at column 0. Where errors are, this decides what belongs together, and moving it
    /// there would make another program of the lines before it.
    fn begins_line(&self, node: &SyntaxNode) -> bool {
        let before = &self.text[..usize::from(trimmed_range(node).start())];
        before.is_empty() || before.ends_with(['\n', '\u{FEFF}'])
    }

    /// Whether a declaration, formatted, is still the same. With a comment in it, a line may end where the language
    /// lets none end, and not every such place is known here.
    fn reads_back(&self, node: &SyntaxNode) -> bool {
        let mut printer = Printer::new(self.text);
        printer.node(node);
        let item = parse_item(&printer.layout.print().text);
        let errors = item.errors.iter().filter(|error| error.kind != SyntaxErrorKind::MisplacedDoc);
        let read = SyntaxNode::new_root(item.green);
        errors.count() == 0 && words(node).eq(words(&read))
    }
}

fn is_fault(element: &SyntaxElement) -> bool {
    match element {
        SyntaxElement::Node(node) => node.kind() == ERROR && misplaced_doc(node).is_none(),
        SyntaxElement::Token(token) if token.kind() == WHITESPACE => has_lone_return(token.text()),
        SyntaxElement::Token(token) => token.kind() == JUNK,
    }
}

/// Whether there is a carriage return without a line feed: the grammar takes it for the end of a line, editors do not.
fn has_lone_return(blank: &str) -> bool {
    blank.match_indices('\r').any(|(at, _)| !blank[at + 1..].starts_with('\n'))
}

/// Whether a comment stands elsewhere than between items.
fn is_odd_comment(element: &SyntaxElement) -> bool {
    let between_items = |kind: SyntaxKind| {
        matches!(kind, FILE | BLOCK | BODY | STMTS | IMPORT | SIG | TY_RECORD | RECORD_EXPR | PATTERN)
    };
    element.kind() == COMMENT && !element.parent().is_some_and(|parent| between_items(parent.kind()))
}

/// What a declaration says, in the order of the formatted text: tokens but for commas, with the heads of rules sorted.
fn words(node: &SyntaxNode) -> impl Iterator<Item = String> {
    let mut tokens: Vec<(Option<SyntaxKind>, SyntaxToken)> = Vec::new();
    let all = node.descendants_with_tokens().filter_map(SyntaxElement::into_token);
    for token in all.filter(|token| !token.kind().is_trivia() && token.kind() != COMMA) {
        let head =
            token.parent_ancestors().map(|node| node.kind()).find(|kind| matches!(kind, WITHIN | BY | WHERE));
        tokens.push((head, token));
    }
    for heads in tokens.chunk_by_mut(|(a, _), (b, _)| a.is_some() && b.is_some()) {
        heads.sort_by_key(|(head, _)| *head);
    }
    tokens.into_iter().map(|(_, token)| token.text().trim_end().replace("\r\n", "\n"))
}
