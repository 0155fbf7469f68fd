//! E0404 maybe-absent.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0404",
    name: "maybe-absent",
    level: Error,
    summary: "An event that is absent on some `or` branch is read without a guard.",
    page: include_str!("pages/E0404.md"),
}

/// An event that may be absent when the rule fires.
pub(crate) fn diagnostic(event: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{event}` may be absent here: the rule also fires without it"))
        .help(format!("guard it with `{event} != null`, or make a rule of each branch"))
}
