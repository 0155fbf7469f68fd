//! An orchestrator while it is put together: its rules and workflows are trees, and what they call has no name yet,
//! because one service may be called from several orchestrators.

use super::{event_source::Event, names::Taken, text::Remark};
use crate::{
    ir::{Body, Expr, Logic},
    spec::{OrchestratorSpec, Rule},
    units::Duration,
};

/// An orchestrator.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    /// Sources, patches, placement; the rest is added at the end.
    pub(super) spec: OrchestratorSpec,
    /// Every event that Sensors can name.
    pub(super) events: Vec<Event>,
    pub(super) rules: Vec<DraftRule>,
    /// Functions that stand in for what has no form in EFL: the key as a callee, and the name.
    pub(super) stand_ins: Vec<(String, String)>,
    pub(super) remarks: Vec<Remark>,
    /// The EventBuses that its resources name.
    pub(super) buses: Vec<String>,
    /// Names of rules and workflows, which become WorkflowTemplates.
    pub(super) taken: Taken,
    /// Names of sources.
    pub(super) taken_sources: Taken,
}

/// A rule.
#[derive(Clone, Debug)]
pub(super) struct DraftRule {
    /// Its plain fields.
    pub(super) spec: Rule,
    pub(super) logic: Logic,
    /// Its holes: the name in the logic, and what is written there.
    pub(super) holes: Vec<(String, String)>,
    pub(super) body: Body,
    /// The key of the function for what could not be delivered.
    pub(super) dead_letter: Option<String>,
}

/// A workflow.
#[derive(Clone, Debug)]
pub(super) struct DraftWorkflow {
    /// Its key as a callee.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) parameters: Vec<(String, Option<Expr>)>,
    pub(super) body: Body,
    pub(super) timeout: Option<Duration>,
    pub(super) ttl: Option<Duration>,
}

/// The key of a function that stands in for something.
pub(super) fn stand_in_key(what: &str) -> String {
    format!("stand-in/{what}")
}

impl Draft {
    /// A remark at a declaration of this orchestrator (`rule/alarm`), or at itself.
    pub(super) fn remark(&mut self, place: &str, at: String, why: impl Into<String>, what: String) {
        let place = if place.is_empty() { self.name.clone() } else { format!("{}/{place}", self.name) };
        self.remarks.push(Remark { place, at, why: why.into(), what });
    }
}
