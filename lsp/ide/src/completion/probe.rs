//! The program as it would be with a name at the cursor: what is typed is always broken, and a name in its place mostly
//! mends it.

use efl_compiler::{
    db::{Database, Item, SourceFile, item_as_if, items, parse_item},
    index::{BlockPlace, Index, Names, index_item},
};
use efl_grammar::{SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize};
use std::collections::HashMap;

/// What stands at the cursor in the probe.
const MARKER: &str = "eflcursor";

/// The item around the cursor with a name there.
pub(super) struct Probe<'db> {
    pub(super) db: &'db Database,
    pub(super) file: SourceFile,
    /// The text of the item up to the name.
    pub(super) before: String,
    /// The line up to the name, without blanks around it.
    pub(super) line: String,
    /// The name.
    pub(super) marker: SyntaxToken,
    /// Where the name stands in the probe.
    pub(super) at: TextSize,
    pub(super) index: &'db Index,
    /// The words of the file, with how often each stands there.
    words: HashMap<String, usize>,
}

impl<'db> Probe<'db> {
    /// The probe of a place; `None` where no item is around it.
    pub(super) fn new(db: &'db Database, file: SourceFile, offset: TextSize) -> Option<Self> {
        let text = file.text(db)?;
        let typed = typed(&text, offset);
        let items = items(db, file);
        let after = items.partition_point(|item| item.start <= typed.start().into());
        let item: Item<'_> = *items.get(after.checked_sub(1)?)?;
        let start = item.start as usize;
        let end = items.get(after).map_or(text.len(), |next| next.start as usize);
        let before = text[start..typed.start().into()].to_owned();
        let behind = text[typed.end().into()..end].trim_start_matches(is_word);
        let size = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let replaced = (typed.start().into(), size(end - behind.len()));
        let probe = item_as_if(db, file, (item.start, size(end)), replaced, MARKER.to_owned());
        let root = SyntaxNode::new_root(parse_item(db, probe).green.clone());
        let at = TextSize::of(before.as_str());
        let marker = root.token_at_offset(at).right_biased()?;
        let line = before.rsplit('\n').next().unwrap_or_default().trim().to_owned();
        Some(Self {
            db,
            file,
            before,
            line,
            marker,
            at,
            index: index_item(db, probe),
            words: words(&text, typed),
        })
    }

    /// The nodes around the name, inner ones first.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = SyntaxNode> {
        self.marker.parent_ancestors()
    }

    /// The nearest node around the name of one of some kinds.
    pub(super) fn nearest(&self, kinds: &[SyntaxKind]) -> Option<SyntaxNode> {
        self.ancestors().find(|node| kinds.contains(&node.kind()))
    }

    /// The word or sign before the name, whatever blanks are between.
    pub(super) fn last(&self) -> &str {
        let text = self.before.trim_end();
        let word = text.trim_end_matches(is_word);
        if word.len() < text.len() {
            return &text[word.len()..];
        }
        let sign = text.char_indices().next_back().map_or(0, |(at, _)| at);
        if text.ends_with("->") { "->" } else { &text[sign..] }
    }

    /// The step of a test that is written: from the last line that begins with a step's keyword.
    pub(super) fn step(&self, test: &SyntaxNode) -> String {
        let start = usize::from(test.text_range().start());
        let mut step = String::new();
        for line in self.before[start..].lines() {
            let first = line.split_whitespace().next().unwrap_or_default();
            let begins = matches!(first, "send" | "expect" | "mock" | "set" | "advance" | "at" | "test");
            if begins || step.matches('{').count() <= step.matches('}').count() {
                step.clear();
            }
            step.push_str(if first == "test" { "" } else { line });
            step.push('\n');
        }
        step
    }

    /// The type that the file gives a field or parameter of a name elsewhere.
    pub(super) fn type_of_key(&self, key: &str) -> Option<String> {
        let text = self.file.text(self.db)?;
        let ends = |before: &str| !before.ends_with(is_word);
        let typed = text.match_indices(key).filter(|(at, _)| !key.is_empty() && ends(&text[..*at]));
        typed
            .filter_map(|(at, _)| text[at + key.len()..].trim_start_matches('?').strip_prefix(": "))
            .find_map(|behind| {
                let word: String = behind.chars().take_while(|c| is_word(*c)).collect();
                let is_type = matches!(word.as_str(), "string" | "number" | "int" | "bool" | "timestamp");
                let is_named = word.starts_with(|c: char| c.is_ascii_uppercase());
                (is_type || is_named).then_some(word)
            })
    }

    /// Whether a block of the file has a field or block of a name.
    pub(super) fn has_key(&self, name: &str) -> bool {
        let text = self.file.text(self.db).unwrap_or_default();
        text.match_indices(name).any(|(at, _)| {
            let behind = &text[at + name.len()..];
            !text[..at].ends_with(is_word) && (behind.starts_with(": ") || behind.starts_with(" {"))
        })
    }

    /// How often a word stands in the file.
    pub(super) fn uses(&self, word: &str) -> usize {
        self.words.get(word).copied().unwrap_or_default()
    }

    /// The names that are visible at the cursor; of one name the last counts.
    pub(super) fn visible(&self) -> impl Iterator<Item = &'db Names> {
        let at = self.at;
        self.index.visible.iter().filter(move |v| v.range.contains_inclusive(at)).map(|v| &v.names)
    }

    /// The block of fields around the cursor.
    pub(super) fn block(&self) -> Option<&'db BlockPlace> {
        let at = self.at;
        let around = self.index.blocks.iter().filter(move |b| b.range.start() < at && at < b.range.end());
        around.min_by_key(|block| block.range.len())
    }
}

/// What has been typed of the name at a place.
pub(super) fn typed(text: &str, offset: TextSize) -> TextRange {
    let before = &text[..offset.into()];
    let word = before.len() - before.trim_end_matches(is_word).len();
    TextRange::new(offset - TextSize::try_from(word).unwrap_or_default(), offset)
}

/// The words of a text but for what is typed, with how often each stands there.
fn words(text: &str, typed: TextRange) -> HashMap<String, usize> {
    let mut words = HashMap::new();
    let (before, behind) = (&text[..typed.start().into()], &text[typed.end().into()..]);
    for word in before.split(|c| !is_word(c)).chain(behind.split(|c| !is_word(c))) {
        *words.entry(word.to_owned()).or_default() += 1;
    }
    words
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}
