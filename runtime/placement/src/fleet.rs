//! What is known of the clusters: the observations of one period.

use crate::{Time, scorer::Scores};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The clusters as they were last seen, and the settings of the fleet file.
#[derive(Clone, PartialEq, Debug)]
pub struct Fleet {
    /// The period of evaluation (`every`).
    pub every: Duration,
    /// How old a sample may be (`stale-after`); an older one is unknown.
    pub stale_after: Duration,
    /// How many pipelines may begin to move in a minute (`moves`), for a better score or off an unfit cluster. A dead
    /// cluster is left whatever is left of it.
    pub moves: u32,
    /// Every registered cluster, in any order.
    pub clusters: Vec<Cluster>,
    /// What the fleet's external scorer has answered in this period; without an answer the built-in score decides.
    pub scores: Option<Scores>,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(15),
            stale_after: Duration::from_mins(1),
            moves: 4,
            clusters: Vec::new(),
            scores: None,
        }
    }
}

/// A cluster.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cluster {
    /// Karmada's name for it.
    pub name: String,
    /// Whether it is alive: the condition `Ready` of Karmada's Cluster, which has its own grace period.
    pub ready: bool,
    /// `efl cordon`: nothing new comes; what is there stays.
    pub cordoned: bool,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// What keeps pipelines away.
    pub taints: Vec<Taint>,
    /// The kinds that it serves, as `serving.knative.dev/v1/Service`.
    pub apis: BTreeSet<String>,
    /// Allocatable cores.
    pub cpu_capacity: Option<f64>,
    /// Allocatable bytes.
    pub memory_capacity: Option<f64>,
    /// CPU in use, 0 to 1.
    pub cpu: Option<Sample>,
    /// Memory in use, 0 to 1.
    pub memory: Option<Sample>,
    /// Pods of the fleet's pipelines that no node takes: a count.
    pub unschedulable: Option<Sample>,
    /// The fleet's own metrics by name, 0 to 1; see [`Sample::of`].
    pub metrics: BTreeMap<String, Sample>,
}

/// A number that was measured, and when.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sample {
    /// The number; it may be anything, also NaN.
    pub value: f64,
    /// When it was measured: the timestamp of the scrape, not of the query.
    pub at: Time,
}

impl Sample {
    /// A metric of which `max` counts as full, as a part of it.
    pub fn of(value: f64, max: f64, at: Time) -> Self {
        let part = value / max;
        Self { value: if part > 1.0 && part.is_finite() { 1.0 } else { part }, at }
    }

    /// The number, if it is fresh. From the future it is as wrong as from long ago.
    fn fresh(self, now: Time, stale_after: Duration) -> Option<f64> {
        (now.apart(self.at) <= stale_after && self.value.is_finite()).then_some(self.value)
    }
}

/// How far beyond 0..1 a utilisation may be and is still taken for the nearer end: `rate()` extrapolates, so an idle
/// cluster may be at -0.01. What is farther away has another unit, and is unknown.
const SLACK: f64 = 0.05;

/// A utilisation that can be believed, 0 to 1.
pub(crate) fn utilisation(sample: Option<Sample>, now: Time, stale_after: Duration) -> Option<f64> {
    let value = sample?.fresh(now, stale_after)?;
    (-SLACK..=1.0 + SLACK).contains(&value).then(|| value.clamp(0.0, 1.0))
}

/// A count that can be believed.
pub(crate) fn count(sample: Option<Sample>, now: Time, stale_after: Duration) -> Option<f64> {
    sample?.fresh(now, stale_after).filter(|count| *count >= 0.0)
}

/// What keeps pipelines away from a cluster, unless they tolerate it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taint {
    /// Its key.
    pub key: String,
    /// Its value; may be empty.
    pub value: String,
    /// What it does.
    pub effect: Effect,
}

/// What a taint does. `PreferNoSchedule` is none of our business.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// Nothing new comes; what is there stays.
    NoSchedule,
    /// What is there leaves.
    NoExecute,
}
