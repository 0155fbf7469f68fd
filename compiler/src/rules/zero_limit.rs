//! E0610 zero-limit.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0610",
    name: "zero-limit",
    level: Error,
    summary: "A request or limit of zero.",
    page: include_str!("pages/E0610.md"),
}

/// A request or limit of nothing.
pub(crate) fn diagnostic(name: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{name}` of zero: the container could never run")).help("leave it out for no request")
}
