//! The text that pest reads, and the way from it back to the text that was written.
//!
//! Pest reads a *repaired* copy: brackets and quotes balanced, foreign quotes and comments rewritten, what is nested
//! too deep blotted out. Nearly always nothing is to be repaired, and the copy is the text itself.

use crate::hide::{Hidden, hide};
use crate::repair::{Edit, STRAY, Why, is_clean, lone, repair};
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

/// How often lone brackets and quotes are hidden: those behind a quote may become another matter each time.
const MAX_ROUNDS: u32 = 50;

/// A text and its repaired copy.
pub(crate) struct Source<'a> {
    text: &'a str,
    parsed: Cow<'a, str>,
    /// The same without comments, if it has any.
    plain: Option<String>,
    /// In order, without those that keep the length.
    patches: Vec<Patch>,
}

impl<'a> Source<'a> {
    /// Repairs a text; misspelt keywords are replaced as well.
    pub(crate) fn new(text: &'a str, keywords: &[Edit]) -> Self {
        let mut hidden = Vec::new();
        let mut edits = Vec::new();
        if !is_clean(text, |lexeme| hidden.extend(Hidden::new(text, lexeme))) {
            (edits, hidden) = repair(text);
        }
        edits.extend_from_slice(keywords);
        if edits.is_empty() {
            let plain = hide(text, &hidden);
            return Self { text, parsed: Cow::Borrowed(text), plain, patches: Vec::new() };
        }
        let mut source = Self::edited(text, &hidden, &mut edits);
        for _ in 0..MAX_ROUNDS {
            let lone = lone(source.plain());
            if lone.is_empty() {
                return source;
            }
            for range in lone {
                source.blot(range, &mut edits);
            }
            source = Self::edited(text, &hidden, &mut edits);
        }
        let hopeless = Edit { at: 0, len: text.len(), text: STRAY.repeat(text.len()).into(), why: Why::Blot };
        Self::edited(text, &[], &mut [hopeless])
    }

    /// A text after edits, which are put in order.
    fn edited(text: &'a str, hidden: &[Hidden], edits: &mut [Edit]) -> Self {
        edits.sort_by_key(|edit| (edit.at, edit.len > 0));
        let in_comment = |at: usize| {
            let index = hidden.partition_point(|piece| piece.end <= at);
            hidden.get(index).is_some_and(|piece| piece.start <= at)
        };
        let invisible = |edit: &Edit| match edit.why {
            Why::ForeignComment | Why::UnclosedComment(_) => true,
            Why::Blot => in_comment(edit.at),
            _ => false,
        };
        let plain = hide(text, hidden).map(|plain| {
            apply(&plain, edits, |edit| {
                if invisible(edit) { " ".repeat(edit.text.len()).into() } else { edit.text.as_ref().into() }
            })
        });
        let parsed = apply(text, edits, |edit| edit.text.as_ref().into());
        Self { text, parsed: Cow::Owned(parsed), plain, patches: patches(edits) }
    }

    /// Takes back the edits that a range of the text for pest is from; without any, hides from pest what was written.
    fn blot(&self, range: Range<usize>, edits: &mut Vec<Edit>) {
        let inside = |patch: &&Patch| patch.parsed.start < range.end && range.start < patch.parsed.end;
        let mut written = true;
        for patch in self.patches.iter().filter(inside) {
            edits.retain(|edit| edit.at != patch.written.start || edit.why != patch.why);
            written = false;
        }
        if written {
            let (at, len) = (self.offset(range.start), range.len());
            edits.push(Edit { at, len, text: STRAY.repeat(len).into(), why: Why::Blot });
        }
    }

    /// The text for pest.
    pub(crate) fn plain(&self) -> &str {
        self.plain.as_deref().unwrap_or(&self.parsed)
    }

    /// The text for pest, with its comments.
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

/// A text with edits made. Of edits that overlap, the first counts.
fn apply<'a>(text: &str, edits: &'a [Edit], with: impl Fn(&'a Edit) -> Cow<'a, str>) -> String {
    let mut edited = String::with_capacity(text.len() + edits.len());
    let mut done = 0;
    for edit in edits {
        if edit.at < done {
            continue;
        }
        edited.push_str(&text[done..edit.at]);
        edited.push_str(&with(edit));
        done = edit.at + edit.len;
    }
    edited.push_str(&text[done..]);
    edited
}

/// Where edits stand in the edited text.
fn patches(edits: &[Edit]) -> Vec<Patch> {
    let mut patches = Vec::new();
    let (mut done, mut parsed) = (0, 0);
    for edit in edits {
        if edit.at < done {
            continue;
        }
        let start = parsed + edit.at - done;
        done = edit.at + edit.len;
        parsed = start + edit.text.len();
        if !matches!(edit.why, Why::Blot) {
            patches.push(Patch { parsed: start..parsed, written: edit.at..done, why: edit.why.clone() });
        }
    }
    patches
}
