//! E0006 unused-ignore.

use crate::diag::{Applicability, Diagnostic};
use efl_grammar::TextRange;

super::rule! {
    code: "E0006",
    name: "unused-ignore",
    level: Warning,
    summary: "An `efl-ignore` comment that suppresses nothing.",
    page: include_str!("pages/E0006.md"),
}

/// A comment that suppresses nothing because there is nothing.
pub(crate) fn diagnostic(codes: &[String], range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("nothing here is suppressed: there is no {}", codes.join(", ")))
        .unnecessary()
        .fix(Applicability::Safe, "Remove the comment", range, "")
}
