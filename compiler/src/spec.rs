//! The custom resources `Orchestrator` and `PlacementDecision` (group `efl.dev`, version `v1alpha1`) as Rust types.
//!
//! The CRDs with their bounds and CEL rules are generated from these types ([`crate::expand::crds`]). Logic, bodies
//! and types are EFL text (a structural schema cannot bound a recursive tree); everything else is fields.

use crate::{
    units::{Duration, Quantity, Rate},
    value::{KeyRef, Value},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub mod fleet;
mod placement_decision;
mod status;

pub use placement_decision::*;
pub use status::*;

/// The API group and version.
pub const API_VERSION: &str = "efl.dev/v1alpha1";

/// A name that becomes a part of a Kubernetes name.
const DNS_LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
/// A name of EFL.
const IDENTIFIER: &str = "^[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*$";

/// What a user applies: one pipeline.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("x-kubernetes-validations" = [{"rule": "!has(self.targetNamespace) || !(self.targetNamespace == 'default' || self.targetNamespace.startsWith('kube-') || self.targetNamespace.startsWith('karmada-'))", "message": "Karmada does not carry the namespaces default, kube-* and karmada-*"}]))]
pub struct OrchestratorSpec {
    /// `Controller`: the runtime applies the resources. `External`: GitOps does; the runtime only reports.
    pub management: Management,
    /// Where the resources go; the orchestrator's own namespace by default. Another one needs its opt-in label.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63), regex(pattern = DNS_LABEL))]
    pub target_namespace: Option<String>,
    /// What matches events and runs workflows.
    pub engine: Engine,
    /// The event bus; the EventBus `default` of the namespace when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_bus: Option<EventBus>,
    /// Types used by name in signatures and events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub types: Vec<NamedType>,
    /// Where events come from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub sources: Vec<Source>,
    /// Internal events, for `emit`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 128), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub events: Vec<InternalEvent>,
    /// What is called: Knative services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 128), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub functions: Vec<Function>,
    /// Sequences of calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 128), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub workflows: Vec<Workflow>,
    /// Which events run what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub rules: Vec<Rule>,
    /// Where it may run and how that is decided.
    pub placement: Placement,
    /// Fields merged into what declarations become.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 128))]
    pub patches: Vec<Patch>,
}

/// Who applies the resources.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum Management {
    /// The runtime.
    #[default]
    Controller,
    /// GitOps or a person.
    External,
}

/// What matches events and runs workflows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum Engine {
    /// Argo Events Sensor and Argo Workflows.
    #[default]
    Argo,
    /// The native engine.
    Efl,
}

/// The event bus: exactly one of the two.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("x-kubernetes-validations" = [{"rule": "has(self.jetstreamExotic) != has(self.jetstream)", "message": "exactly one of jetstreamExotic and jetstream"}]))]
pub struct EventBus {
    /// A JetStream that runs elsewhere, shared by every cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jetstream_exotic: Option<JetstreamExotic>,
    /// Argo's own JetStream in the cluster (single cluster only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jetstream: Option<JetstreamNative>,
}

/// A JetStream that runs elsewhere.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("required" = ["url"]))]
pub struct JetstreamExotic {
    /// `tls://host:4222`; several with commas.
    #[schemars(length(min = 1, max = 1024))]
    pub url: String,
    /// A Secret whose key holds YAML `username:` and `password:`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_secret: Option<KeyRef>,
    /// Certificates; the server's is not verified without `ca`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Limits of the stream, used when it does not exist yet.
    pub stream: StreamConfig,
}

/// Argo's own JetStream.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("required" = ["version"], "x-kubernetes-validations" = [{"rule": "!has(self.replicas) || self.replicas != 2", "message": "2 servers cannot agree: 1, or 3 and more"}]))]
pub struct JetstreamNative {
    /// A version the Argo Events controller lists; `latest`.
    #[schemars(length(min = 1, max = 63))]
    pub version: String,
    /// Servers: 1, or 3 and more.
    #[schemars(range(min = 1, max = 9))]
    pub replicas: u32,
    /// Limits of the stream.
    pub stream: StreamConfig,
}

/// Certificates of a TLS connection.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("x-kubernetes-validations" = [{"rule": "has(self.cert) == has(self.key)", "message": "cert and key belong together"}]))]
pub struct Tls {
    /// The authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<KeyRef>,
    /// The client's certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert: Option<KeyRef>,
    /// The client's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyRef>,
    /// Skip the check of the server's certificate.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
}

/// Limits of a JetStream stream; always written out, because empty means *no limits*.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct StreamConfig {
    /// Copies.
    #[schemars(range(min = 1, max = 5))]
    pub replicas: u32,
    /// How long a message is kept.
    pub max_age: Duration,
    /// The window in which a repeated id is one message.
    pub duplicates: Duration,
    /// How many messages are kept; -1 is no limit.
    #[schemars(range(min = -1))]
    pub max_msgs: i64,
    /// How many bytes are kept; -1 is no limit.
    #[schemars(range(min = -1))]
    pub max_bytes: i64,
}

impl Default for StreamConfig {
    fn default() -> Self {
        Self {
            replicas: 3,
            max_age: Duration::from_secs(7 * 86_400),
            duplicates: Duration::from_secs(300),
            max_msgs: 1_000_000,
            max_bytes: -1,
        }
    }
}

/// A declared type.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamedType {
    /// Its name.
    #[schemars(length(min = 1, max = 63), regex(pattern = IDENTIFIER))]
    pub name: String,
    /// The type, as EFL text.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = 16384))]
    pub ty: String,
}

/// A source of events.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("required" = ["name", "kind", "events"]))]
pub struct Source {
    /// Its name.
    #[schemars(length(min = 1, max = 63), regex(pattern = DNS_LABEL))]
    pub name: String,
    /// The kind: `webhook`, `mqtt`, …
    #[schemars(length(min = 1, max = 63), regex(pattern = DNS_LABEL))]
    pub kind: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub description: Option<String>,
    /// Fields of the kind, defaults for the events.
    #[serde(skip_serializing_if = "is_empty_map", with = "crate::value::as_json")]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub fields: Value,
    /// The events.
    #[schemars(length(min = 1, max = 64), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub events: Vec<SourceEvent>,
}

/// An event of a source.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("required" = ["name"]))]
pub struct SourceEvent {
    /// Its name.
    #[schemars(length(min = 1, max = 63), regex(pattern = DNS_LABEL))]
    pub name: String,
    /// The payload's type, as EFL text; `any` when absent.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16384))]
    pub ty: Option<String>,
    /// What it means.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub description: Option<String>,
    /// Fields of the kind.
    #[serde(skip_serializing_if = "is_empty_map", with = "crate::value::as_json")]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub fields: Value,
}

fn is_empty_map(value: &Value) -> bool {
    matches!(value, Value::Null) || value.as_map().is_some_and(<[_]>::is_empty)
}

impl Default for Value {
    fn default() -> Self {
        Value::Map(Vec::new())
    }
}

/// An internal event.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("required" = ["name"]))]
pub struct InternalEvent {
    /// Its name.
    #[schemars(length(min = 1, max = 63), regex(pattern = DNS_LABEL))]
    pub name: String,
    /// The payload's type, as EFL text.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16384))]
    pub ty: Option<String>,
    /// What it means.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub description: Option<String>,
}

/// A function: a Knative service.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("required" = ["name", "image"]))]
pub struct Function {
    /// Its name.
    #[schemars(length(min = 1, max = 63), regex(pattern = DNS_LABEL))]
    pub name: String,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub description: Option<String>,
    /// The parameter list, as EFL text `(vehicle: Vehicle)`; takes `any` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16384))]
    pub input: Option<String>,
    /// The result's type, as EFL text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16384))]
    pub output: Option<String>,
    /// The container image.
    #[schemars(length(min = 1, max = 1024))]
    pub image: String,
    /// The program, instead of the image's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(max = 4096)))]
    pub command: Vec<String>,
    /// Its arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(max = 4096)))]
    pub args: Vec<String>,
    /// Environment variables, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 128), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub env: Vec<EnvVar>,
    /// Requests and limits.
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    /// The port the container listens on; 8080.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// Speak HTTP/2 without TLS to the container.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub http2: bool,
    /// How many copies at least and at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// Requests at a time in one copy; 0 is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 1000))]
    pub concurrency: Option<u32>,
    /// How long a request may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// How autoscaling behaves.
    #[serde(skip_serializing_if = "Autoscaling::is_empty")]
    pub autoscaling: Autoscaling,
    /// Probes of the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<Probe>,
    /// The ServiceAccount it runs as.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub service_account: Option<String>,
    /// Secrets to pull the image with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(min = 1, max = 253)))]
    pub pull_secrets: Vec<String>,
}

/// An environment variable.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [{"rule": "[has(self.value), has(self.secret), has(self.config)].filter(given, given).size() == 1", "message": "exactly one of value, secret and config"}]))]
pub struct EnvVar {
    /// Its name.
    #[schemars(length(min = 1, max = 256))]
    pub name: String,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32768))]
    pub value: Option<String>,
    /// A key of a Secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<KeyRef>,
    /// A key of a ConfigMap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<KeyRef>,
}

/// Requests and limits.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Resources {
    /// Cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<ResourceRange>,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<ResourceRange>,
}

impl Resources {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.cpu.is_none() && self.memory.is_none()
    }
}

/// A request and a limit.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ResourceRange {
    /// What is reserved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Quantity>,
    /// What it may not exceed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Quantity>,
}

/// Copies at least and at most; `max` 0 is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [{"rule": "self.max == 0 || self.min <= self.max", "message": "min is more than max"}]))]
pub struct Scale {
    /// At least.
    #[schemars(range(max = 10000))]
    pub min: u32,
    /// At most.
    #[schemars(range(max = 10000))]
    pub max: u32,
}

/// How Knative's autoscaler behaves. Upstream: `knative.dev/serving/pkg/apis/autoscaling`.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Autoscaling {
    /// The metric: `concurrency` or `rps`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 63), extend("enum" = ["concurrency", "rps"]))]
    pub metric: Option<String>,
    /// What one copy should have of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.01))]
    pub target: Option<f64>,
    /// At which percentage of the target copies are added, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub utilization: Option<f64>,
    /// Over how long the metric is averaged, 6s to 1h.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Duration>,
    /// How long the reduced load must last before copies go, 0s to 1h.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_down_delay: Option<Duration>,
    /// Copies when scaled from zero, at least 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 10000))]
    pub activation_scale: Option<u32>,
    /// How long the last copy stays, 0s to 1h.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Duration>,
}

impl Autoscaling {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An HTTP readiness probe.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("required" = ["path"]))]
pub struct Probe {
    /// The path to get.
    #[schemars(length(min = 1, max = 1024))]
    pub path: String,
    /// How often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Duration>,
    /// How long an answer may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

/// A workflow: a WorkflowTemplate.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("required" = ["name", "body"]))]
pub struct Workflow {
    /// Its name.
    #[schemars(length(min = 1, max = 63), regex(pattern = DNS_LABEL))]
    pub name: String,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub description: Option<String>,
    /// The parameter list, as EFL text `(vehicle: Vehicle)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16384))]
    pub parameters: Option<String>,
    /// The result's type, as EFL text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16384))]
    pub result: Option<String>,
    /// How long a run may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// How long a finished run is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Duration>,
    /// The statements and handlers, as EFL text.
    #[schemars(length(max = 65536))]
    pub body: String,
}

/// A rule: event logic and what runs.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("required" = ["name", "when", "run"]))]
pub struct Rule {
    /// Its name.
    #[schemars(length(min = 1, max = 63), regex(pattern = DNS_LABEL))]
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub description: Option<String>,
    /// The event logic, as EFL text. Not called `on`: kubectl reads that key, unquoted, as `true`.
    #[serde(rename = "when", alias = "on")]
    #[schemars(length(min = 1, max = 16384))]
    pub on: String,
    /// The window of all terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
    /// The fields that correlate events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(min = 1, max = 253)))]
    pub by: Vec<String>,
    /// A condition over all events, as EFL text.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16384))]
    pub condition: Option<String>,
    /// How often it may fire; the rest waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Fires once per value of a field in a period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub once_per: Option<OncePer>,
    /// Whether an answer is awaited and retried.
    pub delivery: Delivery,
    /// How a failed start of the body is retried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// The function that gets what could not be delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63), regex(pattern = DNS_LABEL))]
    pub dead_letter: Option<String>,
    /// When kept halves are forgotten: a cron expression of five fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<Reset>,
    /// `latest`: a condition over several events is a guard behind Argo's own pairing, which can lose matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairing: Option<Pairing>,
    /// The statements and handlers, as EFL text.
    #[schemars(length(max = 65536))]
    pub run: String,
}

/// Fires once per value of a field in a period.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OncePer {
    /// The field, as EFL text.
    #[schemars(length(min = 1, max = 1024))]
    pub field: String,
    /// The period.
    pub every: Duration,
}

/// When kept halves are forgotten.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reset {
    /// Five fields of cron.
    #[schemars(length(min = 1, max = 253))]
    pub cron: String,
    /// An IANA time zone; UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub timezone: Option<String>,
}

/// How Argo pairs events for a condition over several of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pairing {
    /// The latest of each.
    Latest,
}

/// Whether an answer is awaited and retried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum Delivery {
    /// Awaited, retried.
    #[default]
    AtLeastOnce,
    /// Sent and forgotten.
    AtMostOnce,
}

/// A retry policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retry {
    /// How often it is tried again.
    #[schemars(range(max = 100))]
    pub times: u32,
    /// The first and the longest delay; doubling in between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff: Option<Backoff>,
}

/// The first and the longest delay of a retry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Backoff {
    /// The first.
    pub from: Duration,
    /// The longest.
    pub to: Duration,
}

/// Where an orchestrator may run and how that is decided.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("x-kubernetes-validations" = [{"rule": "!(has(self.clusters) && size(self.clusters) > 0 && has(self.clusterSelector))", "message": "clusters or clusterSelector, not both"}]))]
pub struct Placement {
    /// What CPU and memory count for; normalised.
    pub weights: Weights,
    /// Metrics of the fleet that count too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub metrics: Vec<MetricWeight>,
    /// The candidates; every registered cluster when neither this nor a selector is given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), inner(length(min = 1, max = 48), regex(pattern = DNS_LABEL)), extend("x-kubernetes-list-type" = "set"))]
    pub clusters: Vec<String>,
    /// A condition over a cluster's fields, as EFL text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4096))]
    pub cluster_selector: Option<String>,
    /// On how many clusters at a time.
    #[schemars(range(min = 1, max = 256))]
    pub replicas: u32,
    /// Stages that must not move.
    #[serde(skip_serializing_if = "Pins::is_empty")]
    pub pin: Pins,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force_after: Option<Duration>,
}

impl Default for Placement {
    fn default() -> Self {
        Self {
            weights: Weights { cpu: 0.5, memory: 0.5 },
            metrics: Vec::new(),
            clusters: Vec::new(),
            cluster_selector: None,
            replicas: 1,
            pin: Pins::default(),
            strategy: Strategy::Balanced,
            margin: 0.1,
            hold: Duration::from_secs(120),
            limit: Limit { cpu: 0.9, memory: 0.9 },
            drain_timeout: Duration::from_secs(300),
            force_after: None,
        }
    }
}

impl Placement {
    /// What each number of a cluster counts for, as parts of one: `cpu`, `memory`, then the metrics. Empty while all
    /// weights are zero.
    pub fn shares(&self) -> Vec<(&str, f64)> {
        let own = [("cpu", self.weights.cpu), ("memory", self.weights.memory)];
        let metrics = self.metrics.iter().map(|m| (m.name.as_str(), m.weight));
        let weights: Vec<(&str, f64)> = own.into_iter().chain(metrics).collect();
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        if sum <= 0.0 {
            return Vec::new();
        }
        weights.into_iter().map(|(name, weight)| (name, weight / sum)).collect()
    }
}

/// What CPU and memory count for.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [{"rule": "self.cpu > 0.0 || self.memory > 0.0", "message": "one of the weights must be positive"}]))]
pub struct Weights {
    /// CPU.
    #[schemars(range(min = 0))]
    pub cpu: f64,
    /// Memory.
    #[schemars(range(min = 0))]
    pub memory: f64,
}

/// What a metric of the fleet counts for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricWeight {
    /// Its name in the fleet.
    #[schemars(length(min = 1, max = 63), regex(pattern = IDENTIFIER))]
    pub name: String,
    /// What it counts for.
    #[schemars(range(min = 0))]
    pub weight: f64,
}

/// Stages that must not move.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Pins {
    /// Event sources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), inner(length(min = 1, max = 48), regex(pattern = DNS_LABEL)), extend("x-kubernetes-list-type" = "set"))]
    pub events: Vec<String>,
    /// Sensors or the native engine, and workflows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), inner(length(min = 1, max = 48), regex(pattern = DNS_LABEL)), extend("x-kubernetes-list-type" = "set"))]
    pub logic: Vec<String>,
    /// Functions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), inner(length(min = 1, max = 48), regex(pattern = DNS_LABEL)), extend("x-kubernetes-list-type" = "set"))]
    pub functions: Vec<String>,
}

impl Pins {
    /// Whether nothing is pinned.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How a cluster is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Score with margin and hold.
    #[default]
    Balanced,
    /// The paper's plain argmin.
    LeastLoaded,
}

/// Utilisation above which an incumbent is left, 0..1.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limit {
    /// CPU.
    #[schemars(range(min = 0, max = 1))]
    pub cpu: f64,
    /// Memory.
    #[schemars(range(min = 0, max = 1))]
    pub memory: f64,
}

/// Fields merged into what a declaration becomes (RFC 7386).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Patch {
    /// `crossing-safety/function/classify`, or the orchestrator's name alone.
    #[schemars(length(max = 253))]
    pub declaration: String,
    /// The Kubernetes kind.
    #[schemars(length(min = 1, max = 63))]
    pub kind: String,
    /// What is merged in.
    #[serde(with = "crate::value::as_json")]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub patch: Value,
}
