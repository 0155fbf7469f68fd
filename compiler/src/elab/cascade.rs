//! One mistake, one diagnostic: what only follows from a syntax error is not said.

use crate::{
    db::{ItemText, NameKey, parse_item},
    diag::Diagnostic,
    names::{self, Binding},
    rules,
};
use efl_grammar::TextRange;
use rustc_hash::FxHashMap;

/// How often each word stands in the text of an item that could not all be read; of any other, nothing.
#[salsa::tracked(returns(ref))]
fn unread_words<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> FxHashMap<Box<str>, u32> {
    let mut counts = FxHashMap::default();
    if !parse_item(db, item).errors.is_empty() {
        for word in item.text(db).split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')) {
            *counts.entry(Box::from(word)).or_default() += 1;
        }
    }
    counts
}

/// The words of an item that could not all be read: a name among them may be declared or used there. Of any other,
/// none.
pub(crate) fn unread<'db>(
    db: &'db dyn salsa::Database,
    item: ItemText<'db>,
) -> impl Iterator<Item = &'db str> {
    unread_words(db, item).keys().map(AsRef::as_ref)
}

/// The syntax errors of an item.
pub(super) struct SyntaxErrors<'db> {
    db: &'db dyn salsa::Database,
    item: ItemText<'db>,
    /// Their places, from first to last.
    ranges: Vec<TextRange>,
}

impl<'db> SyntaxErrors<'db> {
    /// What the parser found wrong with an item.
    pub(super) fn of(db: &'db dyn salsa::Database, item: ItemText<'db>) -> Self {
        let mut ranges: Vec<_> = parse_item(db, item).errors.iter().map(|error| error.range).collect();
        ranges.sort_by_key(|range| (range.start(), range.end()));
        Self { db, item, ranges }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Those that stand in a place.
    pub(super) fn within(&self, place: TextRange) -> impl Iterator<Item = TextRange> {
        let first = self.ranges.partition_point(|error| error.start() < place.start());
        let inside = self.ranges[first..].iter().take_while(move |error| error.start() <= place.end());
        inside.copied().filter(move |error| place.contains_range(*error))
    }

    /// Whether one of them is about what stands in a place: it stands in it, or right before or behind it.
    pub(super) fn are_about(&self, place: TextRange) -> bool {
        let text = self.item.text(self.db);
        let blank =
            |from, to| text[TextRange::new(from, to)].bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        let behind = self.ranges.partition_point(|error| error.start() < place.end());
        let before = self.ranges.partition_point(|error| error.start() <= place.start());
        let mut near = self.ranges[..before]
            .iter()
            .rev()
            .filter(|error| error.end() <= place.start())
            .take_while(|error| blank(error.end(), place.start()));
        self.within(place).next().is_some()
            || self.ranges.get(behind).is_some_and(|error| blank(place.end(), error.start()))
            || near.next().is_some()
    }

    /// Whether a diagnostic only follows from one of them: it is about what the error broke, or says that a name is
    /// unused whose use may stand in what could not be read.
    pub(super) fn explain(&self, diagnostic: &Diagnostic) -> bool {
        let place = diagnostic.range;
        let used_twice = || {
            let name = &self.item.text(self.db)[place];
            unread_words(self.db, self.item).get(name).is_some_and(|count| *count > 1)
        };
        diagnostic.rule == &rules::unused::RULE && used_twice() || self.are_about(place)
    }
}

/// Whether a diagnostic says that a name is nowhere which stands in an item that could not all be read.
pub(super) fn may_be_declared(
    db: &dyn salsa::Database,
    diagnostic: &Diagnostic,
    name: &str,
    unread: Option<ItemText<'_>>,
) -> bool {
    let unknown = [
        &rules::unknown_event::RULE,
        &rules::unknown_function::RULE,
        &rules::unknown_rule::RULE,
        &rules::unknown_workflow::RULE,
    ];
    unknown.contains(&diagnostic.rule) && unread.is_some_and(|item| unread_words(db, item).contains_key(name))
}

/// The item that declares a name.
pub(super) fn declaring<'db>(db: &'db dyn salsa::Database, binding: &Binding) -> Option<ItemText<'db>> {
    names::declaring_item(db, binding.file, NameKey::new(db, binding.name.clone()))
}
