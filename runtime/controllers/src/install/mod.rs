//! What an installation of the runtime consists of, applied and taken away.
//!
//! Karmada's API server has no nodes. So there are two places, which are one without Karmada: the *control plane*, which has
//! the custom resources, the accounts and what tells Karmada whether a resource is well; and the *host*, where the pods run.

mod pods;
mod uninstall;

pub use pods::{Alerts, Pods};
pub use uninstall::{Doomed, abandon, find, orchestrators, uninstall};

use crate::{
    client::{ApiError, within},
    run::Controller,
};
use efl_compiler::expand::crds;
use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::{
    Api, Client,
    api::{ApiResource, DynamicObject, GroupVersionKind, ObjectMeta, Patch, PatchParams},
};
use serde_json::{Value, json};
use std::time::Duration;

const ACCOUNTS: &str = include_str!("../../manifests/accounts.yaml");
const MEMBERS: &str = include_str!("../../manifests/members.yaml");

/// The namespace in the manifests.
const NAMESPACE: &str = "efl-system";
/// Who applies an installation.
const MANAGER: &str = "efl-install";
/// On a namespace that came with an installation, and goes with it.
const OURS: &str = "efl.dev/installed";

/// What Argo CD's ConfigMap needs to tell whether an Orchestrator is well: a script in Lua.
pub fn argo_cd() -> Value {
    const HEALTH: &str = include_str!("../../manifests/argo-cd-health.lua");
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "argocd-cm", "namespace": "argocd", "labels": { "app.kubernetes.io/part-of": "argocd" } },
        "data": { "resource.customizations.health.efl.dev_Orchestrator": HEALTH },
    })
}

/// What is installed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// The runtime's own namespace.
    pub namespace: String,
    /// Whether the control plane is Karmada's.
    pub karmada: bool,
    /// The pods; none where the process is somebody else's to run.
    pub pods: Option<Pods>,
}

impl Layout {
    /// The controllers that have something to do: without Karmada there is nothing to place.
    pub fn controllers(&self) -> &'static [Controller] {
        if self.karmada { &Controller::ALL } else { &[Controller::Orchestrator] }
    }

    /// What goes to the control plane, in the order in which it is applied.
    pub fn control_plane(&self) -> Vec<Value> {
        let mut objects = vec![self.its_namespace()];
        objects.extend(crds::crds());
        objects.extend(self.documents(ACCOUNTS).into_iter().filter(|object| self.concerns(object)));
        if self.karmada {
            objects.extend(interpreters());
            objects.extend(self.documents(MEMBERS));
            if self.pods.is_some() {
                objects.extend(self.controllers().iter().map(|&controller| self.token(controller)));
            }
        }
        objects
    }

    /// What goes to the host.
    pub fn host(&self) -> Vec<Value> {
        let Some(pods) = &self.pods else { return Vec::new() };
        let mut objects = if self.karmada { vec![self.its_namespace()] } else { Vec::new() };
        objects.extend(pods.objects(self));
        objects
    }

    /// Whether an account, or what it is granted, is of a controller that is installed.
    fn concerns(&self, object: &Value) -> bool {
        self.controllers().iter().any(|controller| object["metadata"]["name"] == controller.name())
    }

    fn documents(&self, text: &str) -> Vec<Value> {
        let text = text.replace(NAMESPACE, &self.namespace);
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(&text).expect("manifests are ours, and a test reads them");
        documents.into_iter().filter(|document| !document.is_null()).collect()
    }

    /// Karmada would make the namespace on every member.
    fn its_namespace(&self) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": { "name": self.namespace, "labels": {
                OURS: "true",
                "namespace.karmada.io/skip-auto-propagation": "true",
                "pod-security.kubernetes.io/enforce": "restricted",
            } },
        })
    }

    /// A token that pods elsewhere show to Karmada's API server.
    fn token(&self, controller: Controller) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
            "metadata": {
                "name": token_name(controller), "namespace": self.namespace,
                "annotations": { "kubernetes.io/service-account.name": controller.name() },
            },
        })
    }
}

fn token_name(controller: Controller) -> String {
    format!("{}-token", controller.name())
}

/// The Secret on the host with which a controller reaches Karmada.
fn access_name(controller: Controller) -> String {
    format!("{}-karmada", controller.name())
}

/// How Karmada tells whether a resource of a pipeline is well on a member, and which Secrets and ConfigMaps travel with it:
/// without these it calls every one of them Healthy. In Lua 5.1, one second each.
/// Upstream: `karmada/pkg/apis/config/v1alpha1/resourceinterpretercustomization_types.go`.
fn interpreters() -> Vec<Value> {
    const REFLECTION: &str = include_str!("../../manifests/interpreters/reflection.lua");
    let knative = (
        include_str!("../../manifests/interpreters/knative-health.lua"),
        include_str!("../../manifests/interpreters/knative-dependencies.lua"),
    );
    let argo = (
        include_str!("../../manifests/interpreters/argo-health.lua"),
        include_str!("../../manifests/interpreters/argo-dependencies.lua"),
    );
    let kinds = [
        ("efl-knative-service", "serving.knative.dev/v1", "Service", knative),
        ("efl-event-source", "argoproj.io/v1alpha1", "EventSource", argo),
        ("efl-sensor", "argoproj.io/v1alpha1", "Sensor", argo),
        ("efl-event-bus", "argoproj.io/v1alpha1", "EventBus", argo),
    ];
    let interpreter = |(name, api_version, kind, (health, dependencies))| {
        json!({
            "apiVersion": "config.karmada.io/v1alpha1", "kind": "ResourceInterpreterCustomization",
            "metadata": { "name": name },
            "spec": {
                "target": { "apiVersion": api_version, "kind": kind },
                "customizations": {
                    "healthInterpretation": { "luaScript": health },
                    "statusReflection": { "luaScript": REFLECTION },
                    "dependencyInterpretation": { "luaScript": dependencies },
                },
            },
        })
    };
    kinds.map(interpreter).into()
}

/// What could not be done, and why.
pub type Failed = (String, ApiError);

/// Whether an API server is Karmada's.
pub async fn is_karmada(client: &Client) -> bool {
    crate::children::is_served(client, crate::api::BINDING).await
}

/// An object of a manifest, with the client for its kind.
struct Target<'o> {
    api: Api<DynamicObject>,
    kind: &'o str,
    name: &'o str,
    namespace: Option<&'o str>,
}

impl<'o> Target<'o> {
    fn of(client: &Client, object: &'o Value) -> Self {
        let text = |path: &str| object.pointer(path).and_then(Value::as_str);
        let (api_version, kind) =
            (text("/apiVersion").unwrap_or_default(), text("/kind").unwrap_or_default());
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        let namespace = text("/metadata/namespace");
        let api = match namespace {
            None => Api::all_with(client.clone(), &resource),
            Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        };
        Self { api, kind, name: text("/metadata/name").unwrap_or_default(), namespace }
    }

    fn what(&self) -> String {
        match self.namespace {
            Some(namespace) => format!("{} {namespace}/{}", self.kind, self.name),
            None => format!("{} {}", self.kind, self.name),
        }
    }
}

/// Whether a namespace came with an installation.
fn is_ours(metadata: &ObjectMeta) -> bool {
    metadata.labels.as_ref().is_some_and(|labels| labels.contains_key(OURS))
}

/// Applies objects; a namespace that somebody else made stays theirs.
pub async fn apply(client: &Client, objects: &[Value]) -> Result<(), Failed> {
    for object in objects {
        let target = Target::of(client, object);
        let failed = |error| (format!("apply {}", target.what()), error);
        if target.kind == "Namespace" {
            match within(target.api.get_metadata(target.name)).await {
                Ok(there) if !is_ours(&there.metadata) => continue,
                Ok(_) => {}
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(failed(error)),
            }
        }
        let params = PatchParams::apply(MANAGER).force();
        within(target.api.patch(target.name, &params, &Patch::Apply(object))).await.map_err(failed)?;
    }
    Ok(())
}

/// What the pods on the host need to reach Karmada at an address: a kubeconfig for each controller, with the token that
/// Karmada made for it. None when there is no token after 30 s.
pub async fn access(karmada: &Client, layout: &Layout, server: &str) -> Result<Option<Vec<Value>>, Failed> {
    let api: Api<Secret> = Api::namespaced(karmada.clone(), &layout.namespace);
    let mut secrets = Vec::new();
    for &controller in layout.controllers() {
        let name = token_name(controller);
        let mut tries = 0;
        let data = loop {
            let secret = within(api.get(&name)).await.map_err(|e| (format!("read Secret {name}"), e))?;
            match secret.data {
                Some(data) if data.contains_key("token") => break data,
                _ if tries == 60 => return Ok(None),
                _ => tries += 1,
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        };
        secrets.push(pods::access(layout, controller, server, &data["token"], data.get("ca.crt")));
    }
    Ok(Some(secrets))
}

/// Bytes as a Secret has them.
fn encoded(bytes: &ByteString) -> Value {
    serde_json::to_value(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Alerts, Layout, Pods};
    use crate::telemetry::Telemetry;
    use serde_json::Value;

    fn layout() -> Layout {
        let pods = Pods { image: "efl:1".to_owned(), replicas: 2, alerts: Alerts::PrometheusRule };
        Layout { namespace: "there".to_owned(), karmada: true, pods: Some(pods) }
    }

    #[test]
    fn the_runtime_reads_no_secret_and_has_no_wildcard() {
        let objects = [layout().control_plane(), layout().host()].concat();
        assert!(objects.len() >= 20, "{}", objects.len());
        for object in &objects {
            assert_ne!(object["metadata"]["namespace"], "efl-system");
            for rule in object["rules"].as_array().into_iter().flatten() {
                let has = |key: &str, value: &str| {
                    rule[key].as_array().is_some_and(|list| list.iter().any(|item| item == value))
                };
                for key in ["apiGroups", "resources", "verbs"] {
                    assert!(!has(key, "*"), "{rule}");
                }
                if has("resources", "secrets") {
                    assert!(["get", "list", "watch"].iter().all(|verb| !has("verbs", verb)), "{rule}");
                }
                assert!(
                    !has("verbs", "escalate") && !has("verbs", "bind") && !has("verbs", "impersonate"),
                    "{rule}"
                );
            }
        }
    }

    #[test]
    fn placement_makes_nothing() {
        let objects = layout().control_plane();
        let rules = objects
            .iter()
            .filter(|o| o["metadata"]["name"] == "efl-placement")
            .flat_map(|o| o["rules"].as_array().into_iter().flatten());
        let mut writes = Vec::new();
        for rule in rules {
            for verb in rule["verbs"].as_array().expect("verbs").iter().filter_map(Value::as_str) {
                if !["get", "list", "watch"].contains(&verb) {
                    writes.push(format!("{verb} {}", rule["resources"][0].as_str().expect("a resource")));
                }
            }
        }
        assert_eq!(writes, ["patch placementdecisions/status", "create leases", "update leases"]);
    }

    #[test]
    fn alerts_and_dashboard_are_of_metrics_that_there_are() {
        let told = Telemetry::everything();
        let is_told = |name: &str| told.lines().any(|line| line.starts_with(&format!("# TYPE {name} ")));
        let mut used = 0;
        for text in [super::pods::ALERTS, super::pods::DASHBOARD] {
            let names = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            for name in names.filter(|word| word.starts_with("efl_") || word.starts_with("process_")) {
                assert!(is_told(name), "{name}");
                used += 1;
            }
        }
        assert!(used > 30, "{used}");
    }
}
