//! E0402 always-holds.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0402",
    name: "always-holds",
    level: Warning,
    summary: "A predicate or `where` that every payload satisfies.",
    page: include_str!("pages/E0402.md"),
}

/// A condition that excludes nothing.
pub(crate) fn diagnostic(range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, "this always holds: it excludes no payload").help("leave it out, or tighten it")
}
