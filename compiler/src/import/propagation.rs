//! Karmada's policies as a placement: which clusters an orchestrator's resources went to.

use super::input::{self, Resource, list, take, take_as, text};
use crate::spec::{Pins, Placement};
use serde_json::Value as Json;

/// The group of the resource.
pub(super) const GROUP: &str = "policy.karmada.io";

/// A policy, read.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) at: String,
    /// What it selects: kind, and name where it says one.
    selects: Vec<(String, Option<String>)>,
    namespace: Option<String>,
    clusters: Vec<String>,
    /// What it says beyond that, as YAML.
    pub(super) left: Option<String>,
    /// All of it, for when it selects nothing of the input.
    pub(super) whole: Option<String>,
}

/// A resource as policies see it.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) namespace: Option<String>,
}

/// Reads a PropagationPolicy or ClusterPropagationPolicy.
pub(super) fn read(mut resource: Resource) -> Policy {
    let at = resource.at();
    let whole = input::yaml(&resource.rest);
    let mut spec = take(&mut resource.rest, &["spec"]).unwrap_or_default();
    let clusters = take_as(&mut spec, &["placement", "clusterAffinity", "clusterNames"], |json| {
        json.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
    });
    take_as(&mut spec, &["placement", "replicaScheduling", "replicaSchedulingType"], |json| {
        (json == "Duplicated").then_some(())
    });
    take_as(&mut spec, &["propagateDeps"], |json| (json == true).then_some(()));
    let mut selects = Vec::new();
    let mut rest = Vec::new();
    for mut selector in list(&mut spec, &["resourceSelectors"]) {
        text(&mut selector, &["apiVersion"]);
        text(&mut selector, &["namespace"]);
        let kind = text(&mut selector, &["kind"]);
        let name = text(&mut selector, &["name"]);
        selects.extend(kind.map(|kind| (kind, name)));
        if !input::is_empty(&selector) {
            rest.push(selector);
        }
    }
    if !rest.is_empty() {
        spec["resourceSelectors"] = Json::Array(rest);
    }
    Policy {
        at,
        selects,
        namespace: resource.namespace,
        clusters: clusters.unwrap_or_default(),
        left: input::yaml(&spec),
        whole,
    }
}

impl Policy {
    fn selects(&self, resource: &Selected) -> bool {
        let here = self.namespace.is_none() || self.namespace == resource.namespace;
        let named = |(kind, name): &(String, Option<String>)| {
            kind == resource.kind && name.as_ref().is_none_or(|name| *name == resource.name)
        };
        here && self.selects.iter().any(named)
    }

    /// Whether it says anything about some of these resources.
    pub(super) fn concerns(&self, resources: &[Selected]) -> bool {
        !self.clusters.is_empty() && resources.iter().any(|resource| self.selects(resource))
    }
}

/// The placement that policies gave resources; the default when none did. A copy went to every cluster, so as many are
/// kept running, and stages that went to some clusters only are pinned there.
pub(super) fn placement(policies: &[Policy], resources: &[Selected]) -> Placement {
    let stage = |kinds: &[&str]| {
        let mut clusters: Vec<String> = Vec::new();
        for resource in resources.iter().filter(|resource| kinds.contains(&resource.kind)) {
            for policy in policies.iter().filter(|policy| policy.selects(resource)) {
                for cluster in &policy.clusters {
                    if !clusters.contains(cluster) {
                        clusters.push(cluster.clone());
                    }
                }
            }
        }
        clusters
    };
    let (events, logic) = (stage(&["EventSource"]), stage(&["Sensor", "WorkflowTemplate", "Workflow"]));
    let functions = stage(&["Service"]);
    let mut clusters: Vec<String> = Vec::new();
    for cluster in events.iter().chain(&logic).chain(&functions) {
        if !clusters.contains(cluster) {
            clusters.push(cluster.clone());
        }
    }
    let pin = |stage: Vec<String>| if stage.len() == clusters.len() { Vec::new() } else { stage };
    let most = [&events, &logic, &functions].into_iter().map(Vec::len).max().unwrap_or(0);
    Placement {
        replicas: u32::try_from(most.max(1)).unwrap_or(1),
        pin: Pins { events: pin(events), logic: pin(logic), functions: pin(functions) },
        clusters,
        ..Placement::default()
    }
}
