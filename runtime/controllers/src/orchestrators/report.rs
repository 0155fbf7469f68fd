//! The status of an Orchestrator.

use super::observed::Overall;
use crate::conditions::{Conditions, now};
use efl_compiler::expand::ExpandError;
use efl_compiler::spec::{Condition, ConditionStatus, Migration, OrchestratorStatus, Phase, ResourceStatus};
use kube::api::DynamicObject;
use std::collections::BTreeSet;

/// Conditions of placement that are worth a line while they hold.
const UNUSUAL: [&str; 3] = ["Thrashing", "NoFeasibleCluster", "OrderNotPossible"];

/// A status that is being made.
pub struct Report<'o> {
    old: &'o OrchestratorStatus,
    conditions: Conditions<'o>,
    generation: Option<i64>,
    /// Where it runs.
    pub selected: Vec<String>,
    /// Where something may be left.
    pub pending_cleanup: Vec<String>,
}

/// What is seen of a pipeline that stands somewhere.
pub struct Running {
    pub overall: Overall,
    /// Whether its sources let events in.
    pub exposed: bool,
    pub resources: Vec<ResourceStatus>,
    /// Clusters that hold something that does not belong there.
    pub leftovers: BTreeSet<String>,
    pub migration: Option<Migration>,
    pub waiting_for: Option<String>,
    /// What placement says of itself.
    pub placement: Vec<Condition>,
}

impl<'o> Report<'o> {
    /// Of an object, with its status as it is.
    pub fn new(object: &DynamicObject, old: &'o OrchestratorStatus) -> Self {
        let generation = object.metadata.generation;
        let conditions = Conditions::new(&old.conditions, generation, now());
        let (selected, pending_cleanup) = (old.selected.clone(), old.pending_cleanup.clone());
        Self { old, conditions, generation, selected, pending_cleanup }
    }

    /// Takes note that some clusters were left while they were out of reach.
    pub fn leave(&mut self, left: &[String], stays: &[String]) {
        for cluster in left.iter().filter(|cluster| !stays.contains(cluster)) {
            if !self.pending_cleanup.contains(cluster) {
                self.pending_cleanup.push(cluster.clone());
            }
        }
    }

    fn done(self, phase: Phase, resources: Vec<ResourceStatus>) -> OrchestratorStatus {
        OrchestratorStatus {
            observed_generation: self.generation,
            phase: Some(phase),
            selected: self.selected,
            pending_cleanup: self.pending_cleanup,
            conditions: self.conditions.done(),
            resources,
        }
    }

    /// Nothing is done, by a person's wish.
    pub fn paused(mut self) -> OrchestratorStatus {
        for known in ["Accepted", "Placed", "Applied", "Propagated", "Ready", "Migrating", "MetricsFresh"] {
            self.conditions.keep(known);
        }
        let resources = self.old.resources.clone();
        let generation = self.old.observed_generation;
        OrchestratorStatus { observed_generation: generation, ..self.done(Phase::Paused, resources) }
    }

    /// It cannot be what it says; what stands stays.
    pub fn rejected(mut self, reason: &str, why: &str) -> OrchestratorStatus {
        self.conditions.is("Accepted", false, reason, why);
        for known in ["Placed", "Applied", "Propagated", "Ready"] {
            self.conditions.keep(known);
        }
        let resources = self.old.resources.clone();
        self.done(Phase::Rejected, resources)
    }

    /// It is a program, and no resources can be made of it.
    pub fn unmakeable(self, errors: &[ExpandError]) -> OrchestratorStatus {
        let why: Vec<String> = errors.iter().map(|error| format!("{error} ({})", error.help)).collect();
        self.rejected("CannotBeMade", &why.join("\n"))
    }

    /// Others apply it.
    pub fn external(mut self) -> OrchestratorStatus {
        self.conditions.is("Accepted", true, "Valid", "");
        self.conditions.set("Applied", ConditionStatus::Unknown, "External", "management is External");
        self.done(Phase::Pending, Vec::new())
    }

    /// No cluster is chosen.
    pub fn unplaced(mut self, reason: &str, why: &str) -> OrchestratorStatus {
        self.conditions.is("Accepted", true, "Valid", "");
        self.conditions.is("Placed", false, reason, why);
        self.conditions.is("Ready", false, "NotPlaced", "");
        let resources = self.old.resources.clone();
        self.done(Phase::Pending, resources)
    }

    /// A cluster is chosen, and nothing made yet.
    pub fn deploying(mut self) -> OrchestratorStatus {
        self.placed();
        self.conditions.is("Ready", false, "Deploying", "");
        self.done(Phase::Deploying, Vec::new())
    }

    /// Made, on one cluster without Karmada.
    pub fn applied(mut self) -> OrchestratorStatus {
        self.conditions.is("Accepted", true, "Valid", "");
        self.conditions.is("Applied", true, "Applied", "");
        self.conditions.is("Ready", true, "Applied", "its resources are made; their health is not observed");
        self.done(Phase::Ready, Vec::new())
    }

    /// It goes away.
    pub fn deleting(mut self, left: &str, on_the_bus: Option<String>) -> OrchestratorStatus {
        self.conditions.is("Ready", false, "Deleting", format!("left: {left}"));
        if let Some(left) = on_the_bus {
            self.conditions.set("BusCleanup", ConditionStatus::Unknown, "NoAccess", left);
        }
        let resources = self.old.resources.clone();
        self.done(Phase::Deleting, resources)
    }

    /// It stands where it should, or moves.
    pub fn running(mut self, running: Running) -> OrchestratorStatus {
        let Running { overall, exposed, resources, leftovers, migration, waiting_for, placement } = running;
        self.placed();
        self.conditions.is("Applied", true, "Applied", "");
        let unwell = |of: &dyn Fn(&&ResourceStatus) -> bool| {
            let line = |r: &ResourceStatus| {
                let cluster = r.cluster.as_deref().unwrap_or_default();
                format!(
                    "{} ({} {} on {cluster}): {}",
                    r.declaration,
                    r.kind,
                    r.name,
                    r.message.as_deref().unwrap_or_default()
                )
            };
            let lines: Vec<String> = resources.iter().filter(of).take(8).map(line).collect();
            lines.join("\n")
        };
        let pending = unwell(&|r| !r.applied);
        self.conditions.is(
            "Propagated",
            overall.propagated,
            if overall.propagated { "Everywhere" } else { "OnTheWay" },
            pending,
        );
        let ready = overall.ready && exposed;
        let reason = match (ready, overall.propagated, exposed) {
            (true, ..) => "Ready",
            (_, false, _) => "OnTheWay",
            (_, _, false) => "NotListening",
            _ => "NotHealthy",
        };
        self.conditions.is("Ready", ready, reason, unwell(&|r| r.healthy != Some(true)));
        match &migration {
            Some(migration) => {
                let to = migration.to.join(", ");
                let why = waiting_for.unwrap_or_default();
                let phase = format!("{:?}", migration.phase);
                self.conditions.is("Migrating", true, &phase, format!("to {to}: {why}"));
            }
            None => self.conditions.is("Migrating", false, "Settled", ""),
        }
        // While it moves something is always where it will not stay.
        let mut left: BTreeSet<String> = if migration.is_none() { leftovers } else { BTreeSet::new() };
        left.extend(self.pending_cleanup.iter().cloned());
        if !left.is_empty() {
            let names: Vec<String> = left.into_iter().collect();
            self.conditions.is("PendingCleanup", true, "Leftovers", format!("still on {}", names.join(", ")));
        }
        for Condition { ty, status, reason, message, .. } in placement {
            // Of the others only what is unusual.
            if ty == "MetricsFresh" || (UNUSUAL.contains(&ty.as_str()) && status == ConditionStatus::True) {
                self.conditions.set(&ty, status, &reason, message);
            }
        }
        let was_ready =
            self.old.conditions.iter().any(|c| c.ty == "Ready" && c.status == ConditionStatus::True);
        let was_running = matches!(self.old.phase, Some(Phase::Ready | Phase::Degraded | Phase::Migrating));
        let phase = match (&migration, ready) {
            (Some(_), _) => Phase::Migrating,
            (None, true) => Phase::Ready,
            (None, false) if was_ready || was_running => Phase::Degraded,
            (None, false) => Phase::Deploying,
        };
        self.done(phase, resources)
    }

    fn placed(&mut self) {
        self.conditions.is("Accepted", true, "Valid", "");
        self.conditions.is("Placed", true, "Placed", self.selected.join(", "));
    }
}
