//! E0903 unreachable-expectation.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0903",
    name: "unreachable-expectation",
    level: Warning,
    summary: "A test expects a call, run or event that no rule of the orchestrator leads to.",
    page: include_str!("pages/E0903.md"),
}

/// An expectation of what cannot happen.
pub(crate) fn diagnostic(what: &str, name: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("no rule leads to the {what} `{name}`: this cannot hold"))
}
