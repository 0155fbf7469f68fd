//! One mistake, one diagnostic: what only follows from a syntax error is not said.

use crate::{
    db::{NameKey, parse_item},
    diag::Diagnostic,
    names::{self, Binding},
    rules,
};
use efl_grammar::TextRange;

/// Whether a diagnostic only follows from one of the syntax errors of its item: it is about what the error broke, or
/// says that a name is unused whose use may stand in what could not be read.
pub(super) fn follows(diagnostic: &Diagnostic, syntax: &[TextRange], text: &str) -> bool {
    let place = diagnostic.range;
    if diagnostic.rule == &rules::unused::RULE && mentions_twice(text, &text[place]) {
        return true;
    }
    syntax.iter().any(|error| breaks(*error, place, text))
}

/// Whether a syntax error is about what stands in a place: it stands in it, with only blanks between behind it, or says
/// right before it that something is missing.
pub(super) fn breaks(error: TextRange, place: TextRange, text: &str) -> bool {
    let blank = |from, to| text[TextRange::new(from, to)].bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    place.contains_range(error)
        || error.start() >= place.end() && blank(place.end(), error.start())
        || error.is_empty() && error.end() <= place.start() && blank(error.end(), place.start())
}

/// Whether a diagnostic says that a name is nowhere which stands in a text that could not all be read.
pub(super) fn may_be_declared(diagnostic: &Diagnostic, name: &str, broken_text: &str) -> bool {
    let unknown = [
        &rules::unknown_event::RULE,
        &rules::unknown_function::RULE,
        &rules::unknown_rule::RULE,
        &rules::unknown_workflow::RULE,
    ];
    unknown.contains(&diagnostic.rule) && mentions(broken_text, name)
}

/// Whether a text has a word.
pub(crate) fn mentions(text: &str, word: &str) -> bool {
    !word.is_empty() && words(text, word).next().is_some()
}

fn mentions_twice(text: &str, word: &str) -> bool {
    words(text, word).nth(1).is_some()
}

/// Where a text has a word that is no part of a longer one.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let whole = move |(at, _): &(usize, &str)| {
        !text[..*at].ends_with(inner) && !text[at + word.len()..].starts_with(inner)
    };
    text.match_indices(word).filter(whole).map(|(at, _)| at)
}

/// The text of the item that declares a name, if not all of it could be read; else nothing.
pub(super) fn broken_text<'db>(db: &'db dyn salsa::Database, binding: &Binding) -> &'db str {
    let name = NameKey::new(db, binding.name.clone());
    match names::declaring_item(db, binding.file, name) {
        Some(item) if !parse_item(db, item).errors.is_empty() => item.text(db),
        _ => "",
    }
}
