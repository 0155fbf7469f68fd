//! The last look at a repaired text: whatever was repaired before, each bracket and quote that pest sees has its
//! partner. Pest would read what stands behind a lone one again and again.

use super::brackets::partner;
use crate::lex::{Kind, Lexer};
use std::ops::Range;

/// Something open: `{`, `(`, `[`, `$` for `${`, or `"` for a string, and where it stands.
type Open = (u8, Range<usize>);

/// The brackets and quotes of a text that have no partner, in no order. What is behind a quote among them counts anew
/// once it is gone, and so a quote is the last.
pub(crate) fn lone(text: &str) -> Vec<Range<usize>> {
    let mut lexer = Lexer::new(text, 0);
    let (mut open, mut lone) = (Vec::<Open>::new(), Vec::new());
    while let Some(lexeme) = lexer.next() {
        let range = lexeme.start..lexeme.end;
        let first = text.as_bytes().get(lexeme.start).copied().unwrap_or(0);
        match lexeme.kind {
            Kind::Open | Kind::InterpStart => open.push((first, range)),
            Kind::StringStart => open.push((b'"', range)),
            Kind::StringEnd => close(&mut open, b'"', &mut lone),
            Kind::InterpEnd => close(&mut open, b'$', &mut lone),
            Kind::Close => {
                let inner = open.iter().rev().take_while(|(kind, _)| !matches!(kind, b'$' | b'"'));
                match inner.map(|(kind, _)| *kind).find(|kind| partner(*kind) == first) {
                    Some(kind) => close(&mut open, kind, &mut lone),
                    None => lone.push(range),
                }
            }
            Kind::StringCut => break,
            // Whatever pest takes for text must hide no bracket from this.
            Kind::LineComment | Kind::BlockComment { .. } | Kind::OpenComment => {
                lone.push(lexeme.start..lexeme.start + 2);
                return lone;
            }
            Kind::ForeignComment | Kind::ForeignString => {
                let len = text[range.start..].chars().next().map_or(1, char::len_utf8);
                lone.push(lexeme.start..lexeme.start + len);
                return lone;
            }
            Kind::Blank | Kind::Newline | Kind::Word | Kind::Text | Kind::Other => {}
        }
    }
    let quote = open.iter().position(|(kind, _)| *kind == b'"').map_or(open.len(), |at| at + 1);
    lone.extend(open.drain(..quote).map(|(_, range)| range));
    lone
}

/// Closes the innermost one of a kind; what is open in it is alone.
fn close(open: &mut Vec<Open>, kind: u8, lone: &mut Vec<Range<usize>>) {
    while let Some((other, range)) = open.pop() {
        if other == kind {
            break;
        }
        lone.push(range);
    }
}
