//! Taking an installation away.

use super::{Failed, Layout, Target, access_name, is_ours};
use crate::{
    api::ORCHESTRATOR,
    client::{ApiError, within},
    run::Controller,
};
use efl_compiler::spec::fleet::CONFIG_MAP;
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client,
    api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long something may take to go.
const PATIENCE: Duration = Duration::from_secs(90);

/// What stands of an installation on one API server, in the order in which it is taken away.
#[derive(Clone, Debug, Default)]
pub struct Doomed(Vec<Value>);

impl Doomed {
    /// Each as a person knows it: `Deployment efl-system/efl-placement`.
    pub fn names(&self, client: &Client) -> Vec<String> {
        self.0.iter().map(|object| Target::of(client, object).what()).collect()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Layout {
    /// Whatever an installation of this namespace can have on the control plane, with what came by using it.
    pub fn all_on_control_plane(&self) -> Vec<Value> {
        let mut all = self.control_plane();
        let lease =
            |controller: &Controller| self.named("coordination.k8s.io/v1", "Lease", controller.name());
        all.extend(Controller::ALL.iter().map(lease));
        all.push(self.named("v1", "ConfigMap", CONFIG_MAP));
        all
    }

    /// Whatever it can have on the host.
    pub fn all_on_host(&self) -> Vec<Value> {
        let mut all = self.host();
        let access = |controller: &Controller| self.named("v1", "Secret", &access_name(*controller));
        all.extend(Controller::ALL.iter().map(access));
        all.push(self.named("monitoring.coreos.com/v1", "PrometheusRule", "efl-alerts"));
        all
    }

    fn named(&self, api_version: &str, kind: &str, name: &str) -> Value {
        let metadata = json!({ "name": name, "namespace": self.namespace });
        json!({ "apiVersion": api_version, "kind": kind, "metadata": metadata })
    }
}

/// Pods first, then what they read; Karmada leaves on the members what has lost its policy.
fn turn(object: &Value) -> u8 {
    match object["kind"].as_str().unwrap_or_default() {
        "Deployment" => 0,
        "ClusterPropagationPolicy" => 2,
        "Namespace" => 3,
        _ => 1,
    }
}

/// Which of these objects stand.
pub async fn find(client: &Client, mut objects: Vec<Value>) -> Result<Doomed, Failed> {
    objects.sort_by_key(turn);
    let mut standing = Vec::new();
    for object in objects {
        let target = Target::of(client, &object);
        match within(target.api.get_metadata(target.name)).await {
            Ok(there) => {
                if target.kind != "Namespace" || is_ours(&there.metadata) {
                    standing.push(object);
                }
            }
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err((format!("look for {}", target.what()), error)),
        }
    }
    Ok(Doomed(standing))
}

/// The Orchestrators that stand: namespace and name. None where their kind is not known.
pub async fn orchestrators(client: &Client) -> Result<Vec<(String, String)>, ApiError> {
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &ORCHESTRATOR.resource());
    match within(api.list_metadata(&ListParams::default())).await {
        Ok(list) => {
            let name = |meta: kube::api::ObjectMeta| Some((meta.namespace?, meta.name?));
            Ok(list.items.into_iter().filter_map(|object| name(object.metadata)).collect())
        }
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Lets Orchestrators go without what they became being taken away: that stays, and nobody sees to it. Their runtime must be gone.
pub async fn abandon(client: &Client, orchestrators: &[(String, String)]) -> Result<(), Failed> {
    for (namespace, name) in orchestrators {
        let api: Api<DynamicObject> =
            Api::namespaced_with(client.clone(), namespace, &ORCHESTRATOR.resource());
        let patch = json!({ "metadata": { "finalizers": null } });
        match within(api.patch(name, &PatchParams::default(), &Patch::Merge(&patch))).await {
            Ok(_) => {}
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err((format!("let go of Orchestrator {namespace}/{name}"), error)),
        }
    }
    Ok(())
}

/// Takes away what was found, and waits until it is gone; the names of what is not.
pub async fn uninstall(client: &Client, namespace: &str, doomed: &Doomed) -> Result<Vec<String>, Failed> {
    for group in doomed.0.chunk_by(|a, b| turn(a) == turn(b)) {
        let left = delete(client, group).await?;
        if !left.is_empty() {
            return Ok(left);
        }
        if turn(&group[0]) == 0 && !are_gone(client, namespace).await? {
            return Ok(vec![format!("pods in {namespace}")]);
        }
    }
    Ok(Vec::new())
}

async fn delete(client: &Client, objects: &[Value]) -> Result<Vec<String>, Failed> {
    for object in objects {
        let target = Target::of(client, object);
        match within(target.api.delete(target.name, &DeleteParams::background())).await {
            Ok(_) => {}
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err((format!("delete {}", target.what()), error)),
        }
    }
    let began = Instant::now();
    let mut left: Vec<Target<'_>> = objects.iter().map(|object| Target::of(client, object)).collect();
    loop {
        let mut still = Vec::new();
        for target in left {
            match within(target.api.get_metadata(target.name)).await {
                Ok(_) => still.push(target),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err((format!("look for {}", target.what()), error)),
            }
        }
        left = still;
        if left.is_empty() || began.elapsed() > PATIENCE {
            return Ok(left.iter().map(Target::what).collect());
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Waits until no pod of the runtime is left.
async fn are_gone(client: &Client, namespace: &str) -> Result<bool, Failed> {
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let ours = ListParams::default().labels("app.kubernetes.io/part-of=efl");
    let began = Instant::now();
    loop {
        let pods = within(api.list_metadata(&ours)).await.map_err(|e| ("list pods".to_owned(), e))?;
        if pods.items.is_empty() {
            return Ok(true);
        }
        if began.elapsed() > PATIENCE {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
