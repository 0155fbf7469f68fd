//! E0311 bad-regex.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0311",
    name: "bad-regex",
    level: Error,
    summary: "A pattern that RE2 does not take.",
    page: include_str!("pages/E0311.md"),
}

/// A pattern that RE2 does not take.
pub(crate) fn diagnostic(pattern: &str, reason: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{pattern}` is no regular expression RE2 takes: {reason}"))
}
