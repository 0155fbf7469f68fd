//! E0326 maybe-null.

use crate::{
    diag::Diagnostic,
    types::{Mismatch, Type},
};
use efl_grammar::TextRange;

super::rule! {
    code: "E0326",
    name: "maybe-null",
    level: Error,
    summary: "A value that may be null or missing where the target does not take null.",
    page: include_str!("pages/E0326.md"),
}

/// A value that may be null where the place does not take null.
pub(crate) fn diagnostic(why: &str, ty: &Type, mismatch: &Mismatch, range: TextRange) -> Diagnostic {
    let message = if mismatch.path.is_empty() { format!("{why}; this may be null (`{ty}`)") } else { format!("{why}: {mismatch}") };
    Diagnostic::new(&RULE, range, message).help("give it a value with `??`, or test it with `!= null` before")
}
