//! E0802 unreachable.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0802",
    name: "unreachable",
    level: Warning,
    summary: "Statements behind `return`, or a branch that is never taken.",
    page: include_str!("pages/E0802.md"),
}

/// A statement that no path reaches.
pub(crate) fn diagnostic(range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, "this is never reached: what stands before it always returns").unnecessary()
}
