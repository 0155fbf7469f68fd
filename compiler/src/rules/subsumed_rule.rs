//! E0406 subsumed-rule.

use super::Places;
use crate::{
    diag::Diagnostic,
    ir::{self, Logic, Term},
    sat::{self, Context},
    types::{Type, TypeTable},
};

super::rule! {
    code: "E0406",
    name: "subsumed-rule",
    level: Warning,
    summary: "Another rule with the same body fires whenever this one does.",
    page: include_str!("pages/E0406.md"),
}

/// A rule that never does anything another one has not done: same body, and it fires only when the other does.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (i, rule) in orc.rules.iter().enumerate() {
        for (j, other) in orc.rules.iter().enumerate() {
            let (spec, wider) = (&orc.spec.rules[i], &orc.spec.rules[j]);
            if i == j || super::same_event_twice::repeats(spec, wider) || spec.run != wider.run || spec.condition != wider.condition || !same_options(spec, wider) {
                continue;
            }
            let (Logic::Event(narrow), Logic::Event(wide)) = (&rule.logic, &other.logic) else { continue };
            let both = implies(orc, wide, narrow);
            if implies(orc, narrow, wide) && (!both || i > j) {
                let message = format!("whenever `{}` fires, `{}` fires too and does the same", spec.name, wider.name);
                let diagnostic = Diagnostic::new(&RULE, places.rule(&spec.name), message);
                found.push(diagnostic.label(places.rule(&wider.name), "the wider rule"));
                break;
            }
        }
    }
    found
}

fn same_options(a: &crate::spec::Rule, b: &crate::spec::Rule) -> bool {
    (a.rate, &a.once_per, a.delivery) == (b.rate, &b.once_per, b.delivery)
}

fn implies(orc: &ir::Orchestrator, a: &Term, b: &Term) -> bool {
    if (&a.source, &a.event) != (&b.source, &b.event) {
        return false;
    }
    let event = orc.events.iter().find(|e| (&e.source, &e.name) == (&a.source, &a.event));
    let types = |_: &ir::Scope| event.map_or((Type::Any, Type::Any), |e| (e.payload.clone(), e.meta.clone()));
    let table = TypeTable::default();
    match (&a.predicate, &b.predicate) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(a), Some(b)) => a == b || sat::implies(a, b, Context { table: &table, event: &types }) == Some(true),
    }
}
