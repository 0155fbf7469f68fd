//! E0418 same-event-twice.

use super::Places;
use crate::{
    diag::Diagnostic,
    ir::{self, Logic},
    spec,
};
use rustc_hash::FxHashMap;

super::rule! {
    code: "E0418",
    name: "same-event-twice",
    level: Warning,
    summary: "Two rules with the same head and body, or one event twice under `or`.",
    page: include_str!("pages/E0418.md"),
}

/// Rules that are another one under a second name, and events that stand twice in an `or`.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut seen: FxHashMap<String, &spec::Rule> = FxHashMap::default();
    for (rule, spec) in orc.rules.iter().zip(&orc.spec.rules) {
        let first = *seen.entry(content(spec)).or_insert(spec);
        if !std::ptr::eq(first, spec) {
            let message = format!("`{}` is `{}` again: both run for the same events", spec.name, first.name);
            let diagnostic = Diagnostic::new(&RULE, places.rule(&spec.name), message);
            found.push(diagnostic.label(places.rule(&first.name), "the first one"));
        } else if let Some(event) = twice(&rule.logic) {
            let message = format!("`{event}` stands twice under `or` with the same condition: the second adds nothing");
            found.push(Diagnostic::new(&RULE, places.logic(&spec.name), message));
        }
    }
    found
}

/// What two rules share if they are the same but for their names.
pub(super) fn content(rule: &spec::Rule) -> String {
    let plain = spec::Rule { name: String::new(), description: None, ..rule.clone() };
    // Texts and numbers alone cannot fail to be written.
    serde_json::to_string(&plain).unwrap_or_default()
}

/// An event that is a branch of an `or` twice, under whatever names.
fn twice(logic: &Logic) -> Option<&str> {
    match logic {
        Logic::Or(parts) => parts.iter().enumerate().find_map(|(i, part)| match part {
            Logic::Event(term) => parts[..i].iter().find_map(|other| match other {
                Logic::Event(first) => {
                    let key = |t: &ir::Term| (t.source.clone(), t.event.clone(), t.predicate.clone());
                    (key(first) == key(term)).then_some(term.event.as_str())
                }
                _ => None,
            }),
            part => twice(part),
        }),
        Logic::And(parts) | Logic::Then(parts) => parts.iter().find_map(twice),
        Logic::Count { of, .. } => twice(of),
        Logic::Event(_) | Logic::Absent { .. } => None,
    }
}
