//! E0305 unlike-comparison.

use crate::{diag::Diagnostic, ir::Op, types::Type};
use efl_grammar::TextRange;

super::rule! {
    code: "E0305",
    name: "unlike-comparison",
    level: Error,
    summary: "`==`, `!=`, `in` between types that can never be equal.",
    page: include_str!("pages/E0305.md"),
}

/// A comparison of values that can never be alike.
pub(crate) fn diagnostic(op: Op, a: &Type, b: &Type, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{}` compares `{a}` with `{b}`: they are never alike", op.symbol()))
}
