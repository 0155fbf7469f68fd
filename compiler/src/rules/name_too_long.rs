//! E0220 name-too-long.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0220",
    name: "name-too-long",
    level: Error,
    summary: "The name, with its prefix, is longer than what it becomes allows.",
    page: include_str!("pages/E0220.md"),
}

/// A name that is longer, with its prefix, than what it becomes allows.
pub(crate) fn check(name: &str, full: &str, limit: usize, what: &str, range: TextRange) -> Option<Diagnostic> {
    (full.len() > limit).then(|| {
        let over = full.len() - limit;
        let message = format!("`{name}` is too long by {over}: it becomes `{full}`, and {what} has at most {limit} characters");
        Diagnostic::new(&RULE, range, message)
    })
}
