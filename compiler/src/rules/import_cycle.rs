//! E0217 import-cycle.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0217",
    name: "import-cycle",
    level: Error,
    summary: "The value of a param depends on itself.",
    page: include_str!("pages/E0217.md"),
}

/// A param that depends on itself, through the others of the cycle.
pub(crate) fn diagnostic(cycle: &[String], range: TextRange) -> Diagnostic {
    let names: Vec<String> = cycle.iter().chain(&cycle[..1]).map(|name| format!("`{name}`")).collect();
    Diagnostic::new(&RULE, range, format!("the value of a param depends on itself: {}", names.join(" reads ")))
}
