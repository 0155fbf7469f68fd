//! E0903 unreachable-expectation.

use crate::{
    diag::Diagnostic,
    ir::{Body, Callee, Orchestrator, Stmt},
};
use efl_grammar::TextRange;
use std::collections::BTreeSet;

super::rule! {
    code: "E0903",
    name: "unreachable-expectation",
    level: Warning,
    summary: "A test expects a call, run or event that no rule of the orchestrator leads to.",
    page: include_str!("pages/E0903.md"),
}

/// What the rules of an orchestrator lead to, through workflows.
#[derive(Default)]
pub(crate) struct Reached {
    pub(crate) functions: BTreeSet<String>,
    pub(crate) workflows: BTreeSet<String>,
    pub(crate) events: BTreeSet<String>,
}

impl Reached {
    /// What the rules of an orchestrator lead to.
    pub(crate) fn of(orc: &Orchestrator) -> Self {
        let mut reached = Self::default();
        orc.rules.iter().for_each(|rule| reached.body(orc, &rule.body));
        reached.functions.extend(orc.spec.rules.iter().filter_map(|rule| rule.dead_letter.clone()));
        reached
    }

    fn body(&mut self, orc: &Orchestrator, body: &Body) {
        for stmts in [&body.stmts, &body.on_failure, &body.on_exit] {
            self.stmts(orc, stmts);
        }
    }

    fn stmts(&mut self, orc: &Orchestrator, stmts: &[Stmt]) {
        for stmt in stmts {
            match stmt {
                Stmt::Call(call) => match &call.callee {
                    Callee::Function(name) => {
                        self.functions.insert(name.clone());
                    }
                    Callee::Workflow(name) => {
                        let workflow = orc.spec.workflows.iter().position(|w| w.name == *name);
                        if self.workflows.insert(name.clone())
                            && let Some(workflow) = workflow.and_then(|i| orc.workflows.get(i))
                        {
                            self.body(orc, &workflow.body);
                        }
                    }
                },
                Stmt::Emit(event, _) => {
                    self.events.insert(event.clone());
                }
                Stmt::Parallel(body) | Stmt::Retry(_, body) | Stmt::For { body, .. } => self.stmts(orc, body),
                Stmt::If(branches, otherwise) => {
                    for (_, body) in branches {
                        self.stmts(orc, body);
                    }
                    self.stmts(orc, otherwise);
                }
                Stmt::Let(..) | Stmt::Wait(_) | Stmt::Return(_) => {}
            }
        }
    }
}

/// An expectation of what cannot happen.
pub(crate) fn diagnostic(what: &str, name: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("no rule leads to the {what} `{name}`: this cannot hold"))
}
