//! E0706 bad-promql.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0706",
    name: "bad-promql",
    level: Error,
    summary: "A query of the fleet file that does not parse.",
    page: include_str!("pages/E0706.md"),
}

/// A query that does not parse.
pub(crate) fn diagnostic(reason: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("this is no PromQL query: {reason}"))
}
