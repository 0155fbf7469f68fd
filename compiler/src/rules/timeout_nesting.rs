//! E0607 timeout-nesting.

use super::Places;
use crate::{diag::Diagnostic, ir::{self, Callee, Stmt}, units::Duration};

super::rule! {
    code: "E0607",
    name: "timeout-nesting",
    level: Warning,
    summary: "A call may take longer than the workflow or rule around it, or than the function itself.",
    page: include_str!("pages/E0607.md"),
}

/// A call that may take longer than the workflow around it, or than the function itself allows.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (workflow, spec) in orc.workflows.iter().zip(&orc.spec.workflows) {
        let Some(limit) = spec.timeout else { continue };
        let longest = longest(orc, &workflow.body.stmts);
        if let Some((call, time)) = longest.filter(|(_, time)| *time > limit) {
            let message = format!("`{call}` may take {time}, longer than the {limit} of the workflow `{}`", spec.name);
            let diagnostic = Diagnostic::new(&RULE, places.workflow(&spec.name), message);
            found.push(diagnostic.help("raise `timeout` of the workflow, or lower the one of the call"));
        }
    }
    found
}

/// The longest explicit time of a call.
fn longest(orc: &ir::Orchestrator, stmts: &[Stmt]) -> Option<(String, Duration)> {
    let times = stmts.iter().filter_map(|stmt| match stmt {
        Stmt::Call(call) => {
            let (Callee::Function(name) | Callee::Workflow(name)) = &call.callee;
            let own = match &call.callee {
                Callee::Function(name) => orc.spec.functions.iter().find(|f| f.name == *name).and_then(|f| f.timeout),
                Callee::Workflow(name) => orc.spec.workflows.iter().find(|w| w.name == *name).and_then(|w| w.timeout),
            };
            Some((name.clone(), call.timeout.or(own)?))
        }
        Stmt::Wait(time) => Some(("wait".to_owned(), *time)),
        Stmt::Parallel(body) | Stmt::Retry(_, body) | Stmt::For { body, .. } => longest(orc, body),
        Stmt::If(branches, otherwise) => {
            let bodies = branches.iter().map(|(_, b)| b.as_slice()).chain([otherwise.as_slice()]);
            bodies.filter_map(|b| longest(orc, b)).max_by_key(|(_, time)| *time)
        }
        Stmt::Let(..) | Stmt::Emit(..) | Stmt::Return(_) => None,
    });
    times.max_by_key(|(_, time)| *time)
}
