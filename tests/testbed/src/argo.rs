//! Argo Events and Argo Workflows on a node, from their own manifests, with images of their own programs.

use crate::{
    cluster::Cluster,
    command::{fed, output, retried},
    error::Result,
    image, kubelet,
    programs::{self, ARGO_EVENTS, ARGOEXEC, Program, WORKFLOW_CONTROLLER},
};
use std::{path::Path, process::Command, time::Duration};

/// The images of this file: their names and programs.
pub(crate) const IMAGES: [(&str, Program); 3] =
    [("argo-events", ARGO_EVENTS), ("workflow-controller", WORKFLOW_CONTROLLER), ("argoexec", ARGOEXEC)];

/// Installs Argo Events in its namespace `argo-events`, for all namespaces.
pub(crate) fn start_events(cluster: &Cluster) -> Result<()> {
    let (_, module) = programs::module("ARGO_EVENTS")?;
    let image = image::reference("argo-events");
    let version = module.display().to_string().rsplit_once('@').map(|(_, version)| version.to_owned());
    let upstream = format!("quay.io/argoproj/argo-events:{}", version.unwrap_or_default());
    let manifest = kustomized(&module.join("manifests/cluster-install"), &[])?
        .replace(&upstream, &image)
        .replace("imagePullPolicy: Always", "imagePullPolicy: IfNotPresent")
        // What it starts has its image, and Argo Events would always ask a registry.
        .replace("        - name: ARGO_EVENTS_IMAGE\n", "        - name: IMAGE_PULL_POLICY\n          value: IfNotPresent\n        - name: ARGO_EVENTS_IMAGE\n");
    install(cluster, "argo-events", &manifest)?;
    available(cluster, "argo-events")
}

/// Installs the controller of Argo Workflows in its namespace `argo`, for all namespaces.
pub(crate) fn start_workflows(cluster: &Cluster) -> Result<()> {
    let (_, module) = programs::module("ARGO_WORKFLOWS")?;
    let manifest = kustomized(&module.join("manifests/cluster-install-no-crds"), &["argo-server"])?
        .replace("quay.io/argoproj/workflow-controller:latest", &image::reference("workflow-controller"))
        // Without it a run may wait 20 minutes between two HTTP steps: argoproj/argo-workflows#13341.
        .replace(
            "  - workflowtasksets/finalizers\n",
            "  - workflowtasksets/finalizers\n  - workflowtasksets/status\n",
        )
        .replace("args: []", &format!("args: [--executor-image, {}]", image::reference("argoexec")));
    install(cluster, "argo", &manifest)?;
    available(cluster, "argo")
}

/// The manifests of a folder without definitions, which are installed, and without Deployments of these names.
fn kustomized(folder: &Path, without: &[&str]) -> Result<String> {
    let all = output(Command::new(programs::kubectl()?).arg("kustomize").arg(folder))?;
    let left_out = |document: &&str| {
        let kind = |kind: &str| document.lines().any(|line| line == format!("kind: {kind}"));
        let named = |name: &&str| document.lines().any(|line| line == format!("  name: {name}"));
        kind("CustomResourceDefinition") || kind("Deployment") && without.iter().any(named)
    };
    let kept: Vec<&str> = all.split("\n---\n").filter(|document| !left_out(document)).collect();
    Ok(kept.join("\n---\n"))
}

fn install(cluster: &Cluster, namespace: &str, manifest: &str) -> Result<()> {
    cluster.kube(&format!("create namespace {namespace}"))?;
    apply(cluster, manifest)
}

/// Applies a manifest as it is.
pub(crate) fn apply(cluster: &Cluster, manifest: &str) -> Result<()> {
    let mut apply = cluster.kubectl()?;
    apply.args(["apply", "--server-side", "--force-conflicts", "--validate=false", "--filename", "-"]);
    fed(&mut apply, manifest).map(drop)
}

/// Waits until every Deployment of a namespace is available.
pub(crate) fn available(cluster: &Cluster, namespace: &str) -> Result<()> {
    let wait =
        format!("wait --for=condition=Available deployment --all --namespace={namespace} --timeout=90s");
    retried(Duration::from_mins(1), || cluster.kube(&wait)).map(drop)
}

/// Imports the images of programs.
pub(crate) fn import(cluster: &Cluster, images: &[(&str, Program)]) -> Result<()> {
    let socket = kubelet::socket(cluster);
    images.iter().try_for_each(|(name, program)| image::import(&socket, name, &program.built()?))
}
