//! E0801 recursion.

use super::Places;
use crate::{diag::Diagnostic, ir::{self, Callee, Stmt}};

super::rule! {
    code: "E0801",
    name: "recursion",
    level: Error,
    summary: "A workflow that calls itself, directly or through others.",
    page: include_str!("pages/E0801.md"),
}

/// A workflow that calls itself, directly or through others.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let name = |index: usize| orc.spec.workflows[index].name.as_str();
    let calls = |index: usize| {
        let mut called = Vec::new();
        let body = &orc.workflows[index].body;
        for stmts in [&body.stmts, &body.on_failure, &body.on_exit] {
            collect(stmts, &mut called);
        }
        called
    };
    let graph: Vec<Vec<String>> = (0..orc.workflows.len()).map(calls).collect();
    let mut found = Vec::new();
    for start in 0..graph.len() {
        let mut path = vec![start];
        // Reported once per circle: at the workflow with the smallest name in it.
        if circle(&graph, &name, &mut path) && path.iter().all(|i| name(start) <= name(*i)) {
            let names: Vec<String> = path.iter().chain([&start]).map(|i| format!("`{}`", name(*i))).collect();
            let message = format!("a workflow cannot call itself: {}", names.join(" calls "));
            found.push(Diagnostic::new(&RULE, places.workflow(name(start)), message));
        }
    }
    found
}

/// Whether a path leads back to its first node; it is then that circle.
fn circle<'a>(graph: &[Vec<String>], name: &impl Fn(usize) -> &'a str, path: &mut Vec<usize>) -> bool {
    let Some(last) = path.last().copied() else { return false };
    for called in &graph[last] {
        let Some(next) = (0..graph.len()).find(|i| name(*i) == called) else { continue };
        if next == path[0] {
            return true;
        }
        if !path.contains(&next) {
            path.push(next);
            if circle(graph, name, path) {
                return true;
            }
            path.pop();
        }
    }
    false
}

/// The workflows that statements call.
fn collect(stmts: &[Stmt], called: &mut Vec<String>) {
    for stmt in stmts {
        match stmt {
            Stmt::Call(call) => {
                if let Callee::Workflow(name) = &call.callee {
                    called.push(name.clone());
                }
            }
            Stmt::Parallel(body) | Stmt::Retry(_, body) | Stmt::For { body, .. } => collect(body, called),
            Stmt::If(branches, otherwise) => {
                for (_, body) in branches {
                    collect(body, called);
                }
                collect(otherwise, called);
            }
            Stmt::Let(..) | Stmt::Wait(_) | Stmt::Emit(..) | Stmt::Return(_) => {}
        }
    }
}
