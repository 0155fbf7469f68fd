//! What tells Karmada which member gets what: a PropagationPolicy per stage, and an OverridePolicy where stages stand on
//! different clusters.

use super::{Clusters, ResourceBody, Stage, StageClusters, context::Context, resource::spec};
use serde::Serialize;

const API: &str = "policy.karmada.io/v1alpha1";

/// Upstream: `karmada/pkg/apis/policy/v1alpha1/propagation_types.go`.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PropagationPolicySpec<'a> {
    resource_selectors: Vec<Selector<'a>>,
    propagate_deps: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependent_overrides: Option<[&'a str; 1]>,
    conflict_resolution: &'static str,
    preserve_resources_on_deletion: bool,
    placement: Placement,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Selector<'a> {
    api_version: &'static str,
    kind: &'static str,
    namespace: &'a str,
    name: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Placement {
    cluster_affinity: ClusterNames,
    replica_scheduling: ReplicaScheduling,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ClusterNames {
    cluster_names: Vec<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReplicaScheduling {
    replica_scheduling_type: &'static str,
}

/// Upstream: `karmada/pkg/apis/policy/v1alpha1/override_types.go`.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OverridePolicySpec<'a> {
    resource_selectors: Vec<Selector<'a>>,
    override_rules: Vec<OverrideRule>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OverrideRule {
    target_cluster: ClusterNames,
    overriders: Overriders,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Overriders {
    plaintext: Vec<Plaintext>,
}

/// One operation of a JSON patch.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Plaintext {
    path: String,
    operator: &'static str,
    value: String,
}

/// The policies of every stage that stands somewhere.
pub(super) fn expand(cx: &mut Context<'_>, _inventory: &Clusters, stages: &StageClusters) {
    for stage in Stage::TRAVELLING {
        let clusters = stages.of(stage);
        let selectors = selectors(cx, stage);
        if clusters.is_empty() || selectors.is_empty() {
            continue;
        }
        let orc = cx.orc;
        let body = PropagationPolicySpec {
            resource_selectors: selectors,
            // The Secrets and ConfigMaps that our interpreters name travel along.
            propagate_deps: true,
            dependent_overrides: None,
            conflict_resolution: "Abort",
            preserve_resources_on_deletion: false,
            placement: Placement {
                cluster_affinity: ClusterNames { cluster_names: clusters.to_vec() },
                replica_scheduling: ReplicaScheduling { replica_scheduling_type: "Duplicated" },
            },
        };
        cx.push(
            Stage::Control,
            (API, "PropagationPolicy"),
            format!("{}-{}", orc.name, stage.name()),
            cx.declaration_of_placement(),
            ResourceBody::PropagationPolicy(spec(body)),
        );
    }
}

/// The resources of a stage, by kind and name: a selector without a name takes every object of the kind.
fn selectors<'a>(cx: &Context<'a>, stage: Stage) -> Vec<Selector<'a>> {
    let of_stage = cx.resources().iter().filter(|resource| resource.stage == stage);
    of_stage
        .map(|resource| Selector {
            api_version: resource.api_version,
            kind: resource.kind,
            namespace: resource.namespace,
            name: resource.name.clone(),
        })
        .collect()
}

impl StageClusters {
    /// The clusters of a stage.
    pub fn of(&self, stage: Stage) -> &[String] {
        match stage {
            Stage::Base => &self.base,
            Stage::Functions => &self.functions,
            Stage::Logic => &self.logic,
            Stage::Events => &self.events,
            Stage::EventsEverywhere => &self.everywhere,
            Stage::Control => &[],
        }
    }
}

impl Context<'_> {
    /// Where messages about placement belong.
    fn declaration_of_placement(&self) -> String {
        format!("{}/placement", self.orc.name)
    }
}
