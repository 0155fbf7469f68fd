//! E0407 absence-alone.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0407",
    name: "absence-alone",
    level: Error,
    summary: "`not … for` without a positive term beside it.",
    page: include_str!("pages/E0407.md"),
}

/// Absence without anything that comes.
pub(crate) fn diagnostic(range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, "nothing starts this rule: `not … for` needs an event beside it")
        .help("write `started and not finished for 10s`")
}
