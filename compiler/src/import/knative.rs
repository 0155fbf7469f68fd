//! Knative services as functions.

use super::{
    input::{self, Resource, int, list, peek, take, take_as, text, word},
    patch,
    upstream::{duration, value_from},
};
use crate::{
    spec::{Autoscaling, EnvVar, Function, Probe, ResourceRange, Resources, Scale},
    units::{Duration, Quantity},
    value::Value,
};
use serde_json::{Value as Json, json};

/// The group of the resource.
pub(super) const GROUP: &str = "serving.knative.dev";

/// A Knative service, read; it is a function wherever it is called.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    /// The function; its name is given where it is declared.
    pub(super) function: Function,
    /// Fields for a patch of it.
    pub(super) patch: Option<Json>,
    /// What is left: the path, the reason, the YAML.
    pub(super) left: Vec<(String, String, String)>,
}

/// Annotations of the API server and the client, which say nothing about the service.
const OTHERS: [&str; 3] =
    ["serving.knative.dev/creator", "serving.knative.dev/lastModifier", "client.knative.dev/updateTimestamp"];

/// Reads a service.
pub(super) fn read(mut resource: Resource) -> Service {
    let at = resource.at();
    for annotation in OTHERS {
        take(&mut resource.rest, &["metadata", "annotations", annotation]);
    }
    let mut function = Function::default();
    let mut spec = take(&mut resource.rest, &["spec"]).unwrap_or_default();
    let only_latest = json!([{ "latestRevision": true, "percent": 100 }]);
    take_as(&mut spec, &["traffic"], |traffic| (*traffic == only_latest).then_some(()));
    let mut template = take(&mut spec, &["template"]).unwrap_or_default();
    take_as(&mut template, &["metadata", "creationTimestamp"], |_| Some(()));
    autoscaling(&mut function, &mut template);
    pod(&mut function, &mut template);
    let mut containers = list(&mut template, &["spec", "containers"]);
    let mut left = Vec::new();
    if let Some(first) = containers.first_mut() {
        container(&mut function, first);
    }
    for (i, container) in containers.iter().enumerate() {
        left.extend(input::yaml(container).map(|what| {
            let why = "a function has no such field, or not in this form; a patch would have to repeat the container";
            (format!("{at} spec.template.spec.containers[{i}]"), why.to_owned(), what)
        }));
    }
    spec["template"] = template;
    let rest = json!({ "spec": spec });
    let said = !input::is_empty(&rest);
    let fits = said && patch::fits("KnativeService", &rest);
    if said && !fits {
        left.extend(input::yaml(&rest["spec"]).map(|what| {
            (
                format!("{at} spec"),
                "EFL has no field for it, and Knative's schema knows no such one".to_owned(),
                what,
            )
        }));
    }
    left.extend(input::yaml(&resource.rest).map(|what| {
        (format!("{at} metadata"), "EFL sets the labels and annotations of what it makes".to_owned(), what)
    }));
    Service {
        name: resource.name,
        namespace: resource.namespace,
        function,
        patch: fits.then_some(rest),
        left,
    }
}

/// The annotations of the autoscaler. Upstream: `knative.dev/serving/pkg/apis/autoscaling/register.go`.
fn autoscaling(function: &mut Function, template: &mut Json) {
    const PREFIX: &str = "autoscaling.knative.dev/";
    let annotation = |template: &mut Json, names: &[&str]| {
        names.iter().find_map(|name| text(template, &["metadata", "annotations", &format!("{PREFIX}{name}")]))
    };
    let mut number = |names: &[&str]| -> Option<f64> {
        let name = names.iter().find(|name| {
            let key = format!("{PREFIX}{name}");
            let found = peek(template, &["metadata", "annotations", &key]).and_then(Json::as_str);
            found.is_some_and(|text| text.parse::<f64>().is_ok_and(|n| n.is_finite() && n >= 0.0))
        })?;
        annotation(template, &[name])?.parse().ok()
    };
    let whole = |n: f64| Some(n).filter(|n| n.fract() == 0.0 && *n < 1e9);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number below a billion"
    )]
    let count = |n: Option<f64>| n.and_then(whole).map(|n| n as u32);
    let min = count(number(&["min-scale", "minScale"]));
    let max = count(number(&["max-scale", "maxScale"]));
    if min.is_some() || max.is_some() {
        function.scale = Some(Scale { min: min.unwrap_or(0), max: max.unwrap_or(0) });
    }
    let target = number(&["target"]);
    let utilization = number(&["target-utilization-percentage", "targetUtilizationPercentage"]);
    let activation_scale = count(number(&["activation-scale", "activationScale"]));
    let mut period = |names: &[&str]| {
        let name = names.iter().find(|name| {
            let key = format!("{PREFIX}{name}");
            peek(template, &["metadata", "annotations", &key]).and_then(duration).is_some()
        })?;
        duration(&Json::String(annotation(template, &[name])?))
    };
    let window = period(&["window"]);
    let scale_down_delay = period(&["scale-down-delay", "scaleDownDelay"]);
    let retention = period(&["scale-to-zero-pod-retention-period", "scaleToZeroPodRetentionPeriod"]);
    let metric = ["concurrency", "rps"].into_iter().find(|metric| {
        let key = format!("{PREFIX}metric");
        take_as(template, &["metadata", "annotations", &key], |json| (json == metric).then_some(())).is_some()
    });
    function.autoscaling = Autoscaling {
        metric: metric.map(str::to_owned),
        target,
        utilization,
        window,
        scale_down_delay,
        activation_scale,
        retention,
    };
}

fn pod(function: &mut Function, template: &mut Json) {
    function.concurrency =
        int(template, &["spec", "containerConcurrency"]).and_then(|n| u32::try_from(n).ok());
    let seconds = int(template, &["spec", "timeoutSeconds"]).and_then(|n| u64::try_from(n).ok());
    function.timeout = seconds.map(Duration::from_secs);
    function.service_account = word(template, &["spec", "serviceAccountName"]);
    let names = |json: &Json| {
        let name = |secret: &Json| {
            let map = secret.as_object().filter(|map| map.len() == 1)?;
            map.get("name")?.as_str().map(str::to_owned)
        };
        json.as_array()?.iter().map(name).collect::<Option<Vec<_>>>()
    };
    function.pull_secrets = take_as(template, &["spec", "imagePullSecrets"], names).unwrap_or_default();
}

fn container(function: &mut Function, json: &mut Json) {
    function.image = word(json, &["image"]).unwrap_or_default();
    take_as(json, &["name"], |name| (name == "user-container").then_some(()));
    let texts = |json: &Json| {
        json.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
    };
    function.command = take_as(json, &["command"], texts).unwrap_or_default();
    function.args = take_as(json, &["args"], texts).unwrap_or_default();
    port(function, json);
    variables(function, json);
    resources(function, json);
    probe(function, json);
}

fn port(function: &mut Function, json: &mut Json) {
    let known = |port: &Json| {
        let map = port.as_object()?;
        let only = map.keys().all(|key| ["containerPort", "name", "protocol"].contains(&key.as_str()));
        let tcp = map.get("protocol").is_none_or(|protocol| protocol == "TCP");
        let http2 = match map.get("name").and_then(Json::as_str) {
            None | Some("" | "http1") => false,
            Some("h2c") => true,
            Some(_) => return None,
        };
        let number =
            map.get("containerPort").map(Json::as_u64).map(|n| n.and_then(|n| u16::try_from(n).ok()));
        match number {
            Some(None) => None,
            Some(Some(number)) => Some((Some(number), http2)),
            None => Some((None, http2)),
        }
        .filter(|_| only && tcp)
    };
    let port = take_as(json, &["ports"], |ports| match ports.as_array()?.as_slice() {
        [port] => known(port),
        _ => None,
    });
    if let Some((number, http2)) = port {
        (function.port, function.http2) = (number.filter(|port| *port != 8080), http2);
    }
}

/// The environment, as far as its variables are texts and keys of Secrets and ConfigMaps.
fn variables(function: &mut Function, json: &mut Json) {
    let mut rest = Vec::new();
    for mut variable in list(json, &["env"]) {
        match env_var(&mut variable) {
            Some(var) if input::is_empty(&variable) => function.env.push(var),
            Some(var) => {
                variable["name"] = Json::String(var.name);
                rest.push(variable);
            }
            None => rest.push(variable),
        }
    }
    if !rest.is_empty() {
        json["env"] = Json::Array(rest);
    }
}

fn env_var(json: &mut Json) -> Option<EnvVar> {
    let name = text(json, &["name"])?;
    let mut var = EnvVar { name, value: None, secret: None, config: None };
    match take_as(json, &["valueFrom"], value_from) {
        Some(Value::Secret(reference)) => var.secret = Some(reference),
        Some(Value::Config(reference)) => var.config = Some(reference),
        _ if json.get("valueFrom").is_some() => {
            json["name"] = Json::String(var.name);
            return None;
        }
        _ => var.value = Some(text(json, &["value"]).unwrap_or_default()),
    }
    Some(var)
}

/// Requests and limits, where both are given.
fn resources(function: &mut Function, json: &mut Json) {
    let quantity = |json: &Json| match json {
        Json::String(text) => Some(Quantity(text.clone())).filter(|q| q.value().is_some()),
        Json::Number(number) => Some(Quantity(number.to_string())),
        _ => None,
    };
    let mut range = |key: &str| {
        let (request, limit) = (["resources", "requests", key], ["resources", "limits", key]);
        let ends = (peek(json, &request).and_then(quantity)?, peek(json, &limit).and_then(quantity)?);
        take(json, &request);
        take(json, &limit);
        Some(ResourceRange { request: Some(ends.0), limit: Some(ends.1) })
    };
    function.resources = Resources { cpu: range("cpu"), memory: range("memory") };
}

/// An HTTP readiness probe of the container's port.
fn probe(function: &mut Function, json: &mut Json) {
    let Some(mut probe) = take(json, &["readinessProbe"]) else { return };
    let whole = probe.clone();
    let path = text(&mut probe, &["httpGet", "path"]);
    take_as(&mut probe, &["httpGet", "port"], |port| (port.as_u64() == Some(0)).then_some(()));
    take_as(&mut probe, &["successThreshold"], |n| (n.as_u64() == Some(1)).then_some(()));
    let seconds = |json: &mut Json, key: &str| {
        let seconds = int(json, &[key]).and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
        seconds.map(Duration::from_secs)
    };
    let (every, timeout) = (seconds(&mut probe, "periodSeconds"), seconds(&mut probe, "timeoutSeconds"));
    match path {
        Some(path) if input::is_empty(&probe) => function.ready = Some(Probe { path, every, timeout }),
        // What Knative itself asks for when nothing is said.
        None if whole == json!({ "successThreshold": 1, "tcpSocket": { "port": 0 } }) => {}
        _ => json["readinessProbe"] = whole,
    }
}
