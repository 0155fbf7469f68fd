//! E0413 option-without-effect.

use crate::{
    diag::Diagnostic,
    elab::block::Given,
    spec::{Delivery, Rule},
};

super::rule! {
    code: "E0413",
    name: "option-without-effect",
    level: Warning,
    summary: "An option that does nothing here: `reset` on a one-event rule, `retry` with `at-most-once`, `pairing` without `where` or on `engine: efl`.",
    page: "",
}

/// Options that do nothing on this rule.
pub(crate) fn check(rule: &Rule, given: &Given, several: bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut report = |key: &str, why: &str| {
        if let Some(range) = given.place(key) {
            found.push(Diagnostic::new(&RULE, range, format!("`{key}` does nothing here: {why}")).unnecessary());
        }
    };
    if rule.reset.is_some() && !several {
        report("reset", "the rule waits for one event, so nothing is kept");
    }
    if rule.pairing.is_some() && !several {
        report("pairing", "the rule waits for one event, so nothing is paired");
    }
    if rule.retry.is_some() && rule.delivery == Delivery::AtMostOnce {
        report("retry", "`delivery: at-most-once` sends once and does not wait for the answer");
    }
    found
}
