//! The declarations of a file: what stands between them, and those with syntax errors, which are copied.

use super::judge::Judge;
use super::layout::Layout;
use super::printer::Printer;
use super::trivia::{Gap, is_trivia};
use efl_grammar::{Parse, SyntaxElement, SyntaxKind, SyntaxNode, TextRange, TextSize};

/// A declaration, or lines with syntax errors.
struct Chunk {
    /// What stands before it.
    gap: Gap,
    range: TextRange,
    /// The declaration, if it has no errors.
    good: Option<SyntaxNode>,
}

/// Lays out a file; also says which parts are copied.
pub(super) fn layout<'a>(text: &'a str, parse: &Parse) -> (Layout<'a>, Vec<TextRange>) {
    let (chunks, rest) = chunks(text, parse);
    let mut printer = Printer::new(text);
    let mut skipped = Vec::new();
    let (mut before, is_empty) = (None, chunks.is_empty());
    for (at, chunk) in chunks.into_iter().enumerate() {
        let next = printer.layout.next_item();
        let pair = before.filter(|_| chunk.good.is_some()).map(|before| (before, next));
        printer.gap_between(chunk.gap, at == 0, pair);
        if let Some(node) = &chunk.good {
            printer.layout.begin_item(node.kind());
            printer.restart();
            printer.node(node);
            printer.layout.end_item();
        } else {
            printer.layout.raw(chunk.range);
            skipped.push(chunk.range);
        }
        before = chunk.good.map(|_| next);
    }
    printer.gap_at_end(rest, is_empty);
    (printer.layout, skipped)
}

impl Printer<'_> {
    fn gap_between(&mut self, mut gap: Gap, first: bool, items: Option<(usize, usize)>) {
        if !first {
            let trailing = gap.take_trailing();
            self.trailing(&trailing);
            let has_blank = (0..=gap.comments.len()).any(|at| gap.newlines_at(at) > 1);
            self.layout.between(gap.newlines_at(0) > 1, items.filter(|_| !has_blank));
        }
        self.leading(&gap, true, true);
    }

    fn gap_at_end(&mut self, mut gap: Gap, first: bool) {
        let trailing = if first { 0 } else { gap.trailing(true) };
        let leading = gap.comments.split_off(trailing);
        self.trailing(&gap.comments);
        gap.comments = leading;
        if !gap.comments.is_empty() {
            self.layout.newline(0, gap.newlines_at(0) > 1);
            self.leading(&gap, true, false);
        }
    }
}

/// The parts of a file in their order, and what stands behind the last one.
fn chunks(text: &str, parse: &Parse) -> (Vec<Chunk>, Gap) {
    let judge = Judge::new(text, parse);
    let (mut chunks, mut gap) = (Vec::<Chunk>::new(), Gap::default());
    for element in parse.syntax().children_with_tokens() {
        if is_trivia(&element) {
            gap.take_in(&element);
            continue;
        }
        let between = std::mem::take(&mut gap);
        let range = element.text_range();
        let is_behind =
            |last: &Chunk| !text[usize::from(last.range.end())..usize::from(range.start())].contains('\n');
        match chunks.last_mut() {
            Some(last) if is_behind(last) && !begins_with_doc(&element) => {
                *last =
                    Chunk { gap: std::mem::take(&mut last.gap), range: last.range.cover(range), good: None };
            }
            _ => {
                let good = element.into_node().filter(|node| judge.trusts(node));
                chunks.push(Chunk { gap: between, range, good });
            }
        }
    }
    copied(text, chunks, gap)
}

/// A doc may begin on the line of the declaration before.
fn begins_with_doc(element: &SyntaxElement) -> bool {
    let first = element.as_node().and_then(SyntaxNode::first_token);
    first.is_some_and(|token| token.kind() == SyntaxKind::DOC_COMMENT)
}

/// Widens the parts with errors to whole lines, and joins those that follow each other.
fn copied(text: &str, chunks: Vec<Chunk>, mut rest: Gap) -> (Vec<Chunk>, Gap) {
    let mut joined = Vec::<Chunk>::new();
    for mut chunk in chunks {
        match joined.last_mut() {
            Some(last) if last.good.is_none() => {
                last.widen(text, &mut chunk.gap);
                if chunk.good.is_none() {
                    last.range = last.range.cover(chunk.range);
                    continue;
                }
            }
            _ => {}
        }
        if chunk.good.is_none() {
            chunk.range = TextRange::new(line_start(text, chunk.range.start()), chunk.range.end());
        }
        joined.push(chunk);
    }
    if let Some(last) = joined.last_mut().filter(|last| last.good.is_none()) {
        last.widen(text, &mut rest);
    }
    (joined, rest)
}

impl Chunk {
    /// Takes in what stands behind it on its line.
    fn widen(&mut self, text: &str, behind: &mut Gap) {
        let end = behind.take_same_line().last().map_or(self.range.end(), |comment| comment.range.end());
        let rest = &text[usize::from(end)..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let blank = if rest[blank..].starts_with(['\n', '\r']) || blank == rest.len() { blank } else { 0 };
        let end = end + TextSize::of(&rest[..blank]);
        // A `\r` at the end would become a line break together with the `\n` that is put behind it.
        let copied = text[TextRange::new(self.range.start(), end)].trim_end_matches('\r');
        self.range = TextRange::at(self.range.start(), TextSize::of(copied));
    }
}

/// Where the line of an offset begins, behind a byte order mark, if only blanks stand before it.
fn line_start(text: &str, offset: TextSize) -> TextSize {
    let before = &text[..usize::from(offset)];
    let line = before.rsplit_once('\n').map_or(before.trim_start_matches('\u{FEFF}'), |(_, line)| line);
    if line.trim().is_empty() { offset - TextSize::of(line) } else { offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_before_its_blanks() {
        let start = |text: &str, at: u32| u32::from(line_start(text, TextSize::from(at)));
        assert_eq!(start("ab\n  c", 5), 3);
        assert_eq!(start("ab\nx c", 5), 5);
        assert_eq!(start("\u{FEFF} c", 4), 3);
        assert_eq!(start("c", 0), 0);
    }
}
