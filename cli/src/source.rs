//! A text that diagnostics point into: its name, its lines, and where a byte stands in it.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

/// A line of more bytes is shown in part.
const LONG: usize = 1_000;
/// So many bytes of it stand before what is shown.
pub(crate) const AROUND: usize = 40;

/// A file, or a value of the command line.
#[derive(Debug)]
pub(crate) struct Source {
    /// The path as people see it, `<stdin>`, or the option `--param`.
    pub(crate) name: String,
    /// The text.
    pub(crate) text: Arc<str>,
    /// What it is.
    pub(crate) kind: SourceKind,
    /// The byte at which each line begins.
    lines: OnceLock<Vec<usize>>,
}

/// What a source is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SourceKind {
    /// A file that tools may open.
    File,
    /// A file of which nothing can be shown.
    Unreadable,
    /// No file: standard input, an option.
    Virtual,
}

/// A place in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub(crate) struct Position {
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters (Unicode code points).
    pub(crate) column: usize,
    /// From 0, in bytes.
    pub(crate) offset: usize,
}

impl Source {
    pub(crate) fn new(name: impl Into<String>, text: impl Into<Arc<str>>, kind: SourceKind) -> Self {
        Self { name: name.into(), text: text.into(), kind, lines: OnceLock::new() }
    }

    /// The bytes at which lines begin. A line ends at `\n`; what an editor shows as one line is one.
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let breaks =
                self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }

    /// The nearest place that is in the text and no middle of a character.
    fn clamp(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// The line of a byte, from 0.
    fn line(&self, offset: usize) -> usize {
        self.lines().partition_point(|start| *start <= offset) - 1
    }

    /// Where a byte stands.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let offset = self.clamp(offset);
        let line = self.line(offset);
        let before = &self.text[self.lines()[line]..offset];
        // A byte order mark is no column: editors do not show it.
        let mark = usize::from(line == 0 && before.starts_with('\u{FEFF}'));
        Position { line: line + 1, column: before.chars().count() - mark + 1, offset }
    }

    /// The bytes of some lines, from 0, without the last line's end.
    fn bytes_of(&self, first: usize, last: usize) -> Range<usize> {
        let end = self.lines().get(last + 1).copied().unwrap_or(self.text.len());
        self.lines()[first]..end
    }

    /// Whether one of the lines of a range, or one beside them, is too long to be shown whole.
    pub(crate) fn has_long_line(&self, start: usize, end: usize) -> bool {
        let last = (self.line(end.max(start)) + 1).min(self.lines().len() - 1);
        (self.line(start).saturating_sub(1)..=last).any(|line| self.bytes_of(line, line).len() > LONG)
    }

    /// A range that lies in the text.
    pub(crate) fn range(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.clamp(range.start);
        start..self.clamp(range.end).max(start)
    }
}

/// What miette shows of it. Its own implementation walks the whole text for each place, and counts columns in bytes.
impl miette::SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let start = self.clamp(span.offset());
        let end = self.clamp(span.offset() + span.len().saturating_sub(1)).max(start);
        if self.has_long_line(start, end) {
            // Without lines around it, miette asks where the place itself is.
            return Ok(Box::new(self.around(start, before == 0)));
        }
        let first = self.line(start).saturating_sub(before);
        let last = (self.line(end) + after).min(self.lines().len() - 1);
        let bytes = self.bytes_of(first, last);
        let position = self.position(start);
        let (line, column) = if before == 0 { (position.line - 1, position.column - 1) } else { (first, 0) };
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[bytes.clone()],
            (bytes.start, bytes.len()).into(),
            line,
            column,
            last - first + 1,
        )))
    }
}

impl Source {
    /// A part of a long line around a byte, which begins at its own column or at that of the byte.
    fn around(&self, start: usize, at_byte: bool) -> miette::MietteSpanContents<'_> {
        let line = self.line(start);
        let whole = self.bytes_of(line, line);
        let from = self.clamp(start.saturating_sub(AROUND)).max(whole.start);
        let to = self.clamp((start + 2 * AROUND).min(whole.end));
        let column = self.position(if at_byte { start } else { from }).column - 1;
        let bytes = &self.text.as_bytes()[from..to];
        miette::MietteSpanContents::new_named(
            self.name.clone(),
            bytes,
            (from, to - from).into(),
            line,
            column,
            1,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Position, Source, SourceKind};

    #[test]
    fn columns_count_characters_and_offsets_bytes() {
        let source = Source::new("a.efl", "\u{FEFF}é\r\nx ü y\n", SourceKind::File);
        assert_eq!(source.position(5), Position { line: 1, column: 2, offset: 5 });
        assert_eq!(source.position(12), Position { line: 2, column: 5, offset: 12 });
        assert_eq!(source.position(99), Position { line: 3, column: 1, offset: 14 });
        // The middle of a character is its beginning.
        assert_eq!(source.position(10).offset, 9);
    }
}
