//! Functions: Knative services.

use super::{
    ResourceBody, Stage,
    context::Context,
    names::budget,
    resource::{Pairs, spec},
};
use crate::{
    spec::{EnvVar, Function, Probe, Resources},
    units::Quantity,
    value::KeyRef,
};
use serde::Serialize;

/// Upstream: `knative.dev/serving/pkg/apis/serving/v1` ServiceSpec.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct KnativeServiceSpec<'a> {
    template: Template<'a>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Template<'a> {
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    metadata: Metadata<'a>,
    spec: Revision<'a>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Metadata<'a> {
    annotations: Pairs<'a>,
}

impl Metadata<'_> {
    fn is_empty(&self) -> bool {
        self.annotations.is_empty()
    }
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Revision<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    container_concurrency: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account_name: Option<&'a str>,
    enable_service_links: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_pull_secrets: Vec<Name<'a>>,
    containers: [Container<'a>; 1],
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Name<'a> {
    name: &'a str,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Container<'a> {
    name: &'static str,
    image: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    command: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    args: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ports: Vec<Port>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    env: Vec<Env<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<Requirements<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    readiness_probe: Option<ReadinessProbe<'a>>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Port {
    name: &'static str,
    container_port: u16,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Env<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_from: Option<ValueFrom<'a>>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum ValueFrom<'a> {
    SecretKeyRef(&'a KeyRef),
    ConfigMapKeyRef(&'a KeyRef),
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Requirements<'a> {
    #[serde(skip_serializing_if = "Amounts::is_empty")]
    requests: Amounts<'a>,
    #[serde(skip_serializing_if = "Amounts::is_empty")]
    limits: Amounts<'a>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Amounts<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<&'a Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<&'a Quantity>,
}

impl Amounts<'_> {
    fn is_empty(&self) -> bool {
        self.cpu.is_none() && self.memory.is_none()
    }
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadinessProbe<'a> {
    http_get: HttpGet<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_seconds: Option<u64>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct HttpGet<'a> {
    path: &'a str,
}

/// Every Knative service.
pub(super) fn expand(cx: &mut Context<'_>) {
    let orc = cx.orc;
    for function in &orc.spec.functions {
        let declaration = cx.declaration("function", &function.name);
        let name = cx.name(&function.name, budget::FUNCTION, &declaration);
        cx.push(
            Stage::Functions,
            ("serving.knative.dev/v1", "Service"),
            name,
            declaration,
            ResourceBody::KnativeService(spec(service(function))),
        )
        .describe(function.description.as_deref());
    }
}

fn service(function: &Function) -> KnativeServiceSpec<'_> {
    let spec = Revision {
        container_concurrency: function.concurrency,
        timeout_seconds: function.timeout.map(crate::units::Duration::as_secs_ceil),
        service_account_name: function.service_account.as_deref(),
        // Hundreds of services would otherwise become environment variables of every container.
        enable_service_links: false,
        image_pull_secrets: function.pull_secrets.iter().map(|name| Name { name }).collect(),
        containers: [container(function)],
    };
    KnativeServiceSpec {
        template: Template { metadata: Metadata { annotations: annotations(function) }, spec },
    }
}

/// The autoscaling annotations; on the Service itself Knative rejects them.
/// Upstream: `knative.dev/serving/pkg/apis/autoscaling/register.go`.
fn annotations(function: &Function) -> Pairs<'_> {
    let scaling = &function.autoscaling;
    let seconds = |duration: crate::units::Duration| format!("{}s", duration.as_secs_ceil());
    let values = [
        ("min-scale", function.scale.map(|scale| scale.min.to_string())),
        ("max-scale", function.scale.map(|scale| scale.max.to_string())),
        ("activation-scale", scaling.activation_scale.map(|scale| scale.to_string())),
        ("metric", scaling.metric.clone()),
        ("target", scaling.target.map(|target| target.to_string())),
        ("target-utilization-percentage", scaling.utilization.map(|percent| percent.to_string())),
        ("window", scaling.window.map(seconds)),
        ("scale-down-delay", scaling.scale_down_delay.map(seconds)),
        ("scale-to-zero-pod-retention-period", scaling.retention.map(seconds)),
    ];
    let mut pairs = Pairs::default();
    for (key, value) in values {
        if let Some(value) = value {
            pairs.push(format!("autoscaling.knative.dev/{key}"), value);
        }
    }
    pairs
}

fn container(function: &Function) -> Container<'_> {
    let name = if function.http2 { "h2c" } else { "http1" };
    let port = function.port.or(function.http2.then_some(8080));
    Container {
        name: "user-container",
        image: &function.image,
        command: &function.command,
        args: &function.args,
        ports: port.map(|container_port| Port { name, container_port }).into_iter().collect(),
        env: function.env.iter().map(env).collect(),
        resources: (!function.resources.is_empty()).then(|| requirements(&function.resources)),
        readiness_probe: function.ready.as_ref().map(probe),
    }
}

fn env(variable: &EnvVar) -> Env<'_> {
    let secret = variable.secret.as_ref().map(ValueFrom::SecretKeyRef);
    let config = variable.config.as_ref().map(ValueFrom::ConfigMapKeyRef);
    Env { name: &variable.name, value: variable.value.as_deref(), value_from: secret.or(config) }
}

fn requirements(resources: &Resources) -> Requirements<'_> {
    let (cpu, memory) = (resources.cpu.as_ref(), resources.memory.as_ref());
    Requirements {
        requests: Amounts {
            cpu: cpu.and_then(|range| range.request.as_ref()),
            memory: memory.and_then(|range| range.request.as_ref()),
        },
        limits: Amounts {
            cpu: cpu.and_then(|range| range.limit.as_ref()),
            memory: memory.and_then(|range| range.limit.as_ref()),
        },
    }
}

fn probe(probe: &Probe) -> ReadinessProbe<'_> {
    ReadinessProbe {
        http_get: HttpGet { path: &probe.path },
        period_seconds: probe.every.map(crate::units::Duration::as_secs_ceil),
        timeout_seconds: probe.timeout.map(crate::units::Duration::as_secs_ceil),
    }
}
