//! What events lead to: rules, and through them workflows, functions and further events.

use super::{Body, Callee, Logic, Orchestrator, Stmt};
use std::collections::BTreeSet;

/// What rules of an orchestrator lead to, through workflows.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Reached {
    /// The rules.
    pub rules: BTreeSet<String>,
    /// The functions that are called.
    pub functions: BTreeSet<String>,
    /// The workflows that are run.
    pub workflows: BTreeSet<String>,
    /// The events that are emitted.
    pub events: BTreeSet<String>,
}

impl Reached {
    /// What all rules of an orchestrator lead to.
    pub fn of(orc: &Orchestrator) -> Self {
        let mut reached = Self::default();
        (0..orc.rules.len()).for_each(|rule| reached.rule(orc, rule));
        reached
    }

    /// What some events lead to, and the events that are then emitted.
    pub fn from_events(orc: &Orchestrator, events: &[String]) -> Self {
        let mut reached = Self::default();
        loop {
            let known = reached.rules.len();
            for (at, (spec, rule)) in orc.spec.rules.iter().zip(&orc.rules).enumerate() {
                let heard =
                    |event: &&str| events.iter().any(|e| e == event) || reached.events.contains(*event);
                if !reached.rules.contains(&spec.name) && rule.logic.events().iter().any(heard) {
                    reached.rule(orc, at);
                }
            }
            if reached.rules.len() == known {
                return reached;
            }
        }
    }

    fn rule(&mut self, orc: &Orchestrator, rule: usize) {
        self.rules.extend(orc.spec.rules.get(rule).map(|spec| spec.name.clone()));
        self.functions.extend(orc.spec.rules.get(rule).and_then(|spec| spec.dead_letter.clone()));
        self.body(orc, &orc.rules[rule].body);
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

impl Logic {
    /// The names of the events that it is about.
    pub fn events(&self) -> Vec<&str> {
        match self {
            Logic::Event(term) => vec![&term.event],
            Logic::And(parts) | Logic::Or(parts) | Logic::Then(parts) => {
                parts.iter().flat_map(Logic::events).collect()
            }
            Logic::Count { of, .. } | Logic::Absent { of, .. } => of.events(),
        }
    }
}
