//! E0316 param-required.

use crate::diag::{Diagnostic, Level};
use efl_grammar::TextRange;

super::rule! {
    code: "E0316",
    name: "param-required",
    level: Error,
    summary: "A param without a default has no value.",
    page: include_str!("pages/E0316.md"),
}

/// A param that must be set before anything can be compiled or run: until then only a hint.
pub(crate) fn diagnostic(name: &str, range: TextRange) -> Diagnostic {
    let diagnostic = Diagnostic::new(&RULE, range, format!("`{name}` must be set: it has no default"))
        .help(format!("`--param {name}=VALUE`, `--params FILE` or an environment of `efl.toml`"));
    Diagnostic { level: Level::Hint, ..diagnostic }
}
