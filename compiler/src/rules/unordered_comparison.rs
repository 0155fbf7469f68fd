//! E0324 unordered-comparison.

use crate::{diag::Diagnostic, ir::Op, types::Type};
use efl_grammar::TextRange;

super::rule! {
    code: "E0324",
    name: "unordered-comparison",
    level: Error,
    summary: "`<`, `<=`, `>`, `>=` on something that is no number or timestamp.",
    page: include_str!("pages/E0324.md"),
}

/// An order asked of values that have none.
pub(crate) fn diagnostic(op: Op, ty: &Type, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{}` orders numbers and timestamps; this is `{ty}`", op.symbol()))
}
