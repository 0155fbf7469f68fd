//! Completion: what can be typed in a place, the likeliest first.
//!
//! [`probe`] reads the program with a name at the cursor, `places` says what kind of place that is and collects what fits
//! there, [`snippet`] writes blocks with everything that they must have. What fits has a rank; within a rank what is
//! [`likely`] comes first, from the types and names in the place and from [`facts`] of the file.

mod facts;
mod likely;
mod places;
mod probe;
pub(crate) mod snippet;

use crate::FileEdit;
use efl_compiler::db::{Database, SourceFile};
use efl_grammar::{TextRange, TextSize};
use probe::{Probe, typed};
use snippet::Snippet;
use std::{cmp::Reverse, collections::BTreeSet};

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
    /// Why it fits: smaller first.
    pub rank: u8,
    /// How likely it is among those of its rank: greater first.
    weight: i32,
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
        Self {
            label,
            kind,
            detail: None,
            doc: None,
            insert,
            is_snippet: false,
            rank: LIKELY,
            weight: 0,
            import: None,
        }
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

    /// Makes it likelier.
    fn weight(mut self, weight: i32) -> Self {
        self.weight += weight;
        self
    }

    /// Inserts a key, behind which its value is typed.
    fn key(self) -> Self {
        let text = Snippet::new().text(&self.label).text(": ").end();
        self.snippet(text)
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
    let (mut items, behind) = match Probe::new(db, file, offset) {
        Some(probe) => (places::at(&probe), probe.behind),
        None if is_comment(&text[..replaces.start().into()]) => (Vec::new(), String::new()),
        None => (places::of_file(false), String::new()),
    };
    // Of one rank and weight what is declared first, or stands first in the catalogue, comes first.
    items.sort_by_key(|item| (item.rank, Reverse(item.weight)));
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(item.label.clone()));
    // What stands behind the name already is not inserted once more.
    if behind.starts_with(['(', '{', ':', '.']) {
        for item in &mut items {
            item.insert.clone_from(&item.label);
            item.is_snippet = false;
        }
    }
    Completions { replaces, items }
}

/// Whether a text ends in a comment, if it has nothing else.
fn is_comment(text: &str) -> bool {
    text.rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with("//"))
}

#[cfg(test)]
mod tests;
