//! Knative Serving on a node: its own manifests and programs, behind an Envoy that `gateway` tells what to do.

use crate::{
    argo::{apply, available},
    cluster::{Cluster, port},
    command::read,
    error::{Context as _, Result},
    gateway, image,
    programs::{
        self, KNATIVE_ACTIVATOR, KNATIVE_AUTOSCALER, KNATIVE_CONTROLLER, KNATIVE_QUEUE, KNATIVE_WEBHOOK,
        Program,
    },
};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The wildcard domain of functions, the same on every member.
pub(crate) const DOMAIN: &str = "fn.example";
/// The images of this file: their names and programs.
pub(crate) const IMAGES: [(&str, Program); 5] = [
    ("activator", KNATIVE_ACTIVATOR),
    ("autoscaler", KNATIVE_AUTOSCALER),
    ("controller", KNATIVE_CONTROLLER),
    ("queue", KNATIVE_QUEUE),
    ("webhook", KNATIVE_WEBHOOK),
];

/// Installs it in its namespace `knative-serving`.
pub(crate) fn start(cluster: &Cluster) -> Result<()> {
    let core = programs::module("KNATIVE_SERVING")?.1.join("config/core");
    // The module lacks these definitions: upstream they are links.
    let mut first = vec![core.join("100-namespace.yaml")];
    for module in ["knative.dev/networking", "knative.dev/caching"] {
        let config = files(&programs::dependency("knative", module)?.join("config"))?;
        first.extend(config.into_iter().filter(|file| !is(file, "config-network.yaml")));
    }
    apply(cluster, &joined(&first)?)?;

    // Set before there is a webhook that has to admit it, and before anybody reads it.
    let mut maps = files(&core.join("configmaps"))?;
    maps.push(programs::dependency("knative", "knative.dev/networking")?.join("config/config-network.yaml"));
    apply(cluster, &joined(&maps)?)?;
    for (map, data) in [
        ("config-deployment", json!({ "registries-skipping-tag-resolving": image::REGISTRY })),
        ("config-network", json!({ "ingress-class": gateway::CLASS })),
        ("config-domain", json!({ DOMAIN: "" })),
    ] {
        let patch = json!({ "data": data }).to_string();
        cluster.kube(&format!(
            "patch configmap {map} --namespace=knative-serving --type=merge --patch={patch}"
        ))?;
    }

    let mut rest = files(&core.join("200-roles"))?;
    rest.extend(["200-serviceaccount.yaml", "300-knativecertificate.yaml"].map(|name| core.join(name)));
    rest.extend(files(&core.join("deployments"))?.into_iter().filter(|file| !is(file, "-hpa.yaml")));
    rest.extend(files(&core.join("webhooks"))?);
    apply(cluster, &joined(&rest)?)?;
    available(cluster, "knative-serving")
}

/// Gives the gateway the names that Kourier's has, so that it is called by what EFL calls.
pub(crate) fn name_gateway(cluster: &Cluster) -> Result<()> {
    let mut items =
        vec![json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "kourier-system" } })];
    for name in ["kourier", "kourier-internal"] {
        let metadata = json!({ "name": name, "namespace": "kourier-system", "labels": { "kubernetes.io/service-name": name } });
        items.push(json!({
            "apiVersion": "v1", "kind": "Service", "metadata": metadata,
            "spec": { "ports": [{ "name": "http", "port": 80 }] },
        }));
        items.push(json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": metadata, "addressType": "IPv4",
            "ports": [{ "name": "http", "port": port::GATEWAY }],
            "endpoints": [{ "addresses": [cluster.address], "conditions": { "ready": true } }],
        }));
    }
    apply(cluster, &json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string())
}

fn is(file: &Path, ending: &str) -> bool {
    file.to_string_lossy().ends_with(ending)
}

/// The YAML files of a folder, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|file| is(file, ".yaml")).collect();
    files.sort();
    Ok(files)
}

/// One manifest of several, with our images.
fn joined(files: &[PathBuf]) -> Result<String> {
    let texts: Result<Vec<String>> = files.iter().map(|file| read(file)).collect();
    let mut text = texts?.join("\n---\n");
    for (name, _) in IMAGES {
        text = text.replace(&format!("ko://knative.dev/serving/cmd/{name}"), &image::reference(name));
    }
    Ok(text)
}
