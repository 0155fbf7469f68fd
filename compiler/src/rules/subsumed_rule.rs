//! E0406 subsumed-rule.

use super::{Places, same_event_twice};
use crate::{
    diag::Diagnostic,
    ir::{self, Logic, Term},
    sat::{self, Context},
    spec,
    types::{Type, TypeTable},
};
use rustc_hash::FxHashMap;

super::rule! {
    code: "E0406",
    name: "subsumed-rule",
    level: Warning,
    summary: "Another rule with the same body fires whenever this one does.",
    page: include_str!("pages/E0406.md"),
}

/// With how many rules of the same event and body a rule is compared: to compare predicates takes long.
const COMPARED: usize = 64;

/// A rule that never does anything another one has not done: same body, and it fires only when the other does.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let mut alike: FxHashMap<Alike, Vec<Candidate>> = FxHashMap::default();
    for (index, (rule, spec)) in orc.rules.iter().zip(&orc.spec.rules).enumerate() {
        if let Logic::Event(term) = &rule.logic {
            let candidate = Candidate { index, term, content: same_event_twice::content(spec) };
            alike.entry(Alike::of(term, spec)).or_default().push(candidate);
        }
    }
    let mut found = Vec::new();
    for candidates in alike.values().filter(|candidates| candidates.len() > 1) {
        for rule in candidates {
            let others = candidates.iter().filter(|other| other.content != rule.content).take(COMPARED);
            let wider = others.into_iter().find(|other| {
                implies(orc, rule.term, other.term) && (!implies(orc, other.term, rule.term) || rule.index > other.index)
            });
            if let Some(wider) = wider {
                let name = |rule: &Candidate| orc.spec.rules[rule.index].name.as_str();
                let message = format!("whenever `{}` fires, `{}` fires too and does the same", name(rule), name(wider));
                let diagnostic = Diagnostic::new(&RULE, places.rule(name(rule)), message);
                found.push(diagnostic.label(places.rule(name(wider)), "the wider rule"));
            }
        }
    }
    found
}

/// A rule on one event.
struct Candidate<'a> {
    index: usize,
    term: &'a Term,
    content: String,
}

/// What rules have in common of which one can make another superfluous: event, body and options.
#[derive(PartialEq, Eq, Hash)]
struct Alike<'a> {
    event: (Option<&'a str>, &'a str),
    rest: String,
}

impl<'a> Alike<'a> {
    fn of(term: &'a Term, rule: &spec::Rule) -> Self {
        let rest = (&rule.run, &rule.condition, &rule.rate, &rule.once_per, &rule.delivery);
        // Texts and numbers alone cannot fail to be written.
        let rest = serde_json::to_string(&rest).unwrap_or_default();
        Self { event: (term.source.as_deref(), &term.event), rest }
    }
}

/// Whether every event that one term takes is taken by another one of the same event.
fn implies(orc: &ir::Orchestrator, a: &Term, b: &Term) -> bool {
    let event = orc.events.iter().find(|e| (&e.source, &e.name) == (&a.source, &a.event));
    let types = |_: &ir::Scope| event.map_or((Type::Any, Type::Any), |e| (e.payload.clone(), e.meta.clone()));
    let table = TypeTable::default();
    match (&a.predicate, &b.predicate) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(a), Some(b)) => a == b || sat::implies(a, b, Context { table: &table, event: &types }) == Some(true),
    }
}
