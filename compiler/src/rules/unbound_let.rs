//! E0306 unbound-let.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0306",
    name: "unbound-let",
    level: Error,
    summary: "A `let` used before it, or outside the branch that binds it.",
    page: include_str!("pages/E0306.md"),
}

/// A name used outside the branch that binds it.
pub(crate) fn diagnostic(name: &str, range: TextRange, bound: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{name}` is not bound here"))
        .label(bound, "it is bound only inside this branch")
        .help("bind it before the branch, or move its use inside")
}
