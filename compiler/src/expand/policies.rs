//! What tells Karmada which member gets what: a PropagationPolicy per stage, and an OverridePolicy where stages stand on
//! different clusters.

use super::{
    Clusters, Resource, ResourceBody, Stage, StageClusters, context::Context, names::budget, plan,
    resource::spec, workflow_template,
};
use serde::Serialize;

const API: &str = "policy.karmada.io/v1alpha1";

/// Upstream: `karmada/pkg/apis/policy/v1alpha1/propagation_types.go`.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PropagationPolicySpec<'a> {
    resource_selectors: Vec<Selector<'a>>,
    propagate_deps: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependent_overrides: Vec<String>,
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
pub(super) fn expand(cx: &mut Context<'_>, inventory: &Clusters, stages: &StageClusters) {
    let overrides = overrides(cx, inventory, stages);
    for stage in Stage::TRAVELLING {
        let clusters = stages.of(stage);
        let selectors = selectors(cx, stage);
        if clusters.is_empty() || selectors.is_empty() {
            continue;
        }
        let dependent =
            overrides.iter().filter(|(of, _)| *of == stage).map(|(_, name)| name.clone()).collect();
        let body = PropagationPolicySpec {
            resource_selectors: selectors,
            // The Secrets and ConfigMaps that our interpreters name travel along.
            propagate_deps: true,
            dependent_overrides: dependent,
            conflict_resolution: "Abort",
            preserve_resources_on_deletion: false,
            placement: Placement {
                cluster_affinity: ClusterNames { cluster_names: clusters.to_vec() },
                replica_scheduling: ReplicaScheduling { replica_scheduling_type: "Duplicated" },
            },
        };
        let name = format!("{}-{}", cx.orc.name, stage.name());
        push(cx, "PropagationPolicy", name, ResourceBody::PropagationPolicy(spec(body)));
    }
}

fn push<'a>(cx: &mut Context<'a>, kind: &'static str, name: String, body: ResourceBody<'a>) {
    let declaration = cx.declaration_of_placement();
    cx.within(&name, budget::LABEL, &declaration);
    cx.push(Stage::Control, (API, kind), name, declaration, body);
}

/// Where logic stands on a cluster without the functions, it calls them at the gateway of a cluster that has them.
/// Returns the policies that were made, with the stage of what they override: it must wait for them.
fn overrides(cx: &mut Context<'_>, inventory: &Clusters, stages: &StageClusters) -> Vec<(Stage, String)> {
    let away: Vec<String> =
        stages.logic.iter().filter(|cluster| !stages.functions.contains(cluster)).cloned().collect();
    let Some(home) = stages.functions.first().filter(|_| !away.is_empty()) else { return Vec::new() };
    let Some(gateway) = inventory.get(home).and_then(|cluster| cluster.gateway.as_ref()) else {
        let message =
            format!("functions run on `{home}`, which has no gateway to be called at from `{}`", away[0]);
        cx.error(
            cx.declaration_of_placement(),
            message,
            "give the cluster a `gateway`, or pin both to one cluster",
        );
        return Vec::new();
    };
    let address = format!("http://{gateway}");
    let mut made = Vec::new();
    for (name, stage, targets, paths) in overridden(cx) {
        let plaintext =
            paths.into_iter().map(|path| Plaintext { path, operator: "replace", value: address.clone() });
        let rule = OverrideRule {
            target_cluster: ClusterNames { cluster_names: away.clone() },
            overriders: Overriders { plaintext: plaintext.collect() },
        };
        let body = OverridePolicySpec { resource_selectors: targets, override_rules: vec![rule] };
        push(cx, "OverridePolicy", name.clone(), ResourceBody::OverridePolicy(spec(body)));
        made.push((stage, name));
    }
    made
}

/// What has an address in it, and where: all templates and plans at one path, each Sensor at its own. A path that an
/// object does not have would fail it on that cluster, so objects with different paths need different policies.
fn overridden<'a>(cx: &Context<'a>) -> Vec<(String, Stage, Vec<Selector<'a>>, Vec<String>)> {
    let mut found: Vec<(String, Stage, Vec<Selector<'a>>, Vec<String>)> = Vec::new();
    for resource in cx.resources() {
        let (name, paths) = match &resource.body {
            ResourceBody::WorkflowTemplate(_) => {
                (cx.orc.name.clone(), vec![workflow_template::ADDRESS.to_owned()])
            }
            ResourceBody::ConfigMap(_) => {
                (cx.orc.name.clone(), vec![format!("/data/{}", plan::CALL_ADDRESS_KEY)])
            }
            ResourceBody::Sensor(sensor) => (format!("{}-sensor", resource.name), sensor.spec.addresses()),
            _ => continue,
        };
        if paths.is_empty() {
            continue;
        }
        match found.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, _, targets, _)) => targets.push(selector(resource)),
            None => found.push((name, resource.stage, vec![selector(resource)], paths)),
        }
    }
    found
}

/// The resources of a stage, by kind and name: a selector without a name takes every object of the kind.
fn selectors<'a>(cx: &Context<'a>, stage: Stage) -> Vec<Selector<'a>> {
    let of_stage = cx.resources().iter().filter(|resource| resource.stage == stage);
    of_stage.map(selector).collect()
}

fn selector<'a>(resource: &Resource<'a>) -> Selector<'a> {
    Selector {
        api_version: resource.api_version,
        kind: resource.kind,
        namespace: resource.namespace,
        name: resource.name.clone(),
    }
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
