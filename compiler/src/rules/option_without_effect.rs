//! E0413 option-without-effect.

use crate::{
    diag::Diagnostic,
    elab::block::Given,
    spec::{Delivery, Rule},
};
use efl_grammar::TextRange;

super::rule! {
    code: "E0413",
    name: "option-without-effect",
    level: Warning,
    summary: "An option that does nothing here: `reset` on a one-event rule, `retry` with `at-most-once`, `pairing` without `where` or on `engine: efl`.",
    page: include_str!("pages/E0413.md"),
}

/// A clause or option about what is kept, in a rule that keeps nothing.
pub(crate) fn keeps_nothing(name: &str, range: TextRange) -> Diagnostic {
    let message = format!("`{name}` does nothing here: the rule fires on each event at once, and keeps nothing");
    Diagnostic::new(&RULE, range, message).unnecessary()
}

/// Options that do nothing on this rule; `unpaired` when nothing is there for `pairing` to check.
pub(crate) fn check(rule: &Rule, given: &Given, unpaired: bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut report = |key: &str, why: &str| {
        if let Some(range) = given.place(key) {
            found.push(Diagnostic::new(&RULE, range, format!("`{key}` does nothing here: {why}")).unnecessary());
        }
    };
    if rule.pairing.is_some() && unpaired {
        report("pairing", "it says how a `where` over several events is checked, and there is none");
    }
    if rule.retry.is_some() && rule.delivery == Delivery::AtMostOnce {
        report("retry", "`delivery: at-most-once` sends once and does not wait for the answer");
    }
    found
}
