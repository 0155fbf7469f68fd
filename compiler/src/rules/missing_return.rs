//! E0804 missing-return.

use crate::{diag::Diagnostic, types::Type};
use efl_grammar::TextRange;

super::rule! {
    code: "E0804",
    name: "missing-return",
    level: Error,
    summary: "A workflow declares a result, and some path ends without `return`.",
    page: include_str!("pages/E0804.md"),
}

/// A path of a workflow with a result ends without `return`.
pub(crate) fn diagnostic(output: &Type, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("the workflow gives `{output}`, but a path of it ends without `return`"))
}
