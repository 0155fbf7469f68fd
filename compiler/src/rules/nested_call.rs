//! E0317 nested-call.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0317",
    name: "nested-call",
    level: Error,
    summary: "A call of a function or workflow inside an expression.",
    page: include_str!("pages/E0317.md"),
}

/// A call of a function or workflow inside an expression.
pub(crate) fn diagnostic(name: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("the call of `{name}` is a step of its own: it cannot stand inside an expression"))
        .help(format!("bind its result first: `let x = {name}(…)`"))
}
