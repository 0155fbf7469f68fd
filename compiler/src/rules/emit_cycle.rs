//! E0411 emit-cycle.

use super::Places;
use crate::{diag::Diagnostic, ir::{self, Callee, Logic, Stmt}};
use std::collections::BTreeSet;

super::rule! {
    code: "E0411",
    name: "emit-cycle",
    level: Warning,
    summary: "`emit` → rule → `emit` comes back to its beginning.",
    page: "",
}

/// An `emit` whose event starts, through rules, what emits it again.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let rules: Vec<(&str, BTreeSet<String>, BTreeSet<String>)> = orc
        .rules
        .iter()
        .zip(&orc.spec.rules)
        .map(|(rule, spec)| {
            let (mut waits, mut emits) = (BTreeSet::new(), BTreeSet::new());
            events(&rule.logic, &mut waits);
            for stmts in [&rule.body.stmts, &rule.body.on_failure, &rule.body.on_exit] {
                emitted(orc, stmts, &mut Vec::new(), &mut emits);
            }
            (spec.name.as_str(), waits, emits)
        })
        .collect();
    let mut found = Vec::new();
    for start in 0..rules.len() {
        let mut path = vec![start];
        let bounded = path.iter().any(|i| orc.spec.rules[*i].once_per.is_some() || orc.spec.rules[*i].rate.is_some());
        if !bounded && circle(&rules, &mut path) && path.iter().all(|i| start <= *i) {
            let names: Vec<String> = path.iter().chain([&start]).map(|i| format!("`{}`", rules[*i].0)).collect();
            let message = format!("this may run for ever: {}", names.join(" emits for "));
            let diagnostic = Diagnostic::new(&RULE, places.rule(rules[start].0), message);
            found.push(diagnostic.help("bound it with a predicate that ends, `rate` or `once-per`"));
        }
    }
    found
}

fn circle(rules: &[(&str, BTreeSet<String>, BTreeSet<String>)], path: &mut Vec<usize>) -> bool {
    let Some(last) = path.last().copied() else { return false };
    for next in 0..rules.len() {
        if rules[last].2.is_disjoint(&rules[next].1) {
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

/// The internal events a rule waits for.
fn events(logic: &Logic, found: &mut BTreeSet<String>) {
    match logic {
        Logic::Event(term) if term.source.is_none() => {
            found.insert(term.event.clone());
        }
        Logic::Event(_) | Logic::Absent { .. } => {}
        Logic::And(parts) | Logic::Or(parts) | Logic::Then(parts) => parts.iter().for_each(|p| events(p, found)),
        Logic::Count { of, .. } => events(of, found),
    }
}

/// The internal events that statements emit, through the workflows they call.
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
            Stmt::If(branches, otherwise) => {
                branches.iter().for_each(|(_, body)| emitted(orc, body, stack, found));
                emitted(orc, otherwise, stack, found);
            }
            Stmt::Let(..) | Stmt::Wait(_) | Stmt::Return(_) => {}
        }
    }
}
