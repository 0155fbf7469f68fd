//! E0313 recursive-type.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0313",
    name: "recursive-type",
    level: Error,
    summary: "A type that contains itself without a list, map, optional field or `null` between.",
    page: include_str!("pages/E0313.md"),
}

/// A type that contains itself.
pub(crate) fn diagnostic(name: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{name}` contains itself"))
        .help("a payload nests a fixed number of times; use `any` for the part that does not")
}
