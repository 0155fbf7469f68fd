//! The difference between a text and its formatted self, as small replacements.

use super::layout::Printed;
use efl_grammar::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize};

/// The replacements between the pieces that were kept.
pub(super) fn edits(source: &str, printed: &Printed) -> Vec<(TextRange, String)> {
    let mut edits = Vec::new();
    let (mut from, mut to) = (0, 0);
    let end = (source.len()..source.len(), printed.text.len());
    let pieces = printed.pieces.iter().map(|piece| (std::ops::Range::<usize>::from(piece.from), piece.to));
    for (piece, at) in pieces.chain([end]) {
        if piece.start < from {
            continue; // it has moved forwards: the next replacement contains it
        }
        edits.extend(edit(from, &source[from..piece.start], &printed.text[to..at]));
        (from, to) = (piece.end, at + piece.len());
    }
    edits
}

/// The replacement of a text that begins at an offset, without what both have in common at their ends.
fn edit(start: usize, old: &str, new: &str) -> Option<(TextRange, String)> {
    if old == new {
        return None;
    }
    let same = |(old, new): &(char, char)| old == new;
    let len = |pairs: &[(char, char)]| pairs.iter().map(|(c, _)| c.len_utf8()).sum::<usize>();
    let prefix: Vec<_> = old.chars().zip(new.chars()).take_while(same).collect();
    let prefix = len(&prefix);
    let (old, new) = (&old[prefix..], &new[prefix..]);
    let suffix: Vec<_> = old.chars().rev().zip(new.chars().rev()).take_while(same).collect();
    let suffix = len(&suffix);
    let size = |n: usize| TextSize::try_from(n).expect("texts are shorter than 4 GiB");
    let range = TextRange::at(size(start + prefix), size(old.len() - suffix));
    Some((range, new[..new.len() - suffix].to_owned()))
}

/// The declarations, members or statements that a range touches, with what stands before the first of them.
pub(super) fn scope(root: &SyntaxNode, range: TextRange) -> TextRange {
    let whole = root.text_range();
    let range = TextRange::new(range.start().min(whole.end()), range.end().min(whole.end()));
    let covering = match root.covering_element(range) {
        SyntaxElement::Node(node) => node,
        SyntaxElement::Token(token) => token.parent().unwrap_or_else(|| root.clone()),
    };
    let touched = if holds_items(covering.kind()) {
        let touches = |node: &SyntaxNode| node.text_range().intersect(range).is_some();
        covering.children().filter(touches).map(|node| node.text_range()).reduce(TextRange::cover)
    } else {
        let is_item = |node: &SyntaxNode| node.parent().is_none_or(|parent| holds_items(parent.kind()));
        covering.ancestors().find(is_item).map(|node| node.text_range())
    };
    let touched = touched.unwrap_or(range);
    let first = root.token_at_offset(touched.start()).right_biased();
    TextRange::new(first.map_or(touched.start(), |token| gap_start(&token)), touched.end())
}

fn holds_items(kind: SyntaxKind) -> bool {
    use SyntaxKind::{BLOCK, BODY, FILE, STMTS};
    matches!(kind, FILE | BLOCK | BODY | STMTS)
}

/// Where the blanks and comments before a token begin.
fn gap_start(token: &SyntaxToken) -> TextSize {
    let before = std::iter::successors(token.prev_token(), SyntaxToken::prev_token);
    let solid = |token: &SyntaxToken| !token.kind().is_trivia();
    before.into_iter().find(solid).map_or(TextSize::from(0), |token| token.text_range().end())
}
