//! E0309 reversed-range.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0309",
    name: "reversed-range",
    level: Error,
    summary: "`20..0`.",
    page: include_str!("pages/E0309.md"),
}

/// A range whose lower end is the larger.
pub(crate) fn diagnostic(from: &str, to: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("the range {from}..{to} is reversed: its first end is the larger"))
        .help(format!("write `{to}..{from}`"))
}
