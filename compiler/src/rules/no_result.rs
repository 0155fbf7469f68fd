//! E0307 no-result.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0307",
    name: "no-result",
    level: Error,
    summary: "The result of a call that declares none is used.",
    page: include_str!("pages/E0307.md"),
}

/// The result of a callee that declares none is bound or returned.
pub(crate) fn diagnostic(callee: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{callee}` declares no result"))
        .help(format!("say what it gives: `-> TYPE` behind the parameters of `{callee}`"))
}
