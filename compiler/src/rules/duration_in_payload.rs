//! E0322 duration-in-payload.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0322",
    name: "duration-in-payload",
    level: Error,
    summary: "`duration` in the type of an event, parameter or result.",
    page: include_str!("pages/E0322.md"),
}

/// `duration` in the type of an event, parameter or result.
pub(crate) fn diagnostic(range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, "`duration` has no form in JSON, so it cannot be part of what is sent")
        .help("use `number` and say in its doc comment which unit it has")
}
