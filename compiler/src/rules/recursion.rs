//! E0801 recursion.

use super::Places;
use crate::{circles, diag::Diagnostic, ir::{self, Callee, Stmt}};
use rustc_hash::FxHashMap;

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
    let numbers: FxHashMap<&str, usize> = (0..orc.workflows.len()).map(|index| (name(index), index)).collect();
    let calls = |index: usize| {
        let mut called = Vec::new();
        let body = &orc.workflows[index].body;
        for stmts in [&body.stmts, &body.on_failure, &body.on_exit] {
            collect(stmts, &mut called);
        }
        called.iter().filter_map(|workflow| numbers.get(workflow.as_str()).copied()).collect()
    };
    let graph: Vec<Vec<usize>> = (0..orc.workflows.len()).map(calls).collect();
    let mut found = Vec::new();
    for component in circles::components(&graph) {
        // Reported once: at the workflow with the smallest name.
        let Some(start) = component.iter().copied().min_by_key(|index| name(*index)) else { continue };
        let Some(circle) = circles::shortest(&graph, &component, start) else { continue };
        let names: Vec<String> = circle.iter().chain([&start]).map(|i| format!("`{}`", name(*i))).collect();
        let message = format!("a workflow cannot call itself: {}", names.join(" calls "));
        found.push(Diagnostic::new(&RULE, places.workflow(name(start)), message));
    }
    found
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
