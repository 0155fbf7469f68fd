//! E0007 bad-ignore.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0007",
    name: "bad-ignore",
    level: Warning,
    summary: "An `efl-ignore` comment without a code, with an unknown code, or without a reason.",
    page: include_str!("pages/E0007.md"),
}

/// A comment that suppresses nothing because it is not understood.
pub(crate) fn diagnostic(why: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("this `efl-ignore` is not understood: {why}"))
}
