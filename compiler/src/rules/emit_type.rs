//! E0805 emit-type.

use crate::{
    diag::Diagnostic,
    types::{Mismatch, Type},
};
use efl_grammar::TextRange;

super::rule! {
    code: "E0805",
    name: "emit-type",
    level: Error,
    summary: "`emit` of a payload that is not of the event's type.",
    page: include_str!("pages/E0805.md"),
}

/// `emit` of a payload that is not of the event's type.
pub(crate) fn diagnostic(event: &str, mismatch: &Mismatch, ty: &Type, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("the payload of `{event}` is `{ty}`: {mismatch}"))
}
