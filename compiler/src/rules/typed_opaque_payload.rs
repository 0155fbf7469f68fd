//! E0514 typed-opaque-payload.

use crate::{catalog::SourceKind, diag::Diagnostic, types::{Mismatch, Type}};
use efl_grammar::TextRange;

super::rule! {
    code: "E0514",
    name: "typed-opaque-payload",
    level: Warning,
    summary: "A declared type that no event of this kind of source has, as far as upstream documents it.",
    page: include_str!("pages/E0514.md"),
}

/// A declared type that the documented payload does not fit.
pub(crate) fn diagnostic(kind: &SourceKind, documented: &Type, mismatch: &Mismatch, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("no {} event is like this: {mismatch}", kind.name))
        .help(format!("its payload is `{documented}`; without a type it is that"))
}
