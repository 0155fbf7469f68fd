//! E0912 patched.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0912",
    name: "patched",
    level: Hint,
    summary: "Marks every patch: what it changes is outside what EFL checks.",
    page: include_str!("pages/E0912.md"),
}

/// What a patch changes is outside what EFL checks.
pub(crate) fn diagnostic(kind: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("this patch changes the {kind} behind EFL's back"))
        .help("its fields are checked against the upstream schema, and nothing else is")
}
