//! E0214 unused.

use crate::diag::{Applicability, Diagnostic};
use efl_grammar::TextRange;

super::rule! {
    code: "E0214",
    name: "unused",
    level: Warning,
    summary: "An event, function, workflow, param, type, import, bus or `let` that nothing uses.",
    page: "",
}

/// A `let`, loop variable or parameter that nothing reads.
pub(crate) fn local(name: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{name}` is never used")).unnecessary()
}

/// A declaration that nothing uses.
pub(crate) fn declaration(what: &str, name: &str, range: TextRange, why: &str) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("the {what} `{name}` is never used: {why}")).unnecessary()
}

/// An imported name that nothing uses; `whole` is what goes with it.
pub(crate) fn import(name: &str, range: TextRange, whole: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("the import `{name}` is never used"))
        .unnecessary()
        .fix(Applicability::Safe, format!("Remove `{name}`"), whole, "")
}
