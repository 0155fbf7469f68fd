//! E0417 conflicting-options.

use crate::{
    diag::Diagnostic,
    elab::block::Given,
    spec::{Delivery, Rule},
};

super::rule! {
    code: "E0417",
    name: "conflicting-options",
    level: Error,
    summary: "Options that exclude each other: `delivery: at-most-once` with `dead-letter`.",
    page: include_str!("pages/E0417.md"),
}

/// Options that exclude each other.
pub(crate) fn check(rule: &Rule, given: &Given) -> Option<Diagnostic> {
    let range = given.place("dead-letter")?;
    (rule.delivery == Delivery::AtMostOnce).then(|| {
        let message = "`dead-letter` needs an answer, which `delivery: at-most-once` does not wait for";
        let diagnostic = Diagnostic::new(&RULE, range, message);
        match given.place("delivery") {
            Some(delivery) => diagnostic.label(delivery, "the delivery"),
            None => diagnostic,
        }
    })
}
