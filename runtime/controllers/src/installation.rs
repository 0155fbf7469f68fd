//! The installation: what `efl fleet apply` wrote to the ConfigMap, and the members as Karmada sees them.

use crate::{
    api::{CLUSTER, CORDONED},
    client::{ApiError, within},
    telemetry::Telemetry,
};
use efl_compiler::spec::fleet::{CONFIG_KEY, CONFIG_MAP, FleetSpec};
use futures::StreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, Client,
    api::{DynamicObject, ListParams},
    runtime::{WatchStreamExt, watcher},
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::sync::watch;

/// The fleet, as far as it is known.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Installation {
    /// Not read yet, or not there.
    #[default]
    None,
    /// It is there and makes no sense: why.
    Malformed(String),
    /// A fleet.
    Fleet(Arc<FleetSpec>),
}

impl Installation {
    /// The fleet.
    pub fn fleet(&self) -> Option<&Arc<FleetSpec>> {
        if let Self::Fleet(fleet) = self { Some(fleet) } else { None }
    }

    fn of(map: &ConfigMap) -> Self {
        let Some(text) = map.data.as_ref().and_then(|data| data.get(CONFIG_KEY)) else {
            return Self::Malformed(format!("the ConfigMap {CONFIG_MAP} has no key {CONFIG_KEY}"));
        };
        let fleet = serde_json::from_str::<FleetSpec>(text).map_err(|error| error.to_string());
        match fleet.and_then(|fleet| unsafe_name(&fleet).map_or(Ok(fleet), Err)) {
            Ok(fleet) => Self::Fleet(Arc::new(fleet)),
            Err(why) => Self::Malformed(format!("{CONFIG_KEY} of the ConfigMap {CONFIG_MAP}: {why}")),
        }
    }
}

/// A name that would mean something in a query, a path or a host, where it is to be a name. The compiler lets none pass; who writes
/// the ConfigMap by hand might.
fn unsafe_name(fleet: &FleetSpec) -> Option<String> {
    let is_label = |name: &str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=63).contains(&name.len())
            && edge(name.chars().next())
            && edge(name.chars().last())
            && name.chars().all(inner)
    };
    if let Some(cluster) = fleet.clusters.iter().find(|cluster| !is_label(&cluster.name)) {
        return Some(format!("{:?} is no name of a cluster", cluster.name));
    }
    // Upstream: prometheus/common/model, LabelName.
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let mut chars = fleet.label.chars();
    let is_sound = chars.next().is_some_and(letter) && chars.all(|c| letter(c) || c.is_ascii_digit());
    (!is_sound).then(|| format!("{:?} is no label of Prometheus", fleet.label))
}

/// Follows the ConfigMap of a namespace.
pub fn watch(client: &Client, namespace: &str, telemetry: Arc<Telemetry>) -> watch::Receiver<Installation> {
    let api: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let (sender, receiver) = watch::channel(Installation::None);
    tokio::spawn(async move {
        let only = watcher::Config::default().fields(&format!("metadata.name={CONFIG_MAP}"));
        let mut events = watcher(api, only).default_backoff().boxed();
        while let Some(event) = events.next().await {
            let now = match event {
                Ok(watcher::Event::Apply(map) | watcher::Event::InitApply(map)) => Installation::of(&map),
                Ok(watcher::Event::Delete(_)) => Installation::None,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, "the watch of the fleet was interrupted");
                    continue;
                }
            };
            telemetry.fleet_malformed.store(matches!(now, Installation::Malformed(_)), Relaxed);
            if let Installation::Malformed(why) = &now {
                tracing::error!(%why, "the fleet is not understood; the last one that was stays");
                if sender.borrow().fleet().is_some() {
                    continue;
                }
            }
            sender.send_if_modified(|known| {
                let changed = *known != now;
                *known = now;
                changed
            });
        }
    });
    receiver
}

/// A member as Karmada sees it. Upstream: `karmada/pkg/apis/cluster/v1alpha1/types.go`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Member {
    /// Karmada reaches it and it is well.
    pub ready: bool,
    /// A person wants nothing new there.
    pub cordoned: bool,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its taints: key, value, effect.
    pub taints: Vec<(String, String, String)>,
    /// The kinds that it serves: `serving.knative.dev/v1/Service`.
    pub apis: BTreeSet<String>,
    /// Allocatable cores.
    pub cpu: Option<f64>,
    /// Allocatable bytes.
    pub memory: Option<f64>,
}

/// Members by name.
pub type Members = BTreeMap<String, Member>;

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    taints: Vec<Taint>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Taint {
    key: String,
    value: String,
    effect: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    conditions: Vec<Condition>,
    api_enablements: Vec<Enablement>,
    resource_summary: Summary,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Condition {
    #[serde(rename = "type")]
    ty: String,
    status: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Enablement {
    group_version: String,
    resources: Vec<Served>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Served {
    kind: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Summary {
    allocatable: BTreeMap<String, efl_compiler::units::Quantity>,
}

/// Every member of Karmada, as it is now.
pub async fn members(client: &Client) -> Result<Members, ApiError> {
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &CLUSTER.resource());
    let list = within(api.list(&ListParams::default())).await?;
    Ok(list
        .items
        .iter()
        .map(|cluster| (cluster.metadata.name.clone().unwrap_or_default(), member(cluster)))
        .collect())
}

/// Follows the members, from a first answer on: a member that is not known looks like one that is dead.
pub async fn follow(
    client: &Client,
    installation: &watch::Receiver<Installation>,
) -> watch::Receiver<Members> {
    let first = loop {
        match members(client).await {
            Ok(members) => break members,
            Err(error) => tracing::warn!(%error, "the members are not known; trying again"),
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    };
    let (sender, receiver) = watch::channel(first);
    let (client, installation) = (client.clone(), installation.clone());
    tokio::spawn(async move {
        loop {
            let every = installation.borrow().fleet().map_or(5_000, |fleet| fleet.every.0);
            tokio::time::sleep(Duration::from_millis(every)).await;
            match members(&client).await {
                Ok(newer) => {
                    sender.send_if_modified(|known| {
                        let changed = *known != newer;
                        *known = newer;
                        changed
                    });
                }
                Err(error) => tracing::warn!(%error, "the members are not known; those of before count"),
            }
        }
    });
    receiver
}

fn member(cluster: &DynamicObject) -> Member {
    let spec = Spec::deserialize(&cluster.data["spec"]).unwrap_or_default();
    let status = Status::deserialize(&cluster.data["status"]).unwrap_or_default();
    let allocatable = |resource: &str| status.resource_summary.allocatable.get(resource)?.value();
    let annotations = cluster.metadata.annotations.as_ref();
    let kinds = status.api_enablements.iter().flat_map(|enabled| {
        enabled.resources.iter().map(|served| format!("{}/{}", enabled.group_version, served.kind))
    });
    Member {
        ready: status.conditions.iter().any(|c| c.ty == "Ready" && c.status == "True"),
        cordoned: annotations.is_some_and(|a| a.get(CORDONED).is_some_and(|value| value == "true")),
        labels: cluster.metadata.labels.clone().unwrap_or_default(),
        taints: spec.taints.into_iter().map(|taint| (taint.key, taint.value, taint.effect)).collect(),
        apis: kinds.collect(),
        cpu: allocatable("cpu"),
        memory: allocatable("memory"),
    }
}

#[cfg(test)]
mod tests {
    use super::Installation;
    use efl_compiler::spec::fleet::{CONFIG_KEY, FleetSpec};
    use k8s_openapi::api::core::v1::ConfigMap;
    use serde_json::{Value, json};

    fn installed(fleet: &Value) -> Installation {
        let data = [(CONFIG_KEY.to_owned(), fleet.to_string())].into();
        Installation::of(&ConfigMap { data: Some(data), ..ConfigMap::default() })
    }

    #[test]
    fn a_name_is_nothing_but_a_name() {
        let fleet = |cluster: &str, label: &str| json!({ "name": "f", "label": label, "clusters": [{ "name": cluster }] });
        let good = installed(&fleet("edge-a", "cluster"));
        assert_eq!(good.fleet().map(|fleet: &std::sync::Arc<FleetSpec>| fleet.clusters.len()), Some(1));
        for (cluster, label) in [
            ("a\"} or vector(0) or x{y=\"", "cluster"),
            ("a' or x{y='", "cluster"),
            ("../../api/v1/secrets", "cluster"),
            (".*", "cluster"),
            ("", "cluster"),
            ("a\nb", "cluster"),
            ("a", "cluster=\"x\"} or up{y"),
            ("a", "1st"),
            ("a", ""),
        ] {
            let bad = installed(&fleet(cluster, label));
            assert!(
                matches!(&bad, Installation::Malformed(why) if why.contains("is no")),
                "{cluster:?} {label:?}: {bad:?}"
            );
        }
    }
}
