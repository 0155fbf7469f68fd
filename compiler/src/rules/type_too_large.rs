//! E0329 type-too-large.

use crate::{diag::Diagnostic, elab::{DEEPEST_TYPE, LARGEST_TYPE}};
use efl_grammar::TextRange;

super::rule! {
    code: "E0329",
    name: "type-too-large",
    level: Error,
    summary: "A type that stands for too many parts, or for too many types one in the other.",
    page: include_str!("pages/E0329.md"),
}

/// A type whose names stand for more than can be checked.
pub(crate) fn diagnostic(name: &str, range: TextRange) -> Diagnostic {
    let message = format!(
        "`{name}` stands for more than {LARGEST_TYPE} parts, or for more than {DEEPEST_TYPE} types one in the other"
    );
    Diagnostic::new(&RULE, range, message).help("use `any` for the part that need not be checked")
}
