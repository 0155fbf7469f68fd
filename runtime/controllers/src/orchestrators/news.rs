//! What has changed over from one status to the next, as events for who watches an Orchestrator: on transitions only.

use efl_compiler::spec::{Condition, ConditionStatus, OrchestratorStatus, Phase};
use kube::runtime::events::EventType;

/// One thing that is so now and was not, or the other way round.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transition {
    pub type_: EventType,
    pub reason: &'static str,
    pub note: String,
}

/// Conditions, whether they are told of when they are True or when they are False, and the words for that and for its end.
const TOLD: [(&str, ConditionStatus, &str, Option<&str>); 6] = [
    ("Accepted", ConditionStatus::False, "Rejected", Some("Accepted")),
    ("MetricsFresh", ConditionStatus::False, "MetricsStale", Some("MetricsFresh")),
    ("Thrashing", ConditionStatus::True, "Thrashing", None),
    ("NoFeasibleCluster", ConditionStatus::True, "NoFeasibleCluster", None),
    ("OrderNotPossible", ConditionStatus::True, "OrderNotPossible", None),
    ("PendingCleanup", ConditionStatus::True, "PendingCleanup", Some("CleanedUp")),
];

/// What is told of a new status.
pub fn transitions(old: &OrchestratorStatus, new: &OrchestratorStatus) -> Vec<Transition> {
    let tell = |type_, reason, note: &str| Transition { type_, reason, note: note.to_owned() };
    let mut told = Vec::new();
    let (from, to) = (old.selected.join(", "), new.selected.join(", "));
    if from != to && !to.is_empty() {
        told.push(if from.is_empty() {
            tell(EventType::Normal, "Placed", &format!("on {to}"))
        } else {
            tell(EventType::Normal, "Moved", &format!("from {from} to {to}"))
        });
    }
    let condition =
        |status: &OrchestratorStatus, ty: &str| status.conditions.iter().find(|c| c.ty == ty).cloned();
    for (ty, bad, word, end) in TOLD {
        let is_bad = |condition: &Option<Condition>| condition.as_ref().is_some_and(|c| c.status == bad);
        let (before, now) = (condition(old, ty), condition(new, ty));
        if is_bad(&now) && !is_bad(&before) {
            told.push(tell(EventType::Warning, word, &now.map(|c| c.message).unwrap_or_default()));
        } else if let (Some(end), true, false) = (end, is_bad(&before), is_bad(&now)) {
            told.push(tell(EventType::Normal, end, ""));
        }
    }
    let ready = || condition(new, "Ready").map(|c| c.message).unwrap_or_default();
    match (old.phase, new.phase) {
        (Some(Phase::Deploying | Phase::Degraded | Phase::Pending), Some(Phase::Ready)) => {
            told.push(tell(EventType::Normal, "Ready", &format!("on {to}")));
        }
        (Some(Phase::Ready), Some(Phase::Degraded)) => {
            told.push(tell(EventType::Warning, "Degraded", &ready()));
        }
        _ => {}
    }
    told
}

#[cfg(test)]
mod tests {
    use super::transitions;
    use efl_compiler::spec::{Condition, ConditionStatus, OrchestratorStatus, Phase};

    fn status(selected: &[&str], phase: Phase, conditions: &[(&str, bool)]) -> OrchestratorStatus {
        let condition = |(ty, holds): &(&str, bool)| Condition {
            ty: (*ty).to_owned(),
            status: if *holds { ConditionStatus::True } else { ConditionStatus::False },
            observed_generation: None,
            last_transition_time: String::new(),
            reason: String::new(),
            message: "because".to_owned(),
        };
        OrchestratorStatus {
            selected: selected.iter().map(|&name| name.to_owned()).collect(),
            phase: Some(phase),
            conditions: conditions.iter().map(condition).collect(),
            ..OrchestratorStatus::default()
        }
    }

    fn told(old: &OrchestratorStatus, new: &OrchestratorStatus) -> Vec<String> {
        transitions(old, new).into_iter().map(|t| format!("{:?} {}: {}", t.type_, t.reason, t.note)).collect()
    }

    #[test]
    fn a_life_is_told_once() {
        let none = OrchestratorStatus::default();
        let placed = status(&["a"], Phase::Deploying, &[("Accepted", true), ("Ready", false)]);
        let ready = status(&["a"], Phase::Ready, &[("Accepted", true), ("MetricsFresh", true)]);
        let blind = status(&["a"], Phase::Ready, &[("Accepted", true), ("MetricsFresh", false)]);
        let moved = status(
            &["b"],
            Phase::Migrating,
            &[("Accepted", true), ("MetricsFresh", true), ("Thrashing", true)],
        );
        assert_eq!(told(&none, &placed), ["Normal Placed: on a"]);
        assert_eq!(told(&placed, &ready), ["Normal Ready: on a"]);
        assert_eq!(told(&ready, &blind), ["Warning MetricsStale: because"]);
        assert_eq!(
            told(&blind, &moved),
            ["Normal Moved: from a to b", "Normal MetricsFresh: ", "Warning Thrashing: because"]
        );
        for status in [&none, &placed, &ready, &blind, &moved] {
            assert!(told(status, status).is_empty());
        }
    }

    #[test]
    fn what_is_refused_or_broken_is_a_warning() {
        let ready = status(&["a"], Phase::Ready, &[("Accepted", true)]);
        let refused = status(&["a"], Phase::Rejected, &[("Accepted", false)]);
        let broken = status(&["a"], Phase::Degraded, &[("Accepted", true), ("Ready", false)]);
        assert_eq!(told(&ready, &refused), ["Warning Rejected: because"]);
        assert_eq!(told(&refused, &ready), ["Normal Accepted: "]);
        assert_eq!(told(&ready, &broken), ["Warning Degraded: because"]);
        assert_eq!(told(&broken, &ready), ["Normal Ready: on a"]);
    }
}
