//! What is asked: one pipeline, where it may run, what counts, and when it may move. The names and defaults are those of
//! the block `placement`.

use crate::{
    fleet::{Cluster, Effect, Taint},
    rejection::Resource,
};
use std::{collections::BTreeMap, time::Duration};

/// Where is this pipeline to run?
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// Which pipeline: `namespace/name`. Ties are broken by it.
    pub name: String,
    /// The clusters that are possible, in any order.
    pub candidates: Vec<String>,
    /// On how many of them at a time; 0 counts as 1.
    pub replicas: u32,
    /// What a cluster must have.
    pub needs: Needs,
    /// What free CPU and memory count for; any numbers that are not negative, normalised.
    pub weights: Weights,
    /// What else counts: metrics of the fleet, and `pending`, which counts [`PENDING_WEIGHT`] if it is not named.
    pub metrics: Vec<MetricWeight>,
    /// What it brings to a cluster and takes away with it.
    pub request: Request,
    /// When it moves.
    pub policy: Policy,
    /// Whether its functions are pinned: then they stay where they are, and nothing of `request` moves with the rest.
    pub functions_pinned: bool,
    /// Where a person has ordered it to (`efl move`). It goes there at once if it can, and stays while this is set.
    pub ordered: Vec<String>,
    /// Whether a move is still being carried out. Until it is done only a dead cluster is a reason for another, and what
    /// was placed counts as not yet measured.
    pub moving: bool,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            name: String::new(),
            candidates: Vec::new(),
            replicas: 1,
            needs: Needs::default(),
            weights: Weights { cpu: 0.5, memory: 0.5 },
            metrics: Vec::new(),
            request: Request::default(),
            policy: Policy::default(),
            functions_pinned: false,
            ordered: Vec::new(),
            moving: false,
        }
    }
}

/// The name of the built-in metric: unschedulable pods.
pub const PENDING: &str = "pending";
/// What it counts for unless the pipeline says otherwise.
pub const PENDING_WEIGHT: f64 = 0.1;

/// What a cluster must have.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Needs {
    /// Labels with their values.
    pub labels: BTreeMap<String, String>,
    /// Kinds that it must serve, as `serving.knative.dev/v1/Service`.
    pub apis: Vec<String>,
    /// Taints that do not matter.
    pub tolerations: Vec<Toleration>,
}

/// A taint that does not matter. What is `None` matches everything.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Toleration {
    /// The taint's key.
    pub key: Option<String>,
    /// The taint's value.
    pub value: Option<String>,
    /// The taint's effect.
    pub effect: Option<Effect>,
}

impl Toleration {
    fn tolerates(&self, taint: &Taint) -> bool {
        self.key.as_ref().is_none_or(|key| *key == taint.key)
            && self.value.as_ref().is_none_or(|value| *value == taint.value)
            && self.effect.is_none_or(|effect| effect == taint.effect)
    }
}

impl Needs {
    /// The first taint with an effect that is not tolerated.
    pub(crate) fn intolerable<'a>(&self, cluster: &'a Cluster, effect: Effect) -> Option<&'a Taint> {
        let mut taints = cluster.taints.iter().filter(|taint| taint.effect == effect);
        taints.find(|taint| !self.tolerations.iter().any(|toleration| toleration.tolerates(taint)))
    }
}

/// What free CPU and memory count for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Weights {
    /// CPU.
    pub cpu: f64,
    /// Memory.
    pub memory: f64,
}

/// What a metric counts for.
#[derive(Clone, PartialEq, Debug)]
pub struct MetricWeight {
    /// Its name in the fleet.
    pub name: String,
    /// What it counts for.
    pub weight: f64,
}

/// What a pipeline uses of a cluster: its requests, or what was measured if that is more.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Request {
    /// Cores.
    pub cpu: f64,
    /// Bytes.
    pub memory: f64,
}

/// When a pipeline moves.
#[derive(Clone, PartialEq, Debug)]
pub struct Policy {
    /// How a cluster is chosen.
    pub strategy: Strategy,
    /// By how much of the 0..1 score a challenger must be better.
    pub margin: f64,
    /// How long ago the last change must be.
    pub hold: Duration,
    /// Above it for three periods the incumbent is left, and no cluster is chosen that would be above it.
    pub limit: Limit,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            strategy: Strategy::Balanced,
            margin: 0.1,
            hold: Duration::from_mins(2),
            limit: Limit { cpu: 0.9, memory: 0.9 },
        }
    }
}

/// How a cluster is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Strategy {
    /// Moves only when it pays: margin, hold, three periods in a row, reservations, the fleet's budget.
    #[default]
    Balanced,
    /// The paper's plain argmin over measured load. It moves often.
    LeastLoaded,
}

/// Utilisation, 0 to 1.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limit {
    /// CPU.
    pub cpu: f64,
    /// Memory.
    pub memory: f64,
}

impl Question {
    /// What moves with it; `None` when the request makes no sense, so that nobody knows.
    pub(crate) fn footprint(&self) -> Option<Request> {
        if self.functions_pinned {
            return Some(Request::default());
        }
        let sane = |amount: f64| amount.is_finite() && amount >= 0.0;
        (sane(self.request.cpu) && sane(self.request.memory)).then_some(self.request)
    }
}

impl Limit {
    /// Of one resource; what makes no sense is the default.
    pub(crate) fn of(self, resource: Resource) -> f64 {
        let limit = match resource {
            Resource::Cpu => self.cpu,
            Resource::Memory => self.memory,
        };
        if limit.is_finite() { limit.clamp(0.0, 1.0) } else { 0.9 }
    }
}

impl Policy {
    /// The margin; what makes no sense is the default.
    pub(crate) fn margin(&self) -> f64 {
        if self.margin.is_finite() { self.margin.clamp(0.0, 1.0) } else { 0.1 }
    }
}
