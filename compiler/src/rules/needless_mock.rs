//! E0904 needless-mock.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0904",
    name: "needless-mock",
    level: Warning,
    summary: "A test mocks a function that no rule of the orchestrator leads to.",
    page: include_str!("pages/E0904.md"),
}

/// A mock of what is never called.
pub(crate) fn diagnostic(name: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("no rule leads to a call of `{name}`: the mock is never used")).unnecessary()
}
