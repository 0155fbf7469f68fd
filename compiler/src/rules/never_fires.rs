//! E0403 never-fires.

use super::Places;
use crate::{
    diag::Diagnostic,
    ir::{self, Logic},
};
use std::collections::BTreeSet;

super::rule! {
    code: "E0403",
    name: "never-fires",
    level: Error,
    summary: "A rule waits for an internal event that nothing emits.",
    page: include_str!("pages/E0403.md"),
}

/// Rules that cannot fire without an event that nothing emits.
pub(crate) fn check(orc: &ir::Orchestrator, emitted: &BTreeSet<String>, places: &Places) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (rule, spec) in orc.rules.iter().zip(&orc.spec.rules) {
        if let Some(event) = missing(&rule.logic, emitted) {
            let message = format!("`{}` never fires: nothing emits `{event}`", spec.name);
            let diagnostic = Diagnostic::new(&RULE, places.logic(&spec.name), message);
            found.push(diagnostic.help(format!("`emit {event} {{ … }}` in a rule or workflow, or give a source the event")));
        }
    }
    found
}

/// The event without which the logic cannot hold, and that never comes.
fn missing<'a>(logic: &'a Logic, emitted: &BTreeSet<String>) -> Option<&'a str> {
    match logic {
        Logic::Event(term) => {
            (term.source.is_none() && !emitted.contains(&term.event)).then_some(term.event.as_str())
        }
        Logic::And(parts) | Logic::Then(parts) => parts.iter().find_map(|part| missing(part, emitted)),
        Logic::Or(parts) => {
            let missing: Vec<Option<&str>> = parts.iter().map(|part| missing(part, emitted)).collect();
            if missing.iter().all(Option::is_some) { missing.first().copied().flatten() } else { None }
        }
        Logic::Count { of, .. } => missing(of, emitted),
        Logic::Absent { .. } => None,
    }
}
