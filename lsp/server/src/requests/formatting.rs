//! `textDocument/formatting`: the whole document in the one style.

use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_compiler::fmt;
use efl_grammar::{TextRange, TextSize};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{DocumentFormattingParams, OneOf, ServerCapabilities, TextEdit},
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.document_formatting_provider = Some(OneOf::Left(true));
}

pub(crate) fn run(snapshot: &Snapshot, params: &DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    Ok(Some(formatted(file, None)))
}

/// The replacements that format a file, or a part of it. Line ends stay as the file has them: an editor has a setting
/// for those.
pub(crate) fn formatted(file: File<'_>, range: Option<TextRange>) -> Vec<TextEdit> {
    let lines = file.lines();
    let text = WithoutReturns::new(lines.text());
    let edits = match range {
        None => fmt::format(&text.text).edits,
        Some(range) => fmt::format_range(&text.text, text.without(range)),
    };
    edits.into_iter().map(|(range, new)| file.text_edit(text.with(range), &new)).collect()
}

/// A text whose lines end with LF alone, and where its returns were.
struct WithoutReturns {
    text: String,
    /// The offsets of the LFs that had a CR before them.
    returns: Vec<u32>,
}

impl WithoutReturns {
    fn new(text: &str) -> Self {
        let without = text.replace("\r\n", "\n");
        let mut returns = Vec::new();
        if without.len() < text.len() {
            for (at, _) in text.match_indices("\r\n") {
                let before = returns.len();
                returns.push(u32::try_from(at - before).unwrap_or(u32::MAX));
            }
        }
        Self { text: without, returns }
    }

    /// A range of the text with returns, in the one without.
    fn without(&self, range: TextRange) -> TextRange {
        let map = |at: TextSize| {
            let at = u32::from(at);
            // The return of a line stands at its LF's offset and as many returns before it.
            let before = self.returns.iter().enumerate();
            let count =
                before.take_while(|(count, lf)| **lf + u32::try_from(*count).unwrap_or(0) < at).count();
            TextSize::from(at - u32::try_from(count).unwrap_or(0))
        };
        TextRange::new(map(range.start()), map(range.end()))
    }

    /// A range of the text without returns, in the one with them.
    fn with(&self, range: TextRange) -> TextRange {
        let map = |at: TextSize| {
            let before = self.returns.partition_point(|lf| *lf < u32::from(at));
            at + TextSize::from(u32::try_from(before).unwrap_or(0))
        };
        TextRange::new(map(range.start()), map(range.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::WithoutReturns;
    use efl_grammar::TextRange;

    #[test]
    fn offsets_go_there_and_back() {
        let text = "a\r\nbc\n\r\nd";
        let without = WithoutReturns::new(text);
        assert_eq!(without.text, "a\nbc\n\nd");
        for (with, other) in [(0, 0), (1, 1), (3, 2), (4, 3), (6, 5), (8, 6), (9, 7)] {
            let there = without.without(TextRange::empty(with.into()));
            assert_eq!(there, TextRange::empty(other.into()), "{with}");
            assert_eq!(without.with(there), TextRange::empty(with.into()), "{with}");
        }
    }
}
