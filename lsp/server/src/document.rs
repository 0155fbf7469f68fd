//! An open document: its text, its lines, and the client's edits.

use efl_grammar::{Encoding, LineCol, LineIndex, TextRange, TextSize};
use std::sync::Arc;
use tower_lsp::ls_types::{Position, Range, TextDocumentContentChangeEvent, Uri};

/// A document that the client has open. Its text is the truth, whatever the disk says.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The client's name for it.
    pub(crate) uri: Uri,
    /// The client's number of this text.
    pub(crate) version: i32,
    /// The text and where its lines begin.
    pub(crate) lines: Arc<LineIndex>,
}

impl Document {
    pub(crate) fn new(uri: Uri, version: i32, text: String) -> Self {
        Self { uri, version, lines: Arc::new(LineIndex::new(text)) }
    }

    /// Applies edits in order, each to what the ones before it left.
    pub(crate) fn edit(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        self.version = version;
        for change in changes {
            let text = match change.range {
                None => change.text,
                Some(range) => {
                    let range = offsets(&self.lines, range, encoding);
                    let mut text = String::with_capacity(self.lines.text().len() + change.text.len());
                    text.push_str(&self.lines.text()[..range.start().into()]);
                    text.push_str(&change.text);
                    text.push_str(&self.lines.text()[range.end().into()..]);
                    text
                }
            };
            self.lines = Arc::new(LineIndex::new(text));
        }
    }
}

/// The offset of a position; one that does not exist is moved to the nearest before it.
pub(crate) fn offset(lines: &LineIndex, position: Position, encoding: Encoding) -> TextSize {
    lines.offset(LineCol { line: position.line, col: position.character }, encoding)
}

/// The offsets of a range; one that ends before it begins is empty.
pub(crate) fn offsets(lines: &LineIndex, range: Range, encoding: Encoding) -> TextRange {
    let start = offset(lines, range.start, encoding);
    TextRange::new(start, offset(lines, range.end, encoding).max(start))
}

/// The position of an offset.
pub(crate) fn position(lines: &LineIndex, at: TextSize, encoding: Encoding) -> Position {
    let place = lines.line_col(at, encoding);
    Position { line: place.line, character: place.col }
}

/// The positions of a range.
pub(crate) fn range(lines: &LineIndex, range: TextRange, encoding: Encoding) -> Range {
    Range { start: position(lines, range.start(), encoding), end: position(lines, range.end(), encoding) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(range: Option<[u32; 4]>, text: &str) -> TextDocumentContentChangeEvent {
        let range = range.map(|[line, from, end, to]| Range {
            start: Position { line, character: from },
            end: Position { line: end, character: to },
        });
        TextDocumentContentChangeEvent { range, range_length: None, text: text.to_owned() }
    }

    #[test]
    fn edits_apply_in_order_in_each_encoding() {
        for (encoding, column) in [(Encoding::Utf8, 4), (Encoding::Utf16, 2), (Encoding::Utf32, 1)] {
            let mut document = Document::new("untitled:a".parse().unwrap(), 1, "😀x\r\nb\r\n".to_owned());
            let changes = vec![
                change(Some([0, column, 0, column + 1]), "yz"),
                change(Some([0, column + 1, 1, 1]), "w"),
            ];
            document.edit(2, changes, encoding);
            assert_eq!(&**document.lines.text(), "😀yw\r\n", "{encoding:?}");
            document.edit(3, vec![change(None, "new")], encoding);
            assert_eq!((&**document.lines.text(), document.version), ("new", 3));
        }
    }

    #[test]
    fn an_edit_outside_of_the_text_is_moved_into_it() {
        let mut document = Document::new("untitled:a".parse().unwrap(), 1, "a\nb".to_owned());
        document.edit(2, vec![change(Some([7, 3, 0, 0]), "c")], Encoding::Utf16);
        assert_eq!(&**document.lines.text(), "a\nbc");
    }
}
