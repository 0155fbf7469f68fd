//! The text that pest reads, and the way from it back to the text that was written.
//!
//! Pest reads a *repaired* copy: brackets and quotes balanced, foreign quotes and comments rewritten, what is nested
//! too deep blotted out. Nearly always nothing is to be repaired, and the copy is the text itself.

use crate::repair::{Edit, Why, edits};
use rowan::{TextRange, TextSize};
use std::borrow::Cow;
use std::ops::Range;

/// An edit in the repaired text.
#[derive(Clone, Debug)]
pub(crate) struct Patch {
    /// Where its result stands in the repaired text.
    pub(crate) parsed: Range<usize>,
    /// What it replaced in the written text.
    pub(crate) written: Range<usize>,
    /// Why it was made.
    pub(crate) why: Why,
}

/// A text and its repaired copy.
pub(crate) struct Source<'a> {
    text: &'a str,
    parsed: Cow<'a, str>,
    /// In order, without those that keep the length.
    patches: Vec<Patch>,
}

impl<'a> Source<'a> {
    /// Repairs a text; misspelt keywords are replaced as well.
    pub(crate) fn new(text: &'a str, keywords: &[Edit]) -> Self {
        let mut edits = edits(text);
        edits.extend_from_slice(keywords);
        edits.sort_by_key(|edit| (edit.at, edit.len > 0));
        if edits.is_empty() {
            return Self { text, parsed: Cow::Borrowed(text), patches: Vec::new() };
        }
        let (parsed, patches) = apply(text, edits);
        Self { text, parsed: Cow::Owned(parsed), patches }
    }

    /// The text for pest.
    pub(crate) fn parsed(&self) -> &str {
        &self.parsed
    }

    /// The text as written.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The place in the written text of a place in the repaired one.
    pub(crate) fn offset(&self, at: usize) -> usize {
        let index = self.patches.partition_point(|patch| patch.parsed.start <= at);
        let Some(patch) = index.checked_sub(1).map(|index| &self.patches[index]) else { return at };
        if at >= patch.parsed.end { patch.written.end + (at - patch.parsed.end) } else { patch.written.start }
    }

    /// What was written where the repaired text has `from..to`.
    pub(crate) fn written(&self, from: usize, to: usize) -> &'a str {
        if self.patches.is_empty() {
            return &self.text[from..to];
        }
        &self.text[self.offset(from)..self.offset(to)]
    }

    /// The range of [`Source::written`].
    pub(crate) fn range(&self, from: usize, to: usize) -> TextRange {
        range(self.offset(from)..self.offset(to))
    }

    /// The patch that begins at a place of the repaired text.
    pub(crate) fn patch_at(&self, at: usize) -> Option<&Patch> {
        let index = self.patches.binary_search_by_key(&at, |patch| patch.parsed.start).ok()?;
        self.patches.get(index)
    }

    /// The patches inside a part of the repaired text.
    pub(crate) fn patches_in(&self, from: usize, to: usize) -> &[Patch] {
        let first = self.patches.partition_point(|patch| patch.parsed.start < from);
        let last = self.patches.partition_point(|patch| patch.parsed.end <= to);
        self.patches.get(first..last).unwrap_or_default()
    }
}

/// A range as rowan has it.
pub(crate) fn range(range: Range<usize>) -> TextRange {
    let size = |n: usize| TextSize::try_from(n).expect("texts are shorter than 4 GiB");
    TextRange::new(size(range.start), size(range.end))
}

fn apply(text: &str, edits: Vec<Edit>) -> (String, Vec<Patch>) {
    let mut parsed = String::with_capacity(text.len() + edits.len());
    let mut patches = Vec::new();
    let mut done = 0;
    for edit in edits {
        if edit.at < done {
            continue;
        }
        parsed.push_str(&text[done..edit.at]);
        let start = parsed.len();
        parsed.push_str(&edit.text);
        done = edit.at + edit.len;
        if !matches!(edit.why, Why::Blot) {
            patches.push(Patch { parsed: start..parsed.len(), written: edit.at..done, why: edit.why });
        }
    }
    parsed.push_str(&text[done..]);
    (parsed, patches)
}
