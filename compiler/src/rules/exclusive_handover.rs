//! E0507 exclusive-handover.

use crate::{catalog::SourceKind, diag::{Diagnostic, a}};
use efl_grammar::TextRange;

super::rule! {
    code: "E0507",
    name: "exclusive-handover",
    level: Hint,
    summary: "Events of this kind are lost or doubled while a pipeline moves.",
    page: include_str!("pages/E0507.md"),
}

/// A kind whose events are lost or doubled while a pipeline moves.
pub(crate) fn diagnostic(kind: &SourceKind, range: TextRange) -> Diagnostic {
    let message = format!("{} source runs on one cluster at a time: what arrives while the pipeline moves is lost or doubled", a(kind.name));
    Diagnostic::new(&RULE, range, message).help(format!("`efl explain {}` says which; `pin events: […]` keeps it in place", kind.name))
}
