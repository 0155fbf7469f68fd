//! E0327 useless-coalesce.

use crate::{diag::Diagnostic, types::Type};
use efl_grammar::TextRange;

super::rule! {
    code: "E0327",
    name: "useless-coalesce",
    level: Warning,
    summary: "`a ?? b` where `a` is never null.",
    page: include_str!("pages/E0327.md"),
}

/// `??` behind a value that is never null.
pub(crate) fn diagnostic(ty: &Type, left: TextRange, whole: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, left, format!("this is `{ty}` and never null: what stands behind `??` is never used"))
        .label(whole, "the whole is always its left side")
}
