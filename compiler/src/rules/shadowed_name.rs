//! E0213 shadowed-name.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0213",
    name: "shadowed-name",
    level: Warning,
    summary: "A `let`, loop variable, parameter or alias hides another name in scope.",
    page: include_str!("pages/E0213.md"),
}

/// A name that hides another one.
pub(crate) fn diagnostic(name: &str, what: &str, range: TextRange, first: Option<TextRange>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&RULE, range, format!("`{name}` hides {what} of the same name"));
    match first {
        Some(first) => diagnostic.label(first, "the hidden one"),
        None => diagnostic,
    }
}
