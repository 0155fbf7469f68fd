//! The text that pest reads, and its way back to the text that was written.

use rowan::{TextRange, TextSize};

/// A text and its repaired copy.
pub(crate) struct Source<'a> {
    text: &'a str,
}

impl<'a> Source<'a> {
    /// Repairs a text.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// The text for pest.
    pub(crate) fn parsed(&self) -> &str {
        self.text
    }

    /// What was written where the repaired text has `from..to`.
    pub(crate) fn written(&self, from: usize, to: usize) -> &'a str {
        &self.text[from..to]
    }

    /// The range of [`Source::written`].
    pub(crate) fn range(&self, from: usize, to: usize) -> TextRange {
        let size = |n: usize| TextSize::try_from(n).expect("texts are shorter than 4 GiB");
        TextRange::new(size(from), size(to))
    }
}
