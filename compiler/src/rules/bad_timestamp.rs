//! E0323 bad-timestamp.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0323",
    name: "bad-timestamp",
    level: Error,
    summary: "A text literal where an RFC 3339 time is needed, and it is none.",
    page: include_str!("pages/E0323.md"),
}

/// A text that is no RFC 3339 time.
pub(crate) fn diagnostic(text: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{text}` is no time")).help("such as \"2026-06-01T08:00:00Z\" (RFC 3339)")
}
