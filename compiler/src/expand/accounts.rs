//! The accounts that Sensors and Workflows run as, with no more than they need.

use super::{ResourceBody, Stage, context::Context, names::budget};
use crate::spec::Engine;
use serde::Serialize;

/// Upstream: `k8s.io/api/core/v1` ServiceAccount; its name is all there is to say.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct ServiceAccount {}

/// Upstream: `k8s.io/api/rbac/v1` Role.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Role {
    rules: Vec<PolicyRule>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyRule {
    api_groups: [&'static str; 1],
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
}

/// Upstream: `k8s.io/api/rbac/v1` RoleBinding.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoleBinding<'a> {
    role_ref: RoleRef,
    subjects: [Subject<'a>; 1],
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleRef {
    api_group: &'static str,
    kind: &'static str,
    name: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Subject<'a> {
    kind: &'static str,
    name: String,
    namespace: &'a str,
}

/// Upstream: `k8s.io/api/core/v1` Secret; Kubernetes fills in the token.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Secret {
    #[serde(rename = "type")]
    ty: &'static str,
}

/// What a Sensor does: get a Workflow by its name and create or patch it (a `k8s` trigger with `operation: patch`), and
/// hold a lease where every replica is active.
const SENSOR: [PolicyRule; 2] = [
    PolicyRule { api_groups: ["argoproj.io"], resources: &["workflows"], verbs: &["get", "create", "patch"] },
    PolicyRule {
        api_groups: ["coordination.k8s.io"],
        resources: &["leases"],
        verbs: &["get", "create", "update"],
    },
];

/// What the agent of a Workflow with HTTP steps does.
/// Upstream: `argo-workflows/manifests/quick-start/base/agent-role.yaml`.
const WORKFLOW: [PolicyRule; 2] = [
    PolicyRule { api_groups: ["argoproj.io"], resources: &["workflowtasksets"], verbs: &["list", "watch"] },
    PolicyRule { api_groups: ["argoproj.io"], resources: &["workflowtasksets/status"], verbs: &["patch"] },
];

/// The accounts of Sensors and Workflows.
pub(super) fn expand(cx: &mut Context<'_>) {
    if cx.spec.engine != Engine::Argo || cx.spec.rules.is_empty() {
        return;
    }
    account(cx, "sensor", SENSOR.to_vec());
    let name = account(cx, "workflow", WORKFLOW.to_vec());
    // The agent mounts this Secret by its name and waits for ever where there is none
    // (`argo-workflows/workflow/controller/serviceaccount.go`).
    let token = ResourceBody::Secret(Secret { ty: "kubernetes.io/service-account-token" });
    let declaration = cx.orc.name.clone();
    cx.push(Stage::Base, ("v1", "Secret"), format!("{name}.service-account-token"), declaration, token)
        .annotations
        .push("kubernetes.io/service-account.name", name);
}

fn account(cx: &mut Context<'_>, part: &str, rules: Vec<PolicyRule>) -> String {
    const RBAC: &str = "rbac.authorization.k8s.io/v1";
    let (declaration, namespace) = (cx.orc.name.clone(), cx.namespace);
    let name = cx.name(part, budget::LABEL, &declaration);
    let mut push = |api, kind, body| {
        cx.push(Stage::Base, (api, kind), name.clone(), declaration.clone(), body);
    };
    push("v1", "ServiceAccount", ResourceBody::ServiceAccount(ServiceAccount {}));
    push(RBAC, "Role", ResourceBody::Role(Role { rules }));
    let role_ref = RoleRef { api_group: "rbac.authorization.k8s.io", kind: "Role", name: name.clone() };
    let subjects = [Subject { kind: "ServiceAccount", name: name.clone(), namespace }];
    push(RBAC, "RoleBinding", ResourceBody::RoleBinding(RoleBinding { role_ref, subjects }));
    name
}
