//! E0412 key-not-everywhere.

use crate::{
    diag::{Applicability, Diagnostic},
    elab::suggest,
    types::{Type, TypeTable},
};
use efl_grammar::TextRange;

super::rule! {
    code: "E0412",
    name: "key-not-everywhere",
    level: Error,
    summary: "`by FIELD`, but an event of the rule has no such field.",
    page: include_str!("pages/E0412.md"),
}

/// A correlation key that an event does not have.
pub(crate) fn diagnostic(name: &str, event: &str, ty: &Type, range: TextRange) -> Diagnostic {
    let known: Vec<String> = TypeTable::default().fields(ty).iter().map(|f| f.name.to_string()).collect();
    let diagnostic = Diagnostic::new(&RULE, range, format!("the event `{event}` has no field `{name}`"));
    match suggest(name, &known) {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .fix(Applicability::Unsafe, format!("Change to `{near}`"), range, near),
        None => diagnostic.help(format!("its payload is `{ty}`; a key is a field of every event of the rule")),
    }
}
