//! The installation, as `efl fleet apply` writes it to the ConfigMap `efl-clusters` and the runtime reads it: the keys are
//! those of EFL.

use crate::{
    expand::Clusters,
    ir,
    units::Duration,
    value::{Value, as_json},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the ConfigMap, in the namespace of the runtime.
pub const CONFIG_MAP: &str = "efl-clusters";
/// Its key: the installation as JSON.
pub const CONFIG_KEY: &str = "fleet.json";

/// A fleet.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FleetSpec {
    /// Its name.
    pub name: String,
    /// The wildcard domain of functions.
    pub domain: Option<String>,
    /// The period of evaluation.
    #[serde(default = "every")]
    pub every: Duration,
    /// How old a metric may be.
    #[serde(default = "stale_after")]
    pub stale_after: Duration,
    /// One Prometheus with the metrics of all clusters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<String>,
    /// The label by which it tells clusters apart.
    #[serde(default = "label")]
    pub label: String,
    /// A mounted directory: `token`, or `tls.crt` and `tls.key`, and `ca.crt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
    /// Where workflows call functions of their own cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_address: Option<String>,
    /// A service that scores clusters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scorer: Option<String>,
    /// How many pipelines may begin to move in a minute.
    #[serde(default = "moves")]
    pub moves: u32,
    /// How utilisation is asked for, by `cpu` and `memory`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, FleetQuery>,
    /// Numbers that pipelines may weigh.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metric: BTreeMap<String, FleetMetric>,
    /// The clusters, in their order.
    #[serde(default)]
    pub clusters: Vec<FleetCluster>,
}

/// How a utilisation is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FleetQuery {
    /// One number from 0 to 1; `$cluster` is the cluster's name.
    pub promql: String,
}

/// A number that pipelines may weigh; less is better.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FleetMetric {
    /// One number; `$cluster` is the cluster's name.
    pub query: String,
    /// What counts as full.
    #[serde(default = "full")]
    pub max: f64,
}

/// A cluster, under Karmada's name for it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FleetCluster {
    /// Its name.
    pub name: String,
    /// `host:port` at which its ingress answers calls from other clusters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Where in the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Its own Prometheus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<String>,
    /// How that is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
}

const fn every() -> Duration {
    Duration::from_secs(15)
}

const fn stale_after() -> Duration {
    Duration::from_secs(60)
}

fn label() -> String {
    "cluster".to_owned()
}

const fn moves() -> u32 {
    4
}

const fn full() -> f64 {
    1.0
}

/// A fleet that a file declares. Its fields are those of the language, and so fit; an error is a fault of the compiler.
impl TryFrom<&ir::Fleet> for FleetSpec {
    type Error = serde_json::Error;

    fn try_from(fleet: &ir::Fleet) -> Result<Self, Self::Error> {
        let named = |fields: &Value, name: &str| -> Result<serde_json::Value, serde_json::Error> {
            let mut json = serde_json::to_value(fields)?;
            if json.is_null() {
                json = serde_json::json!({});
            }
            json["name"] = name.into();
            Ok(json)
        };
        let mut json = named(&fleet.fields, &fleet.name)?;
        let clusters: Result<Vec<_>, _> = fleet.clusters.iter().map(|c| named(&c.fields, &c.name)).collect();
        json["clusters"] = clusters?.into();
        serde_json::from_value(json)
    }
}

impl From<&FleetSpec> for Clusters {
    fn from(fleet: &FleetSpec) -> Self {
        let cluster = |cluster: &FleetCluster| ir::Cluster {
            name: cluster.name.clone(),
            gateway: cluster.gateway.clone(),
            fields: serde_json::to_value(cluster).map_or(Value::Null, |json| as_json::from_json(&json)),
        };
        Self {
            domain: fleet.domain.clone(),
            call_address: fleet.call_address.clone(),
            clusters: fleet.clusters.iter().map(cluster).collect(),
        }
    }
}
