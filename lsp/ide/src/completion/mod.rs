//! Completion: what can be typed in a place, the likeliest first.
//!
//! [`probe`] reads the program with a name at the cursor, `places` says what kind of place that is and collects what fits
//! there, [`snippet`] writes blocks with everything that they must have.

mod places;
mod probe;
mod snippet;

use crate::FileEdit;
use efl_compiler::db::{Database, SourceFile};
use efl_grammar::{TextRange, TextSize};
use probe::{Probe, typed};
use std::collections::BTreeSet;

/// What can be typed in a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completions {
    /// What has been typed of it already: each item replaces that.
    pub replaces: TextRange,
    /// The likeliest first.
    pub items: Vec<Completion>,
}

/// Something that can be typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// What is shown and searched.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// Its type or what it is for, in a few words.
    pub detail: Option<String>,
    /// What is said of it, in Markdown.
    pub doc: Option<String>,
    /// What is inserted: a snippet of the protocol (`${1:name}`) if `is_snippet`.
    pub insert: String,
    /// Whether there are places to fill in it.
    pub is_snippet: bool,
    /// How likely it is: smaller first.
    pub rank: u8,
    /// The edit elsewhere that makes the name known: an import.
    pub import: Option<FileEdit>,
}

/// What a completion is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // the words of the language
pub enum Kind {
    Keyword,
    Snippet,
    Type,
    Function,
    Workflow,
    Event,
    Source,
    Rule,
    Orchestrator,
    Cluster,
    Bus,
    Fleet,
    Param,
    Value,
    Field,
    Block,
    Word,
    Unit,
    Path,
}

impl Completion {
    /// A name or word that is inserted as it is shown.
    fn new(kind: Kind, label: impl Into<String>) -> Self {
        let label = label.into();
        let insert = label.clone();
        Self { label, kind, detail: None, doc: None, insert, is_snippet: false, rank: LIKELY, import: None }
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into()).filter(|detail: &String| !detail.is_empty());
        self
    }

    fn doc(mut self, doc: Option<impl Into<String>>) -> Self {
        self.doc = doc.map(Into::into).filter(|doc: &String| !doc.is_empty());
        self
    }

    fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    /// Inserts a snippet instead of the label.
    fn snippet(mut self, snippet: impl Into<String>) -> Self {
        self.insert = snippet.into();
        self.is_snippet = true;
        self
    }
}

/// What is needed, or almost certainly meant.
const FIRST: u8 = 0;
/// What fits by its type.
const FITS: u8 = 1;
/// What is common in the place.
const LIKELY: u8 = 2;
/// What can stand there too.
const POSSIBLE: u8 = 3;
/// What has to be imported first.
const ELSEWHERE: u8 = 4;

/// What can be typed in a place; nothing in comments and in text.
pub fn completion(db: &Database, file: SourceFile, offset: TextSize) -> Completions {
    let text = file.text(db).unwrap_or_default();
    let replaces = typed(&text, offset);
    let mut items = match Probe::new(db, file, offset) {
        Some(probe) => places::at(&probe),
        None if is_comment(&text[..replaces.start().into()]) => Vec::new(),
        None => places::of_file(),
    };
    // Of one rank what is declared first, or stands first in the catalogue, comes first.
    items.sort_by_key(|item| item.rank);
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(item.label.clone()));
    Completions { replaces, items }
}

/// Whether a text ends in a comment, if it has nothing else.
fn is_comment(text: &str) -> bool {
    text.rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with("//"))
}

#[cfg(test)]
mod tests;
