//! Offsets to lines and columns and back, as editors count them.

use rowan::TextSize;
use std::sync::Arc;

/// How an editor counts the columns of a line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: the default of the Language Server Protocol.
    Utf16,
    /// Characters (Unicode scalar values).
    Utf32,
}

/// A line and a column, both from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineCol {
    /// The line.
    pub line: u32,
    /// The column, in units of an [`Encoding`].
    pub col: u32,
}

/// Where the lines of a text begin. Lines end with LF, CR LF or a single CR.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineIndex {
    text: Arc<str>,
    /// Where each line begins.
    starts: Box<[u32]>,
}

impl LineIndex {
    /// Finds the lines of a text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let bytes = text.as_bytes();
        let ends = |at: &usize| match bytes[*at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts = (0..bytes.len()).filter(ends).map(|at| offset(at + 1));
        Self { starts: std::iter::once(0).chain(starts).collect(), text }
    }

    /// The text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// How many lines there are; an empty text has one.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never: every text has a line.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The line and column of an offset; one behind the text or inside a character counts as the place before it.
    pub fn line_col(&self, at: TextSize, encoding: Encoding) -> LineCol {
        let at = self.floor(at.into());
        let line = self.starts.partition_point(|start| *start as usize <= at) - 1;
        let before = &self.text[self.starts[line] as usize..at];
        LineCol { line: offset(line), col: offset(width(before, encoding)) }
    }

    /// The offset of a line and column. A column behind the line's end means its end (before the line break); a line
    /// behind the last one means the end of the text.
    pub fn offset(&self, at: LineCol, encoding: Encoding) -> TextSize {
        let line = at.line as usize;
        let Some(start) = self.starts.get(line).map(|start| *start as usize) else {
            return TextSize::of(&*self.text);
        };
        let text = self.line_text(line);
        let mut col = 0;
        for (index, c) in text.char_indices() {
            col += width(c.encode_utf8(&mut [0; 4]), encoding);
            if col > at.col as usize {
                return TextSize::new(offset(start + index));
            }
        }
        TextSize::new(offset(start + text.len()))
    }

    /// The text of a line without its line break.
    fn line_text(&self, line: usize) -> &str {
        let end = self.starts.get(line + 1).map_or(self.text.len(), |start| *start as usize);
        self.text[self.starts[line] as usize..end].trim_end_matches(['\n', '\r'])
    }

    fn floor(&self, at: usize) -> usize {
        self.text.floor_char_boundary(at)
    }
}

fn width(text: &str, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => text.len(),
        Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
        Encoding::Utf32 => text.chars().count(),
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(text: &str, at: u32, encoding: Encoding, line: u32, col: u32) {
        let index = LineIndex::new(text);
        let place = LineCol { line, col };
        assert_eq!(index.line_col(at.into(), encoding), place, "{text:?} {at}");
        assert_eq!(index.offset(place, encoding), at.into(), "{text:?} {place:?}");
    }

    #[test]
    fn columns_are_counted_in_each_encoding() {
        let text = "aä😀b\nc";
        for (encoding, col) in [(Encoding::Utf8, 7), (Encoding::Utf16, 4), (Encoding::Utf32, 3)] {
            there_and_back(text, 7, encoding, 0, col);
            there_and_back(text, 9, encoding, 1, 0);
            there_and_back(text, 10, encoding, 1, 1);
        }
    }

    #[test]
    fn every_line_break_counts_once() {
        let text = "a\r\nb\rc\n\nd";
        assert_eq!(LineIndex::new(text).len(), 5);
        there_and_back(text, 3, Encoding::Utf16, 1, 0);
        there_and_back(text, 5, Encoding::Utf16, 2, 0);
        there_and_back(text, 7, Encoding::Utf16, 3, 0);
        there_and_back(text, 8, Encoding::Utf16, 4, 0);
    }

    #[test]
    fn places_that_do_not_exist_are_moved_to_the_nearest_before() {
        let index = LineIndex::new("ab\r\nä");
        assert_eq!(index.offset(LineCol { line: 0, col: 9 }, Encoding::Utf16), 2.into());
        assert_eq!(index.offset(LineCol { line: 9, col: 0 }, Encoding::Utf16), 6.into());
        assert_eq!(index.line_col(5.into(), Encoding::Utf16), LineCol { line: 1, col: 0 });
        assert_eq!(index.line_col(99.into(), Encoding::Utf16), LineCol { line: 1, col: 1 });
    }
}
