//! What runs on the host: a Deployment for each controller, and what belongs to it there.

use super::{Layout, access_name, encoded};
use crate::run::Controller;
use k8s_openapi::ByteString;
use serde_json::{Value, json};

pub(super) const ALERTS: &str = include_str!("../../manifests/alerts.yaml");
pub(super) const DASHBOARD: &str = include_str!("../../manifests/dashboard.json");

/// Where a pod has its access to Karmada.
const ACCESS: &str = "/etc/efl/karmada";
/// The port of health and metrics.
const PORT: u16 = 8080;

/// How alert rules are given to Prometheus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alerts {
    /// As a ConfigMap with a file of rules, for Prometheus to mount.
    ConfigMap,
    /// As the Prometheus Operator's kind.
    PrometheusRule,
}

/// How the pods are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pods {
    /// The image of `efl`.
    pub image: String,
    /// Of each controller; one leads.
    pub replicas: u32,
    /// How alert rules are given to Prometheus.
    pub alerts: Alerts,
}

/// The labels of all pods.
fn labels(controller: Controller) -> Value {
    json!({ "app.kubernetes.io/name": controller.name(), "app.kubernetes.io/part-of": "efl" })
}

impl Pods {
    /// Everything on the host but its namespace and the access to Karmada.
    pub(super) fn objects(&self, layout: &Layout) -> Vec<Value> {
        let namespace = &layout.namespace;
        let mut objects = Vec::new();
        for &controller in layout.controllers() {
            if layout.karmada {
                // Without rights here: what it may do, it may do in Karmada.
                objects.push(json!({
                    "apiVersion": "v1", "kind": "ServiceAccount",
                    "metadata": { "name": controller.name(), "namespace": namespace },
                    "automountServiceAccountToken": false,
                }));
            }
            objects.push(self.deployment(layout, controller));
            if self.replicas > 1 {
                objects.push(json!({
                    "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
                    "metadata": { "name": controller.name(), "namespace": namespace },
                    "spec": { "minAvailable": 1, "selector": { "matchLabels": labels(controller) } },
                }));
            }
        }
        objects.push(network_policy(namespace));
        objects.push(self.alerts(namespace));
        objects.push(json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "name": "efl-dashboard", "namespace": namespace, "labels": { "grafana_dashboard": "1" } },
            "data": { "efl-runtime.json": DASHBOARD },
        }));
        objects
    }

    fn deployment(&self, layout: &Layout, controller: Controller) -> Value {
        let name = controller.name();
        let (which, memory) = match controller {
            Controller::Orchestrator => ("orchestrator", "256Mi"),
            Controller::Placement => ("placement", "128Mi"),
        };
        let mut args = vec![
            "runtime".to_owned(),
            "run".to_owned(),
            format!("--controllers={which}"),
            format!("--namespace={}", layout.namespace),
            format!("--listen=0.0.0.0:{PORT}"),
            "--log=json".to_owned(),
        ];
        let (mut mounts, mut volumes) = (Vec::new(), Vec::new());
        if layout.karmada {
            args.push(format!("--kubeconfig={ACCESS}/kubeconfig"));
            mounts.push(json!({ "name": "karmada", "mountPath": ACCESS, "readOnly": true }));
            volumes.push(json!({ "name": "karmada", "secret": { "secretName": access_name(controller) } }));
        }
        let probe = |path: &str, period: u32| json!({ "httpGet": { "path": path, "port": "http" }, "periodSeconds": period });
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": name, "namespace": layout.namespace, "labels": labels(controller) },
            "spec": {
                "replicas": self.replicas,
                "selector": { "matchLabels": labels(controller) },
                "template": {
                    "metadata": {
                        "labels": labels(controller),
                        "annotations": {
                            "prometheus.io/scrape": "true",
                            "prometheus.io/port": PORT.to_string(),
                            "prometheus.io/path": "/metrics",
                        },
                    },
                    "spec": {
                        "serviceAccountName": name,
                        "automountServiceAccountToken": !layout.karmada,
                        "terminationGracePeriodSeconds": 10,
                        "securityContext": {
                            "runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
                            "seccompProfile": { "type": "RuntimeDefault" },
                        },
                        "affinity": { "podAntiAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [{
                            "weight": 100,
                            "podAffinityTerm": {
                                "labelSelector": { "matchLabels": labels(controller) },
                                "topologyKey": "kubernetes.io/hostname",
                            },
                        }] } },
                        "containers": [{
                            "name": "efl",
                            "image": self.image,
                            "args": args,
                            "env": [{ "name": "POD_NAME", "valueFrom": { "fieldRef": { "fieldPath": "metadata.name" } } }],
                            "ports": [{ "name": "http", "containerPort": PORT, "protocol": "TCP" }],
                            "livenessProbe": probe("/healthz", 10),
                            "readinessProbe": probe("/readyz", 5),
                            "resources": {
                                "requests": { "cpu": "20m", "memory": "32Mi" },
                                "limits": { "memory": memory },
                            },
                            "securityContext": {
                                "allowPrivilegeEscalation": false,
                                "readOnlyRootFilesystem": true,
                                "capabilities": { "drop": ["ALL"] },
                            },
                            "volumeMounts": mounts,
                        }],
                        "volumes": volumes,
                    },
                },
            },
        })
    }

    fn alerts(&self, namespace: &str) -> Value {
        match self.alerts {
            Alerts::ConfigMap => json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": { "name": "efl-alerts", "namespace": namespace },
                "data": { "efl.rules.yaml": ALERTS },
            }),
            Alerts::PrometheusRule => {
                let rules: Value = serde_saphyr::from_str(ALERTS).expect("it is ours, and a test reads it");
                json!({
                    "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule",
                    "metadata": { "name": "efl-alerts", "namespace": namespace },
                    "spec": rules,
                })
            }
        }
    }
}

/// In: health and metrics. Out: everything but what is local to a link, where clouds keep the credentials of a machine: a fleet
/// names addresses that the runtime asks. Addresses of pods are not of an `ipBlock` everywhere.
fn network_policy(namespace: &str) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": { "name": "efl", "namespace": namespace },
        "spec": {
            "podSelector": { "matchLabels": { "app.kubernetes.io/part-of": "efl" } },
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{ "ports": [{ "protocol": "TCP", "port": PORT }] }],
            "egress": [{ "to": [
                { "namespaceSelector": {} },
                { "ipBlock": { "cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"] } },
                { "ipBlock": { "cidr": "::/0", "except": ["fe80::/10"] } },
            ] }],
        },
    })
}

/// The Secret with which a controller reaches Karmada. The token is a file of its own, which the runtime reads again and again:
/// whoever brings tokens that expire changes only it.
pub(super) fn access(
    layout: &Layout,
    controller: Controller,
    server: &str,
    token: &ByteString,
    authority: Option<&ByteString>,
) -> Value {
    let mut cluster = json!({ "server": server });
    if let Some(authority) = authority {
        cluster["certificate-authority-data"] = encoded(authority);
    }
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "karmada",
        "clusters": [{ "name": "karmada", "cluster": cluster }],
        "users": [{ "name": controller.name(), "user": { "tokenFile": format!("{ACCESS}/token") } }],
        "contexts": [{ "name": "karmada", "context": { "cluster": "karmada", "user": controller.name() } }],
    });
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": { "name": access_name(controller), "namespace": layout.namespace },
        "data": { "kubeconfig": encoded(&ByteString(kubeconfig.to_string().into_bytes())), "token": encoded(token) },
    })
}
