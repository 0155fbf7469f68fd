//! E0418 same-event-twice.

use super::Places;
use crate::{
    diag::Diagnostic,
    ir::{self, Logic},
};

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
    for (i, (rule, spec)) in orc.rules.iter().zip(&orc.spec.rules).enumerate() {
        if let Some((_, first)) = orc.rules.iter().zip(&orc.spec.rules).take(i).find(|(_, other)| repeats(other, spec)) {
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

/// Whether two rules are the same but for their names.
pub(super) fn repeats(a: &crate::spec::Rule, b: &crate::spec::Rule) -> bool {
    let plain = |rule: &crate::spec::Rule| crate::spec::Rule { name: String::new(), description: None, ..rule.clone() };
    plain(a) == plain(b)
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
