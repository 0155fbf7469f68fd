//! E0411 emit-cycle.

use super::Places;
use crate::{
    circles,
    diag::Diagnostic,
    ir::{self, Callee, Logic, Stmt},
    spec,
};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

super::rule! {
    code: "E0411",
    name: "emit-cycle",
    level: Warning,
    summary: "`emit` → rule → `emit` comes back to its beginning.",
    page: include_str!("pages/E0411.md"),
}

/// A rule as a step of a circle: what starts it and what it emits, both without a condition.
struct Step<'a> {
    name: &'a str,
    waits: BTreeSet<String>,
    emits: BTreeSet<String>,
}

/// An `emit` whose event starts, through rules, what emits it again. A predicate, a `where`, `count`, `within`,
/// `once-per`, `rate` or an `if` around the `emit` is a bound.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let steps: Vec<Step> = orc.rules.iter().zip(&orc.spec.rules).map(|(rule, spec)| step(orc, rule, spec)).collect();
    let mut waiting: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (at, step) in steps.iter().enumerate() {
        step.waits.iter().for_each(|event| waiting.entry(event).or_default().push(at));
    }
    let next = |step: &Step| -> Vec<usize> {
        let started = step.emits.iter().filter_map(|event| waiting.get(event.as_str()));
        started.flatten().copied().collect::<BTreeSet<usize>>().into_iter().collect()
    };
    let graph: Vec<Vec<usize>> = steps.iter().map(next).collect();
    let mut found = Vec::new();
    for component in circles::components(&graph) {
        let Some(start) = component.iter().copied().min() else { continue };
        let Some(circle) = circles::shortest(&graph, &component, start) else { continue };
        let names: Vec<String> = circle.iter().chain([&start]).map(|i| format!("`{}`", steps[*i].name)).collect();
        let message = format!("this may run for ever: {}", names.join(" emits for "));
        let diagnostic = Diagnostic::new(&RULE, places.rule(steps[start].name), message);
        found.push(diagnostic.help("bound it with a predicate that ends, an `if` around the `emit`, or `once-per`"));
    }
    found
}

fn step<'a>(orc: &ir::Orchestrator, rule: &ir::Rule, spec: &'a spec::Rule) -> Step<'a> {
    let (mut waits, mut emits) = (BTreeSet::new(), BTreeSet::new());
    let bounded = rule.condition.is_some()
        || spec.once_per.is_some()
        || spec.rate.is_some()
        || spec.within.is_some() && !matches!(rule.logic, Logic::Event(_));
    if !bounded {
        events(&rule.logic, &mut waits);
    }
    let mut called = BTreeSet::new();
    for stmts in [&rule.body.stmts, &rule.body.on_failure, &rule.body.on_exit] {
        emitted(orc, stmts, &mut called, &mut emits);
    }
    Step { name: &spec.name, waits, emits }
}

/// The internal events any of which starts a rule, whatever its payload.
fn events(logic: &Logic, found: &mut BTreeSet<String>) {
    match logic {
        Logic::Event(term) if term.source.is_none() && term.predicate.is_none() => {
            found.insert(term.event.clone());
        }
        Logic::Event(_) | Logic::Absent { .. } => {}
        Logic::And(parts) | Logic::Or(parts) | Logic::Then(parts) => parts.iter().for_each(|p| events(p, found)),
        Logic::Count { of, times } if *times == 1 => events(of, found),
        Logic::Count { .. } => {}
    }
}

/// The internal events that statements emit on every way, through the workflows they call.
fn emitted<'o>(orc: &'o ir::Orchestrator, stmts: &'o [Stmt], called: &mut BTreeSet<&'o str>, found: &mut BTreeSet<String>) {
    for stmt in stmts {
        match stmt {
            Stmt::Emit(event, _) => {
                found.insert(event.clone());
            }
            Stmt::Call(call) => {
                let Callee::Workflow(name) = &call.callee else { continue };
                let Some(index) = orc.spec.workflows.iter().position(|w| w.name == *name) else { continue };
                if !called.insert(name) {
                    continue;
                }
                let body = &orc.workflows[index].body;
                for stmts in [&body.stmts, &body.on_failure, &body.on_exit] {
                    emitted(orc, stmts, called, found);
                }
            }
            Stmt::Parallel(body) | Stmt::Retry(_, body) | Stmt::For { body, .. } => emitted(orc, body, called, found),
            Stmt::If(..) | Stmt::Let(..) | Stmt::Wait(_) | Stmt::Return(_) => {}
        }
    }
}
