//! E0604 reserved-env.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0604",
    name: "reserved-env",
    level: Error,
    summary: "`PORT`, `K_SERVICE`, `K_CONFIGURATION`, `K_REVISION`.",
    page: include_str!("pages/E0604.md"),
}

/// A variable that Knative sets, or a name that is none.
pub(crate) fn check(name: &str, range: TextRange) -> Option<Diagnostic> {
    crate::catalog::blocks::RESERVED_FUNCTION_ENV.contains(&name).then(|| {
        Diagnostic::new(&RULE, range, format!("`{name}` is set by Knative and cannot be given"))
    })
}
