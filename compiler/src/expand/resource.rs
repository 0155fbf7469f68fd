//! A resource: what every emitted object has, and the bodies that differ.

use super::{
    accounts::{Role, RoleBinding, Secret, ServiceAccount},
    event_bus::EventBusSpec,
    event_source::EventSourceSpec,
    function::KnativeServiceSpec,
    ingress::ServiceSpec,
    plan::ConfigMap,
    policies::{OverridePolicySpec, PropagationPolicySpec},
    sensor::SensorSpec,
    workflow_template::WorkflowTemplateSpec,
};
use crate::spec::{OrchestratorSpec, PlacementDecisionSpec};
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::borrow::Cow;

/// When a resource is applied, and with which policy it travels to the members.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// What the other stages need.
    Base,
    /// Functions.
    Functions,
    /// Sensors or the native engine.
    Logic,
    /// Sources that move with the pipeline.
    Events,
    /// Sources that run on every candidate.
    EventsEverywhere,
    /// What stays in the control plane: policies, placement, the Orchestrator.
    Control,
}

impl Stage {
    /// The stages that travel, in the order in which they are applied.
    pub const TRAVELLING: [Stage; 5] =
        [Stage::Base, Stage::Functions, Stage::Logic, Stage::Events, Stage::EventsEverywhere];

    /// As it stands in names: `<orc>-events-everywhere`.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Base => "base",
            Stage::Functions => "functions",
            Stage::Logic => "logic",
            Stage::Events => "events",
            Stage::EventsEverywhere => "events-everywhere",
            Stage::Control => "control",
        }
    }
}

/// A Kubernetes object. Serializes as one, with the keys apiVersion, kind, metadata and then its own in upstream's order.
#[derive(Clone, PartialEq, Debug)]
pub struct Resource<'a> {
    /// `argoproj.io/v1alpha1`.
    pub api_version: &'static str,
    /// `Sensor`.
    pub kind: &'static str,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: &'a str,
    /// What it comes from: `crossing-safety/function/classify`.
    pub declaration: String,
    /// When it is applied.
    pub stage: Stage,
    /// Its labels.
    pub(super) labels: Pairs<'a>,
    /// Its annotations.
    pub(super) annotations: Pairs<'a>,
    /// The rest.
    pub body: ResourceBody<'a>,
}

impl Resource<'_> {
    /// The rules whose triggers it has: of a Sensor.
    pub fn rules(&self) -> Vec<&str> {
        if let ResourceBody::Sensor(sensor) = &self.body { sensor.spec.rules().collect() } else { Vec::new() }
    }
}

/// Ordered pairs of texts, written as a map.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Pairs<'a>(pub(crate) Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Pairs<'a> {
    /// Adds a pair.
    pub(crate) fn push(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.0.push((key.into(), value.into()));
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// What a resource says beside its metadata.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
#[allow(missing_docs, private_interfaces)] // each is the kind of its name; the shapes are upstream's
pub enum ResourceBody<'a> {
    EventBus(Spec<EventBusSpec<'a>>),
    EventSource(Spec<EventSourceSpec<'a>>),
    Service(Spec<ServiceSpec<'a>>),
    Sensor(Spec<SensorSpec<'a>>),
    WorkflowTemplate(Spec<WorkflowTemplateSpec>),
    KnativeService(Spec<KnativeServiceSpec<'a>>),
    ServiceAccount(ServiceAccount),
    Role(Role),
    RoleBinding(RoleBinding<'a>),
    Secret(Secret),
    ConfigMap(ConfigMap<'a>),
    PropagationPolicy(Spec<PropagationPolicySpec<'a>>),
    OverridePolicy(Spec<OverridePolicySpec<'a>>),
    PlacementDecision(Box<Spec<PlacementDecisionSpec>>),
    Orchestrator(Box<Spec<OrchestratorSpec>>),
    /// The whole object after a `patch` of the author.
    Patched(serde_json::Map<String, serde_json::Value>),
}

/// A body of `spec` alone.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Spec<T> {
    /// The specification.
    pub spec: T,
}

/// A body of `spec` alone.
pub(super) fn spec<T>(spec: T) -> Spec<T> {
    Spec { spec }
}

#[derive(Serialize)]
struct Object<'r, 'a> {
    #[serde(rename = "apiVersion")]
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'r, 'a>,
    #[serde(flatten)]
    body: &'r ResourceBody<'a>,
}

#[derive(Serialize)]
struct Metadata<'r, 'a> {
    name: &'r str,
    namespace: &'r str,
    labels: &'r Pairs<'a>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    annotations: &'r Pairs<'a>,
}

impl Serialize for Resource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let ResourceBody::Patched(object) = &self.body {
            let mut map = serializer.serialize_map(Some(object.len()))?;
            for (key, value) in object {
                map.serialize_entry(key, value)?;
            }
            return map.end();
        }
        let Self { api_version, kind, name, namespace, labels, annotations, body, .. } = self;
        let metadata = Metadata { name, namespace, labels, annotations };
        Object { api_version, kind, metadata, body }.serialize(serializer)
    }
}
