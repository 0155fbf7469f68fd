//! The status of an Orchestrator: what the runtime reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of an orchestrator.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OrchestratorStatus {
    /// The generation that was acted upon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// One word for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// The clusters it runs on.
    #[schemars(length(max = 256), inner(length(max = 48)))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub selected: Vec<String>,
    /// Clusters that were out of reach when they were left: something may be there until it was looked at.
    #[schemars(length(max = 256), inner(length(max = 48)))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending_cleanup: Vec<String>,
    /// `Accepted`, `Placed`, `Applied`, `Propagated`, `Ready`, `Migrating`, `MetricsFresh`, `PendingCleanup`, `BusCleanup`, and of
    /// placement what is unusual: `Thrashing`, `NoFeasibleCluster`, `OrderNotPossible`.
    #[schemars(length(max = 16))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Every resource on every cluster.
    #[schemars(length(max = 4096))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceStatus>,
}

/// One word for the state of an orchestrator.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Phase {
    /// It waits for a cluster, or for its resources to be made.
    Pending,
    /// Its resources are made, not all are ready.
    Deploying,
    /// All is ready.
    Ready,
    /// It moves.
    Migrating,
    /// Something is not ready that was.
    Degraded,
    /// It is not accepted: see the condition `Accepted`.
    Rejected,
    /// It is paused by its annotation.
    Paused,
    /// It is being deleted.
    Deleting,
}

/// Upstream: `k8s.io/apimachinery/pkg/apis/meta/v1`, Condition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// What it is about.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = 63))]
    pub ty: String,
    /// Whether it is so.
    pub status: ConditionStatus,
    /// The generation it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// When `status` changed last (RFC 3339).
    #[schemars(length(max = 64))]
    pub last_transition_time: String,
    /// Why, in one word.
    #[schemars(length(max = 253))]
    pub reason: String,
    /// Why, for people.
    #[schemars(length(max = 32768))]
    #[serde(default)]
    pub message: String,
}

/// Whether a condition holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum ConditionStatus {
    /// It does.
    True,
    /// It does not.
    False,
    /// It cannot be told.
    Unknown,
}

/// A resource on a cluster.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceStatus {
    /// Its kind.
    #[schemars(length(min = 1, max = 63))]
    pub kind: String,
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// The cluster; none for what stays in the control plane.
    #[schemars(length(max = 48))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Whether it is there.
    pub applied: bool,
    /// Whether it works; none when that cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthy: Option<bool>,
    /// What is wrong with it.
    #[schemars(length(max = 4096))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What it comes from: `crossing-safety/function/classify`.
    #[schemars(length(max = 253))]
    pub declaration: String,
}
