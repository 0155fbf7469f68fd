//! E0304 no-such-field.

use crate::{
    diag::{Applicability, Diagnostic},
    elab::{known_names, suggest},
    types::{Type, TypeTable},
};
use efl_grammar::TextRange;

super::rule! {
    code: "E0304",
    name: "no-such-field",
    level: Error,
    summary: "`x.f` where the type of `x` (payload, `meta`, result, record) has no `f`.",
    page: include_str!("pages/E0304.md"),
}

/// A field that a value does not have.
pub(crate) fn diagnostic(name: &str, ty: &Type, range: TextRange) -> Diagnostic {
    let known: Vec<String> = TypeTable::default().fields(ty).iter().map(|f| f.name.to_string()).collect();
    near(Diagnostic::new(&RULE, range, format!("`{ty}` has no field `{name}`")), name, range, &known)
}

/// A field that the payload of an event does not have.
pub(crate) fn payload(name: &str, event: &str, ty: &Type, range: TextRange, known: &[String]) -> Diagnostic {
    let message = if event.is_empty() {
        format!("the payload has no field `{name}`")
    } else {
        format!("the payload of `{event}` has no field `{name}`")
    };
    let diagnostic = Diagnostic::new(&RULE, range, message);
    if known.is_empty() {
        return diagnostic.help(format!("it is `{ty}`"));
    }
    near(diagnostic, name, range, known)
}

/// An index that a value cannot be asked for.
pub(crate) fn index(base: &Type, index: &Type, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{base}` cannot be indexed with `{index}`"))
        .help("a list takes a whole number, a record or map a text")
}

fn near(diagnostic: Diagnostic, name: &str, range: TextRange, known: &[String]) -> Diagnostic {
    match suggest(name, known) {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .fix(Applicability::Unsafe, format!("Change to `{near}`"), range, near),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(known_names(known)),
    }
}
