//! E0411 emit-cycle.

use super::Places;
use crate::{
    diag::Diagnostic,
    ir::{self, Callee, Logic, Stmt},
    spec,
};
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
    let mut found = Vec::new();
    for start in 0..steps.len() {
        let mut path = vec![start];
        if circle(&steps, &mut path) && path.iter().all(|i| start <= *i) {
            let names: Vec<String> = path.iter().chain([&start]).map(|i| format!("`{}`", steps[*i].name)).collect();
            let message = format!("this may run for ever: {}", names.join(" emits for "));
            let diagnostic = Diagnostic::new(&RULE, places.rule(steps[start].name), message);
            found.push(diagnostic.help("bound it with a predicate that ends, an `if` around the `emit`, or `once-per`"));
        }
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
    for stmts in [&rule.body.stmts, &rule.body.on_failure, &rule.body.on_exit] {
        emitted(orc, stmts, &mut Vec::new(), &mut emits);
    }
    Step { name: &spec.name, waits, emits }
}

fn circle(rules: &[Step], path: &mut Vec<usize>) -> bool {
    let Some(last) = path.last().copied() else { return false };
    for next in 0..rules.len() {
        if rules[last].emits.is_disjoint(&rules[next].waits) {
            continue;
        }
        if next == path[0] {
            return true;
        }
        if !path.contains(&next) {
            path.push(next);
            if circle(rules, path) {
                return true;
            }
            path.pop();
        }
    }
    false
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
fn emitted(orc: &ir::Orchestrator, stmts: &[Stmt], stack: &mut Vec<String>, found: &mut BTreeSet<String>) {
    for stmt in stmts {
        match stmt {
            Stmt::Emit(event, _) => {
                found.insert(event.clone());
            }
            Stmt::Call(call) => {
                let Callee::Workflow(name) = &call.callee else { continue };
                let Some(index) = orc.spec.workflows.iter().position(|w| w.name == *name) else { continue };
                if stack.contains(name) {
                    continue;
                }
                stack.push(name.clone());
                let body = &orc.workflows[index].body;
                for stmts in [&body.stmts, &body.on_failure, &body.on_exit] {
                    emitted(orc, stmts, stack, found);
                }
                stack.pop();
            }
            Stmt::Parallel(body) | Stmt::Retry(_, body) | Stmt::For { body, .. } => emitted(orc, body, stack, found),
            Stmt::If(..) | Stmt::Let(..) | Stmt::Wait(_) | Stmt::Return(_) => {}
        }
    }
}
