//! Which clusters hold which stage of an orchestrator.

use crate::{eval, ir};

/// The inventory: what the installation knows of its clusters.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Clusters {
    /// The wildcard domain of functions; without one they are known as `<service>.<namespace>.svc.cluster.local`.
    pub domain: Option<String>,
    /// Where functions of the own cluster are called, instead of Kourier's internal service.
    pub call_address: Option<String>,
    /// The clusters, in the order of the fleet.
    pub clusters: Vec<ir::Cluster>,
}

impl Clusters {
    /// The cluster of a name.
    pub fn get(&self, name: &str) -> Option<&ir::Cluster> {
        self.clusters.iter().find(|cluster| cluster.name == name)
    }
}

impl From<&ir::Fleet> for Clusters {
    fn from(fleet: &ir::Fleet) -> Self {
        Self {
            domain: fleet.domain.clone(),
            call_address: fleet.call_address.clone(),
            clusters: fleet.clusters.clone(),
        }
    }
}

/// Where placement wants an orchestrator to run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Decision {
    /// The clusters, best first; as many as the placement has replicas.
    pub selected: Vec<String>,
}

/// The clusters that hold each stage. Empty: the stage is nowhere, and its policy is not made, because an empty list of
/// names means *every* cluster to Karmada (`karmada/pkg/util/selector.go`, `ClusterNamesMatches`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StageClusters {
    /// What the others need; every cluster that holds anything.
    pub base: Vec<String>,
    /// Functions.
    pub functions: Vec<String>,
    /// Sensors or the native engine.
    pub logic: Vec<String>,
    /// Sources that move with the pipeline.
    pub events: Vec<String>,
    /// Sources that run on every candidate.
    pub everywhere: Vec<String>,
}

impl StageClusters {
    /// When nothing moves: pinned stages where they are pinned, the others where the decision says, listening sources on
    /// every candidate.
    pub fn settled(orc: &ir::Orchestrator, inventory: &Clusters, decision: &Decision) -> Self {
        let candidates = candidates(orc, inventory);
        if candidates.is_empty() {
            return Self::default();
        }
        let pin = &orc.spec.placement.pin;
        let pinned = |names: &[String], otherwise: &[String]| {
            let names = if names.is_empty() { otherwise } else { names };
            names.to_vec()
        };
        Self {
            base: Vec::new(),
            functions: pinned(&pin.functions, &decision.selected),
            logic: pinned(&pin.logic, &decision.selected),
            events: pinned(&pin.events, &decision.selected),
            everywhere: pinned(&pin.events, &candidates),
        }
        .with_base()
    }

    /// With `base` covering every other stage.
    #[must_use]
    pub fn with_base(mut self) -> Self {
        let stages = [&self.functions, &self.logic, &self.events, &self.everywhere];
        for name in stages.into_iter().flatten() {
            if !self.base.contains(name) {
                self.base.push(name.clone());
            }
        }
        self
    }
}

/// The clusters an orchestrator may run on: those it names, those of the inventory that its selector takes, else every
/// one of the inventory. None without an inventory: that is one plain cluster, whatever names the orchestrator has.
pub fn candidates(orc: &ir::Orchestrator, inventory: &Clusters) -> Vec<String> {
    let named = &orc.spec.placement.clusters;
    if !named.is_empty() && !inventory.clusters.is_empty() {
        return named.clone();
    }
    let taken =
        inventory.clusters.iter().filter(|cluster| orc.selector.as_ref().is_none_or(|s| takes(s, cluster)));
    taken.map(|cluster| cluster.name.clone()).collect()
}

fn takes(selector: &ir::Expr, cluster: &ir::Cluster) -> bool {
    let fields = serde_json::to_value(&cluster.fields).unwrap_or_default();
    let env = eval::Env::of(eval::Event { payload: &fields, meta: &serde_json::Value::Null });
    eval::holds(selector, &env) == eval::Outcome::True
}
