//! E0319 out-of-range.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0319",
    name: "out-of-range",
    level: Error,
    summary: "A number, duration or percentage outside what the field takes.",
    page: include_str!("pages/E0319.md"),
}

/// A number or duration outside what a field takes.
pub(crate) fn diagnostic(name: &str, found: &str, limits: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{name}` is {limits}; this is {found}"))
}
