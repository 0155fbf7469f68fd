//! The custom resource `PlacementDecision`: the question of where an orchestrator should run, and its answer.

#![allow(clippy::doc_markdown)] // kinds are written as they are called

use super::{Condition, DNS_LABEL, Limit, MetricWeight, Pins, Strategy, Weights};
use crate::units::{Duration, Quantity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The question.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlacementDecisionSpec {
    /// The clusters that are possible, in the order of the orchestrator.
    #[schemars(length(max = 256), inner(length(min = 1, max = 48), regex(pattern = DNS_LABEL)))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    pub candidates: Vec<String>,
    /// On how many of them at a time.
    #[schemars(range(min = 1, max = 256))]
    pub replicas: u32,
    /// Stages that stand elsewhere whatever is decided.
    #[serde(default, skip_serializing_if = "Pins::is_empty")]
    pub pin: Pins,
    /// What CPU and memory count for.
    pub weights: Weights,
    /// Metrics that count too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub metrics: Vec<MetricWeight>,
    /// What the orchestrator's functions reserve.
    pub request: ResourceRequest,
    /// When it moves.
    pub policy: PlacementPolicy,
}

/// What is reserved on a cluster.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceRequest {
    /// Cores.
    pub cpu: Quantity,
    /// Bytes.
    pub memory: Quantity,
}

/// When an orchestrator moves.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlacementPolicy {
    /// How a cluster is chosen.
    pub strategy: Strategy,
    /// By how much of the 0..1 score a challenger must be better.
    #[schemars(range(min = 0, max = 1))]
    pub margin: f64,
    /// How long ago the last move must be.
    pub hold: Duration,
    /// Above it for three periods the incumbent is left.
    pub limit: Limit,
    /// How long runs on the old cluster may take to finish.
    pub drain_timeout: Duration,
    /// When they are cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_after: Option<Duration>,
}

/// The answer.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PlacementDecisionStatus {
    /// The generation of the question that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The clusters it is to run on, best first.
    #[schemars(length(max = 256), inner(length(max = 48)))]
    pub selected: Vec<String>,
    /// The same with reasons, in the shape of Open Cluster Management.
    #[schemars(length(max = 256))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<ClusterDecision>,
    /// The clusters of the decision before.
    #[schemars(length(max = 256), inner(length(max = 48)))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub previous: Vec<String>,
    /// Grows with every new decision.
    pub decision_id: i64,
    /// When it was decided.
    #[schemars(length(max = 64))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// How every candidate scored.
    #[schemars(length(max = 256))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["cluster"]))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<ClusterScore>,
    /// Candidates that were not possible.
    #[schemars(length(max = 256))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["cluster"]))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Rejection>,
    /// What the next decision needs to know of the ones before, as JSON of the placement engine.
    #[schemars(length(max = 32768))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The move under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<Migration>,
    /// `MetricsFresh`, `Thrashing`, `NoFeasibleCluster`, `OrderNotPossible`, `Scorer`.
    #[schemars(length(max = 16))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// A cluster that was chosen. Upstream: `open-cluster-management.io/api/cluster/v1beta1`, ClusterDecision.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterDecision {
    /// Its name.
    #[schemars(length(min = 1, max = 48))]
    pub cluster_name: String,
    /// Why.
    #[schemars(length(max = 4096))]
    #[serde(default)]
    pub reason: String,
    /// Its score, 0..1.
    pub score: f64,
}

/// How a candidate scored.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterScore {
    /// Its name.
    #[schemars(length(min = 1, max = 48))]
    pub cluster: String,
    /// The score, 0..1.
    pub total: f64,
    /// Whether it could be chosen.
    pub feasible: bool,
    /// What each term added: `cpu`, `memory`, `pending`, the fleet's metrics.
    #[schemars(extend("maxProperties" = 64))]
    // Left out and not empty: the API server makes `null` of a map that loses its last key by server-side apply, and refuses that.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub terms: std::collections::BTreeMap<String, f64>,
    /// How old the newest observation is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_age: Option<Duration>,
}

/// A candidate that was not possible.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rejection {
    /// Its name.
    #[schemars(length(min = 1, max = 48))]
    pub cluster: String,
    /// Why, in one word: `NotReady`, `MissingAPI`, `StaleMetrics`.
    #[schemars(length(max = 63))]
    pub reason: String,
    /// Why, for people.
    #[schemars(length(max = 4096))]
    #[serde(default)]
    pub message: String,
}

/// A move from some clusters to others.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Migration {
    /// The decision that it carries out.
    pub id: i64,
    /// Where it runs.
    #[schemars(length(max = 256), inner(length(max = 48)))]
    pub from: Vec<String>,
    /// Where it will run.
    #[schemars(length(max = 256), inner(length(max = 48)))]
    pub to: Vec<String>,
    /// How far it is.
    pub phase: MigrationPhase,
    /// Since when.
    #[schemars(length(max = 64))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase_started_at: Option<String>,
    /// When it is given up, before anything has changed over.
    #[schemars(length(max = 64))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
}

/// The phases of a move, in order. `Abort` leads back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum MigrationPhase {
    /// Base and functions are put on the new clusters too.
    #[default]
    Prepare,
    /// They become ready there, and answer a probe.
    Warm,
    /// Logic and events change over.
    Switch,
    /// Runs on the old clusters finish.
    Drain,
    /// The old clusters are cleared.
    Remove,
    /// The new clusters are cleared: it was given up.
    Abort,
}
