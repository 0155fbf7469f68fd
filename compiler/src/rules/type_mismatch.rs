//! E0301 type-mismatch.

use crate::{
    diag::Diagnostic,
    types::{Mismatch, Type},
};
use efl_grammar::TextRange;

super::rule! {
    code: "E0301",
    name: "type-mismatch",
    level: Error,
    summary: "A value of one type where another is needed (arguments, fields, conditions, operands).",
    page: include_str!("pages/E0301.md"),
}

/// A value that is not of the type of its place; `why` says what the place takes.
pub(crate) fn diagnostic(why: &str, mismatch: &Mismatch, found: &Type, expected: &Type, range: TextRange) -> Diagnostic {
    let message = if mismatch.path.is_empty() { format!("{why}; this is `{found}`") } else { format!("{why}: {mismatch}") };
    let diagnostic = Diagnostic::new(&RULE, range, message);
    if mismatch.path.is_empty() { diagnostic } else { diagnostic.help(format!("found `{found}`, expected `{expected}`")) }
}
