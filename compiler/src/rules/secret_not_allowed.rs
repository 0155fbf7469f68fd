//! E0315 secret-not-allowed.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0315",
    name: "secret-not-allowed",
    level: Error,
    summary: "`secret(…)` or `config(…)` where the target has no `valueFrom`, or inside an expression.",
    page: include_str!("pages/E0315.md"),
}

/// `secret(…)` or `config(…)` where only a value can stand.
pub(crate) fn diagnostic(word: &str, place: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{word}(…)` cannot stand in {place}: it is a reference, and this needs a value"))
        .help("references stand in `env { … }` and in fields that take a secret")
}
