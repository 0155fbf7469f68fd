//! The promises, as checks of one text.

use efl_compiler::fmt::{Formatted, format};
use efl_grammar::{Parse, SyntaxElement, SyntaxErrorKind, SyntaxKind, SyntaxNode, TextRange, parse};

/// Holds all promises against a text; the formatted one is returned.
pub(crate) fn hold(text: &str) -> String {
    let formatted = format(text);
    nothing_is_lost(text, &formatted.text);
    skipped_is_copied(text, &formatted);
    assert_eq!(applied(text, &formatted.edits), formatted.text, "the edits make another text of\n{text}");
    let again = format(&formatted.text);
    assert_eq!(again.text, formatted.text, "formatting twice is not formatting once:\n{text}");
    let before = parse(text);
    if is_good(&before) {
        means_the_same(text, &formatted.text);
        if formatted.skipped.is_empty() {
            layout_is_clean(&formatted.text);
        }
    }
    formatted.text
}

/// Holds all promises against a text without errors; nothing of it is skipped.
pub(crate) fn hold_good(text: &str) -> String {
    assert!(!is_good(&parse(text)) || format(text).skipped.is_empty(), "a good text is skipped:\n{text}");
    hold(text)
}

/// Whether a text has no syntax errors.
pub(crate) fn is_good(parse: &Parse) -> bool {
    parse.errors().iter().all(|error| error.kind == SyntaxErrorKind::MisplacedDoc)
        && parse.syntax().descendants_with_tokens().all(|element| element.kind() != SyntaxKind::JUNK)
}

/// A text after edits.
pub(crate) fn applied(text: &str, edits: &[(TextRange, String)]) -> String {
    let (mut result, mut from) = (String::new(), 0);
    for (range, new) in edits {
        result += &text[from..usize::from(range.start())];
        result += new;
        from = usize::from(range.end());
    }
    result + &text[from..]
}

/// The same tokens in the same order, but for commas and the heads of rules; the same comments; no errors.
pub(crate) fn means_the_same(before: &str, after: &str) {
    let (old, new) = (parse(before), parse(after));
    assert!(is_good(&new), "{:?} after formatting\n{before}\nto\n{after}", new.errors());
    assert_eq!(
        words(&old.syntax()),
        words(&new.syntax()),
        "other tokens after formatting\n{before}\nto\n{after}"
    );
    assert_eq!(comments(&old.syntax()), comments(&new.syntax()), "other comments in\n{after}\nof\n{before}");
}

/// The characters stay, but for blanks and commas.
fn nothing_is_lost(before: &str, after: &str) {
    let solid = |text: &str| {
        let mut chars: Vec<char> =
            text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '\u{FEFF}')).collect();
        chars.sort_unstable();
        chars
    };
    assert!(solid(before) == solid(after), "something is lost or new in\n{after}\nof\n{before}");
}

fn skipped_is_copied(text: &str, formatted: &Formatted) {
    let mut rest = formatted.text.as_str();
    for range in &formatted.skipped {
        let skipped = &text[*range];
        let at =
            rest.find(skipped).unwrap_or_else(|| panic!("{skipped:?} is not copied to\n{}", formatted.text));
        rest = &rest[at + skipped.len()..];
    }
}

/// No blanks at the end of a line, no two empty lines, one line break at the end; except in strings and comments.
fn layout_is_clean(text: &str) {
    assert!(
        text.is_empty() || text.ends_with('\n') && !text.starts_with('\n') && !text.ends_with("\n\n"),
        "{text:?}"
    );
    let tree = parse(text).syntax();
    let blanks = tree.descendants_with_tokens().filter_map(SyntaxElement::into_token);
    for blank in blanks.filter(|token| token.kind() == SyntaxKind::WHITESPACE) {
        let in_string = blank.parent_ancestors().any(|node| node.kind() == SyntaxKind::STRING);
        let blank = blank.text();
        assert!(in_string || !blank.contains(" \n") && !blank.contains("\n\n\n"), "{blank:?} in\n{text}");
        assert!(in_string || !blank.contains(['\r', '\t', '\u{FEFF}']), "{blank:?} in\n{text}");
    }
}

/// The tokens, without blanks, comments and commas; heads of rules in their order.
fn words(node: &SyntaxNode) -> Vec<String> {
    let mut children: Vec<_> =
        node.children_with_tokens().filter(|child| !child.kind().is_trivia()).collect();
    if node.kind() == SyntaxKind::RULE {
        let is_head = |child: &SyntaxElement| {
            matches!(child.kind(), SyntaxKind::WITHIN | SyntaxKind::BY | SyntaxKind::WHERE)
        };
        if let Some(first) = children.iter().position(is_head) {
            let count = children[first..].iter().take_while(|child| is_head(child)).count();
            children[first..first + count].sort_by_key(SyntaxElement::kind);
        }
    }
    let word = |child: SyntaxElement| match child {
        SyntaxElement::Node(node) => words(&node),
        SyntaxElement::Token(token) if token.kind() == SyntaxKind::COMMA => Vec::new(),
        SyntaxElement::Token(token) => vec![normal(token.text())],
    };
    children.into_iter().flat_map(word).collect()
}

fn comments(root: &SyntaxNode) -> Vec<String> {
    let tokens = root.descendants_with_tokens().filter_map(SyntaxElement::into_token);
    let comments = tokens.filter(|token| token.kind() == SyntaxKind::COMMENT);
    let mut texts: Vec<_> = comments.map(|token| normal(token.text())).collect();
    texts.sort();
    texts
}

fn normal(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    if text.starts_with("//") { text.trim_end().to_owned() } else { text }
}
