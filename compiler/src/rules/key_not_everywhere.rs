//! E0412 key-not-everywhere.

use crate::{diag::Diagnostic, types::Type};
use efl_grammar::TextRange;

super::rule! {
    code: "E0412",
    name: "key-not-everywhere",
    level: Error,
    summary: "`by FIELD`, but an event of the rule has no such field.",
    page: "",
}

/// A correlation key that an event does not have.
pub(crate) fn diagnostic(name: &str, event: &str, ty: &Type, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("the event `{event}` has no field `{name}`"))
        .help(format!("its payload is `{ty}`; a key is a field of every event of the rule"))
}
