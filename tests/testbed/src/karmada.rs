//! Karmada as plain processes beside an API server, and the joining of members.

use crate::{
    cluster::{Cluster, options, port},
    command::{fed, output, read, retried, write},
    error::Result,
    programs::{
        self, KARMADA_AGGREGATED, KARMADA_CONTROLLERS, KARMADA_SCHEDULER, KARMADA_WEBHOOK, KARMADACTL,
        kubectl,
    },
};
use std::{path::Path, process::Command, time::Duration};

/// The names that Karmada's servers are called by, for the certificate they share with the API server.
pub(crate) const NAMES: [&str; 2] =
    ["karmada-webhook.karmada-system.svc", "karmada-aggregated-apiserver.karmada-system.svc"];
/// What Karmada's own manifest of its API server leaves out: no pod is ever started there.
pub(crate) const ADMISSION: &str = "StorageObjectInUseProtection,ServiceAccount";
/// The controllers of Kubernetes that Karmada's own manifest asks for, without those that sign.
const CONTROLLERS: &str =
    "namespace,garbagecollector,serviceaccount-token,ttl-after-finished,clusterrole-aggregation";
const PATIENCE: Duration = Duration::from_mins(1);

/// Starts Karmada in a cluster whose API server answers.
pub(crate) fn start(cluster: &mut Cluster) -> Result<()> {
    cluster.start_controllers(CONTROLLERS)?;
    let (_, module) = programs::module("KARMADA")?;
    let authority = cluster.keys().encoded("ca.crt")?;
    let webhook = format!("https://{}", cluster.at(port::WEBHOOK));

    cluster.kube("create namespace karmada-system")?;
    let definitions =
        output(Command::new(kubectl()?).arg("kustomize").arg(module.join("charts/karmada/_crds")))?;
    let definitions = definitions
        .replace("{{caBundle}}", &authority)
        .replace("https://{{name}}.{{namespace}}.svc:443", &webhook);
    create(cluster, &definitions)?;

    start_webhook(cluster)?;
    start_aggregated(cluster)?;
    cluster.wait("karmada-webhook")?;
    cluster.wait("karmada-aggregated-apiserver")?;

    let manifest = |name: &str| read(&module.join("artifacts/deploy").join(name));
    // No Service has an address here: the API server finds the aggregated one by the name of a host.
    let aggregated = manifest("karmada-aggregated-apiserver-apiservice.yaml")?
        .replace("{{caBundle}}", &authority)
        .replace("karmada-aggregated-apiserver.karmada-system.svc.cluster.local", "localhost")
        .replace(
            "    name: karmada-aggregated-apiserver\n    namespace",
            &format!(
                "    name: karmada-aggregated-apiserver\n    port: {}\n    namespace",
                cluster.port(port::AGGREGATED)
            ),
        );
    create(cluster, &aggregated)?;
    let webhooks = manifest("webhook-configuration.yaml")?
        .replace("{{caBundle}}", &authority)
        .replace("https://karmada-webhook.karmada-system.svc:443", &webhook);
    create(cluster, &webhooks)?;
    create(cluster, &manifest("cluster-proxy-admin-rbac.yaml")?)?;

    start_controllers(cluster)?;
    start_scheduler(cluster)?;
    for process in ["kube-controller-manager", "karmada-controller-manager", "karmada-scheduler"] {
        cluster.wait(process)?;
    }
    let available = "wait --for=condition=Available apiservice/v1alpha1.cluster.karmada.io --timeout=60s";
    retried(PATIENCE, || cluster.kube(available)).map(drop)
}

fn create(cluster: &Cluster, manifest: &str) -> Result<()> {
    let mut create = cluster.kubectl()?;
    fed(create.args(["create", "--validate=false", "--filename", "-"]), manifest).map(drop)
}

fn start_webhook(cluster: &mut Cluster) -> Result<()> {
    let keys = cluster.keys();
    let arguments = options(&[
        ("kubeconfig", &cluster.file("kubeconfig")),
        ("bind-address", &cluster.address),
        ("secure-port", &cluster.port(port::WEBHOOK).to_string()),
        ("cert-dir", &keys.file("")),
        ("tls-cert-file-name", "server.crt"),
        ("tls-private-key-file-name", "server.key"),
        ("metrics-bind-address", &cluster.at(port::WEBHOOK_METRICS)),
        ("health-probe-bind-address", &cluster.at(port::WEBHOOK_HEALTH)),
    ]);
    let ready = cluster.answered(&format!("https://{}/readyz/", cluster.at(port::WEBHOOK)));
    cluster.start("karmada-webhook", &KARMADA_WEBHOOK.built()?, arguments, ready)
}

fn start_aggregated(cluster: &mut Cluster) -> Result<()> {
    let (keys, kubeconfig) = (cluster.keys(), cluster.file("kubeconfig"));
    let arguments = options(&[
        ("kubeconfig", &kubeconfig),
        ("authentication-kubeconfig", &kubeconfig),
        ("authorization-kubeconfig", &kubeconfig),
        ("etcd-servers", &format!("http://{}", cluster.at(port::ETCD))),
        ("tls-cert-file", &keys.file("server.crt")),
        ("tls-private-key-file", &keys.file("server.key")),
        ("bind-address", "0.0.0.0"), // see its Service
        ("secure-port", &cluster.port(port::AGGREGATED).to_string()),
    ]);
    let ready = cluster.answered(&format!("https://{}/readyz", cluster.at(port::AGGREGATED)));
    cluster.start("karmada-aggregated-apiserver", &KARMADA_AGGREGATED.built()?, arguments, ready)
}

fn start_controllers(cluster: &mut Cluster) -> Result<()> {
    let arguments = options(&[
        ("kubeconfig", &cluster.file("kubeconfig")),
        // A member that died is seen in seconds, not in Karmada's 40: tests wait for it.
        ("cluster-status-update-frequency", "2s"),
        ("cluster-failure-threshold", "4s"),
        ("cluster-success-threshold", "4s"),
        ("metrics-bind-address", &cluster.at(port::KARMADA_METRICS)),
        ("health-probe-bind-address", &cluster.at(port::KARMADA_HEALTH)),
        ("leader-elect", "false"),
    ]);
    let ready = cluster.answered(&format!("http://{}/healthz", cluster.at(port::KARMADA_HEALTH)));
    cluster.start("karmada-controller-manager", &KARMADA_CONTROLLERS.built()?, arguments, ready)
}

fn start_scheduler(cluster: &mut Cluster) -> Result<()> {
    let arguments = options(&[
        ("kubeconfig", &cluster.file("kubeconfig")),
        ("enable-scheduler-estimator", "false"),
        ("metrics-bind-address", &cluster.at(port::SCHEDULER_METRICS)),
        ("health-probe-bind-address", &cluster.at(port::SCHEDULER_HEALTH)),
        ("leader-elect", "false"),
    ]);
    let ready = cluster.answered(&format!("http://{}/healthz", cluster.at(port::SCHEDULER_HEALTH)));
    cluster.start("karmada-scheduler", &KARMADA_SCHEDULER.built()?, arguments, ready)
}

/// Joins a member in push mode and waits until Karmada says that it is ready.
pub(crate) fn join(karmada: &Cluster, member: &Cluster) -> Result<()> {
    let mut join = Command::new("timeout");
    join.arg("90").arg(KARMADACTL.built()?).args(["join", &member.name]);
    join.arg("--kubeconfig").arg(karmada.kubeconfig());
    join.arg("--cluster-kubeconfig").arg(member.kubeconfig());
    write(Path::new(&member.file("join.log")), &output(&mut join)?)?;
    let ready = format!("wait --for=condition=Ready cluster/{} --timeout=60s", member.name);
    retried(PATIENCE, || karmada.kube(&ready)).map(drop)
}
