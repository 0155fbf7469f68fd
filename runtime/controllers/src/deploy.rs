//! What `efl deploy`, `diff`, `status` and the other commands of a person do against the API server. They write the
//! Orchestrator and annotations on it, and nothing else; the controllers do the rest.

use crate::{
    api::{self, CLUSTER, CORDONED, MOVE_TO, ORCHESTRATOR, PAUSED},
    client::{ApiError, within},
};
use efl_compiler::spec::{
    Condition, ConditionStatus, OrchestratorStatus, Phase, PlacementDecisionStatus,
    fleet::{CONFIG_KEY, CONFIG_MAP, FleetSpec},
};
use kube::{
    Api, Client,
    api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams},
};
use serde_json::{Value, json};

/// Field manager of `efl deploy`.
const MANAGER: &str = "efl-deploy";
/// Field manager of orders that a person gives: pause, move, cordon.
const PERSON: &str = "efl-person";

/// An Orchestrator that a file declares, as it is to be applied.
#[derive(Clone, PartialEq, Debug)]
pub struct Declared {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The whole object.
    pub object: Value,
}

/// What applying one would change.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// It is not there yet.
    Create,
    /// These fields differ.
    Update(Vec<Field>),
    /// Nothing.
    None,
}

/// A field that differs.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// `spec.functions[classify].image`.
    pub path: String,
    /// What is there; `None` when nothing is.
    pub old: Option<Value>,
    /// What is to be there.
    pub new: Option<Value>,
}

fn orchestrators(client: &Client, namespace: &str) -> Api<DynamicObject> {
    Api::namespaced_with(client.clone(), namespace, &ORCHESTRATOR.resource())
}

/// What applying an Orchestrator would change, by the API server's own account (a dry run of the same request).
pub async fn plan(client: &Client, declared: &Declared) -> Result<Change, ApiError> {
    let api = orchestrators(client, &declared.namespace);
    let there = within(api.get_opt(&declared.name)).await?;
    let params = PatchParams::apply(MANAGER).force().validation_strict().dry_run();
    let would = within(api.patch(&declared.name, &params, &Patch::Apply(&declared.object))).await?;
    let Some(there) = there else { return Ok(Change::Create) };
    let mut fields = Vec::new();
    differences("spec", there.data.get("spec"), would.data.get("spec"), &mut fields);
    let maps = |object: &DynamicObject| {
        let metadata = &object.metadata;
        json!({ "labels": metadata.labels, "annotations": metadata.annotations })
    };
    differences("metadata", Some(&maps(&there)), Some(&maps(&would)), &mut fields);
    Ok(if fields.is_empty() { Change::None } else { Change::Update(fields) })
}

/// Applies an Orchestrator; its generation then.
pub async fn apply(client: &Client, declared: &Declared) -> Result<i64, ApiError> {
    let params = PatchParams::apply(MANAGER).force().validation_strict();
    let api = orchestrators(client, &declared.namespace);
    let applied = within(api.patch(&declared.name, &params, &Patch::Apply(&declared.object))).await?;
    Ok(applied.metadata.generation.unwrap_or_default())
}

/// The fields in which two values differ. Elements of a list are named by their `name` where they have one.
fn differences(path: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Field>) {
    let empty = |value: Option<&Value>| value.is_none_or(Value::is_null);
    match (old, new) {
        _ if old == new || (empty(old) && empty(new)) => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let mut keys: Vec<&String> = old.keys().collect();
            keys.extend(new.keys().filter(|key| !old.contains_key(*key)));
            for key in keys {
                differences(&format!("{path}.{key}"), old.get(key), new.get(key), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if named(old) && named(new) => {
            let name = |item: &Value| item["name"].as_str().unwrap_or_default().to_owned();
            let mut names: Vec<String> = old.iter().map(name).collect();
            names.extend(new.iter().map(name).filter(|n| !old.iter().any(|item| name(item) == *n)));
            for n in names {
                let of = |list: &[Value]| list.iter().find(|item| name(item) == n).cloned();
                differences(&format!("{path}[{n}]"), of(old).as_ref(), of(new).as_ref(), found);
            }
        }
        _ => found.push(Field { path: path.to_owned(), old: old.cloned(), new: new.cloned() }),
    }
}

fn named(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(|item| item["name"].is_string())
}

/// An Orchestrator as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Standing {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The version of what it says.
    pub generation: i64,
    /// Where its declarations stand: `crossing-safety/rule/crossing`, `crossing.efl:41`.
    pub origins: Vec<(String, String)>,
    /// Whether it is paused.
    pub paused: bool,
    /// What the runtime reports.
    pub status: OrchestratorStatus,
    /// Placement's answer.
    pub decision: Option<PlacementDecisionStatus>,
}

impl Standing {
    pub(crate) fn of(object: &DynamicObject) -> Self {
        let annotations = object.metadata.annotations.clone().unwrap_or_default();
        let origins = annotations.get("efl.dev/origins").map(String::as_str).unwrap_or_default();
        let pair = |line: &str| line.split_once(' ').map(|(of, at)| (of.to_owned(), at.to_owned()));
        Self {
            namespace: object.metadata.namespace.clone().unwrap_or_default(),
            name: object.metadata.name.clone().unwrap_or_default(),
            generation: object.metadata.generation.unwrap_or_default(),
            origins: origins.lines().filter_map(pair).collect(),
            paused: annotations.get(PAUSED).is_some_and(|value| value == "true"),
            status: api::part(object, "status").unwrap_or_default(),
            decision: None,
        }
    }

    /// A condition.
    pub fn condition(&self, ty: &str) -> Option<&Condition> {
        self.status.conditions.iter().find(|condition| condition.ty == ty)
    }

    /// Whether the runtime has acted upon what it says.
    pub fn is_observed(&self) -> bool {
        self.status.observed_generation == Some(self.generation)
    }

    /// Whether it runs as it says.
    pub fn is_ready(&self) -> bool {
        self.is_observed() && self.status.phase == Some(Phase::Ready)
    }

    /// Why it is refused.
    pub fn refusal(&self) -> Option<&str> {
        let accepted = self.condition("Accepted")?;
        let refused = accepted.status == ConditionStatus::False && self.is_observed();
        refused.then_some(accepted.message.as_str())
    }

    /// The place of a declaration in its file.
    pub fn place(&self, declaration: &str) -> Option<&str> {
        self.origins.iter().find(|(of, _)| of == declaration).map(|(_, at)| at.as_str())
    }

    /// What is not well: the message of each resource at the place of its declaration.
    pub fn problems(&self) -> Vec<String> {
        let unwell = self.status.resources.iter().filter(|resource| resource.healthy != Some(true));
        let line = |resource: &efl_compiler::spec::ResourceStatus| {
            let place = self.place(&resource.declaration).map(|at| format!("{at}: ")).unwrap_or_default();
            let on = resource.cluster.as_deref().map(|cluster| format!(" on {cluster}")).unwrap_or_default();
            let why = resource.message.as_deref().unwrap_or("not ready");
            format!("{place}{} ({} {}{on}): {why}", resource.declaration, resource.kind, resource.name)
        };
        unwell.map(line).collect()
    }
}

/// One Orchestrator with its placement, if it is there.
pub async fn standing(client: &Client, namespace: &str, name: &str) -> Result<Option<Standing>, ApiError> {
    let Some(object) = within(orchestrators(client, namespace).get_opt(name)).await? else { return Ok(None) };
    let mut standing = Standing::of(&object);
    let decisions: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), namespace, &api::DECISION.resource());
    let decision = within(decisions.get_opt(name)).await?;
    standing.decision = decision.and_then(|decision| api::part(&decision, "status").ok());
    Ok(Some(standing))
}

/// Every Orchestrator, of one namespace or of all.
pub async fn all(client: &Client, namespace: Option<&str>) -> Result<Vec<Standing>, ApiError> {
    let api: Api<DynamicObject> = match namespace {
        Some(namespace) => orchestrators(client, namespace),
        None => Api::all_with(client.clone(), &ORCHESTRATOR.resource()),
    };
    let list = within(api.list(&ListParams::default())).await?;
    Ok(list.items.iter().map(Standing::of).collect())
}

/// An order on an Orchestrator: an annotation, which `None` takes away.
async fn annotate(
    client: &Client,
    (namespace, name): (&str, &str),
    annotation: &str,
    value: Option<&str>,
) -> Result<(), ApiError> {
    let patch = json!({ "metadata": { "annotations": { annotation: value } } });
    let params = PatchParams { field_manager: Some(PERSON.to_owned()), ..PatchParams::default() };
    within(orchestrators(client, namespace).patch(name, &params, &Patch::Merge(&patch))).await?;
    Ok(())
}

/// Leaves an Orchestrator as it is, or not any more.
pub async fn pause(client: &Client, of: (&str, &str), paused: bool) -> Result<(), ApiError> {
    annotate(client, of, PAUSED, paused.then_some("true")).await
}

/// Orders an Orchestrator to some clusters, or lets placement choose again.
pub async fn move_to(client: &Client, of: (&str, &str), clusters: &[String]) -> Result<(), ApiError> {
    let order = clusters.join(",");
    annotate(client, of, MOVE_TO, (!clusters.is_empty()).then_some(order.as_str())).await
}

/// Keeps what is new away from a cluster, or not any more.
pub async fn cordon(client: &Client, cluster: &str, cordoned: bool) -> Result<(), ApiError> {
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &CLUSTER.resource());
    let patch = json!({ "metadata": { "annotations": { CORDONED: cordoned.then_some("true") } } });
    let params = PatchParams { field_manager: Some(PERSON.to_owned()), ..PatchParams::default() };
    within(api.patch(cluster, &params, &Patch::Merge(&patch))).await?;
    Ok(())
}

/// Deletes an Orchestrator; the runtime takes its resources away first. Whether it was there.
pub async fn delete(client: &Client, (namespace, name): (&str, &str)) -> Result<bool, ApiError> {
    match within(orchestrators(client, namespace).delete(name, &DeleteParams::default())).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

/// The fleet that is installed in a namespace.
pub async fn fleet(client: &Client, namespace: &str) -> Result<Option<Result<FleetSpec, String>>, ApiError> {
    let api: Api<k8s_openapi::api::core::v1::ConfigMap> = Api::namespaced(client.clone(), namespace);
    let Some(map) = within(api.get_opt(CONFIG_MAP)).await? else { return Ok(None) };
    let text =
        map.data.as_ref().and_then(|data| data.get(CONFIG_KEY)).map(String::as_str).unwrap_or_default();
    Ok(Some(serde_json::from_str(text).map_err(|e| format!("{CONFIG_KEY} of {CONFIG_MAP}: {e}"))))
}

/// Installs a fleet; whether that changed anything.
pub async fn install_fleet(client: &Client, namespace: &str, spec: &FleetSpec) -> Result<bool, ApiError> {
    if fleet(client, namespace).await?.and_then(Result::ok).as_ref() == Some(spec) {
        return Ok(false);
    }
    let namespaces: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(client.clone());
    if within(namespaces.get_opt(namespace)).await?.is_none() {
        let params = PatchParams::apply(MANAGER);
        let object = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
        within(namespaces.patch(namespace, &params, &Patch::Apply(&object))).await?;
    }
    let api: Api<k8s_openapi::api::core::v1::ConfigMap> = Api::namespaced(client.clone(), namespace);
    let text = serde_json::to_string_pretty(spec).unwrap_or_default();
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": CONFIG_MAP, "labels": { "app.kubernetes.io/part-of": "efl" } },
        "data": { CONFIG_KEY: text },
    });
    within(api.patch(CONFIG_MAP, &PatchParams::apply(MANAGER).force(), &Patch::Apply(&object))).await?;
    Ok(true)
}

/// The members of Karmada: name, whether ready, whether cordoned.
pub async fn members(client: &Client) -> Result<Vec<(String, bool, bool)>, ApiError> {
    match crate::installation::members(client).await {
        Ok(members) => Ok(members.into_iter().map(|(name, m)| (name, m.ready, m.cordoned)).collect()),
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::differences;
    use serde_json::json;

    #[test]
    fn a_difference_is_one_field_by_its_name() {
        let old = json!({ "functions": [{ "name": "a", "image": "x:1" }, { "name": "b", "image": "y:1" }], "n": 1 });
        let new = json!({ "functions": [{ "name": "b", "image": "y:1" }, { "name": "a", "image": "x:2" }], "n": 1, "m": null });
        let mut found = Vec::new();
        differences("spec", Some(&old), Some(&new), &mut found);
        let paths: Vec<&str> = found.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(paths, ["spec.functions[a].image"]);
    }
}
