//! E0508 bad-cron.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0508",
    name: "bad-cron",
    level: Error,
    summary: "A cron expression that has not five valid fields.",
    page: include_str!("pages/E0508.md"),
}

/// A cron expression that is none.
pub(crate) fn diagnostic(text: &str, reason: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{text}` is no cron expression: {reason}"))
        .help("five fields: minute hour day-of-month month day-of-week, such as `0 6 * * MON-FRI`")
}
