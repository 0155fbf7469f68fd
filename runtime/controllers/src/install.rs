//! What an installation of the runtime consists of: the custom resources, its account and rights, and what tells Karmada
//! whether a resource is well.

use crate::client::{ApiError, within};
use efl_compiler::expand::crds;
use kube::{
    Api, Client,
    api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams},
};
use serde_json::{Value, json};

const RUNTIME: &str = include_str!("../manifests/runtime.yaml");
const MEMBERS: &str = include_str!("../manifests/members.yaml");

/// The namespace in the manifests.
const NAMESPACE: &str = "efl-system";

/// How Karmada tells whether a resource of a pipeline is well on a member, and which Secrets and ConfigMaps travel with it:
/// without these it calls every one of them Healthy. In Lua 5.1, one second each.
/// Upstream: `karmada/pkg/apis/config/v1alpha1/resourceinterpretercustomization_types.go`.
fn interpreters() -> Vec<Value> {
    const REFLECTION: &str = include_str!("../manifests/interpreters/reflection.lua");
    let knative = (
        include_str!("../manifests/interpreters/knative-health.lua"),
        include_str!("../manifests/interpreters/knative-dependencies.lua"),
    );
    let argo = (
        include_str!("../manifests/interpreters/argo-health.lua"),
        include_str!("../manifests/interpreters/argo-dependencies.lua"),
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

/// Every object of an installation, in the order in which they are applied. Without Karmada there are no members.
pub fn manifests(namespace: &str, karmada: bool) -> Vec<Value> {
    let mut objects = crds::crds();
    if karmada {
        objects.extend(interpreters());
    }
    for text in [RUNTIME, MEMBERS].into_iter().take(if karmada { 2 } else { 1 }) {
        let text = text.replace(NAMESPACE, namespace);
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(&text).expect("manifests are ours, and a test reads them");
        objects.extend(documents.into_iter().filter(|document| !document.is_null()));
    }
    objects
}

/// Applies an installation; how many objects it has.
pub async fn install(client: &Client, namespace: &str) -> Result<usize, (String, ApiError)> {
    let karmada = crate::children::is_served(client, crate::api::BINDING).await;
    let objects = manifests(namespace, karmada);
    for object in &objects {
        let text = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let (kind, name) = (text("/kind"), text("/metadata/name"));
        let (group, version) = text("/apiVersion").split_once('/').unwrap_or(("", text("/apiVersion")));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        let api: Api<DynamicObject> = match text("/metadata/namespace") {
            "" => Api::all_with(client.clone(), &resource),
            namespace => Api::namespaced_with(client.clone(), namespace, &resource),
        };
        let params = PatchParams::apply("efl-install").force();
        let applied = within(api.patch(name, &params, &Patch::Apply(object))).await;
        applied.map_err(|error| (format!("{kind} {name}"), error))?;
    }
    Ok(objects.len())
}

#[cfg(test)]
mod tests {
    use super::manifests;

    #[test]
    fn the_runtime_reads_no_secret_and_has_no_wildcard() {
        let objects = manifests("there", true);
        assert!(objects.len() >= 12, "{}", objects.len());
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
}
