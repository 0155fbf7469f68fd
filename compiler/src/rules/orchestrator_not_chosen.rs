//! E0901 orchestrator-not-chosen.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0901",
    name: "orchestrator-not-chosen",
    level: Error,
    summary: "Several orchestrators in scope and no `for` on the test.",
    page: include_str!("pages/E0901.md"),
}

/// A test that could be of several orchestrators, or of none.
pub(crate) fn diagnostic(known: &[String], range: TextRange) -> Diagnostic {
    if known.is_empty() {
        return Diagnostic::new(&RULE, range, "no orchestrator is in scope: there is nothing to test");
    }
    let list: Vec<String> = known.iter().map(|n| format!("`{n}`")).collect();
    Diagnostic::new(&RULE, range, format!("the test could be of {}", list.join(" or of ")))
        .help(format!("say which: test \"…\" for {} {{ … }}", known[0]))
}
