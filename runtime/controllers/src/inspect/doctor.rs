//! Whether an installation is as it should be, and what to do where it is not. Asked from where the person is: what only the runtime
//! can see is what it last said.

use super::{PROXY_HELP, Places};
use crate::{
    api::{self, CLUSTER, DECISION},
    client::{ApiError, within},
    deploy,
    install::Layout,
    observe::{MetricsSource as _, Prometheus, outside},
};
use efl_compiler::spec::{ConditionStatus, PlacementDecisionStatus, fleet::FleetSpec};
use jiff::Timestamp;
use k8s_openapi::api::{
    apps::v1::Deployment,
    authentication::v1::SelfSubjectReview,
    authorization::v1::{
        ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec, SubjectAccessReview,
        SubjectAccessReviewSpec,
    },
    coordination::v1::Lease,
};
use kube::{
    Api, Client,
    api::{ApiResource, DynamicObject, GroupVersionKind, ListParams, PostParams},
    client::Body,
};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

/// How far clocks may be apart: half of what a Lease is good for.
const SKEW: i64 = 5;
/// How long a gateway may take.
const GATEWAY: Duration = Duration::from_secs(3);
/// What a member must have: (whose, kind).
const NEEDED: [(&str, &str); 6] = [
    ("Argo Events", "argoproj.io/v1alpha1/EventBus"),
    ("Argo Events", "argoproj.io/v1alpha1/EventSource"),
    ("Argo Events", "argoproj.io/v1alpha1/Sensor"),
    ("Argo Workflows", "argoproj.io/v1alpha1/Workflow"),
    ("Argo Workflows", "argoproj.io/v1alpha1/WorkflowTemplate"),
    ("Knative Serving", "serving.knative.dev/v1/Service"),
];
/// What a person needs a right for: (verb, group, resource, subresource, for what).
const RIGHTS: [(&str, &str, &str, &str, &str); 7] = [
    ("patch", "efl.dev", "orchestrators", "", "efl deploy"),
    ("create", "efl.dev", "orchestrators", "", "efl deploy"),
    ("list", "efl.dev", "orchestrators", "", "efl status"),
    ("delete", "efl.dev", "orchestrators", "", "efl delete"),
    ("get", "efl.dev", "placementdecisions", "", "efl status"),
    ("patch", "cluster.karmada.io", "clusters", "", "efl cordon"),
    ("get", "cluster.karmada.io", "clusters", "proxy", "efl runs, logs, trace, replay"),
];

/// How something is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, or cannot be told from here.
    Warn,
    /// Something does not work.
    Fail,
}

/// Something that was looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// How it is.
    pub verdict: Verdict,
    /// What.
    pub subject: String,
    /// How exactly.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

fn ok(subject: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Ok, subject: subject.into(), message: message.into(), help: None }
}

fn warn(subject: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Warn, help: Some(help.into()), ..ok(subject, message) }
}

fn fail(subject: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Fail, help: Some(help.into()), ..ok(subject, message) }
}

/// Looks at everything: the installation in a namespace, and the rights of this person in another one or in all.
pub async fn examine(places: &Places, runtime: &str, namespace: Option<&str>) -> Vec<Finding> {
    let mut findings = control_plane(places).await;
    findings.extend(rights(places, namespace).await);
    findings.extend(installation(places, runtime).await);
    findings.extend(leases(&places.control, runtime).await);
    let fleet = match deploy::fleet(&places.control, runtime).await {
        Ok(Some(Ok(fleet))) => {
            findings.push(ok("fleet", format!("`{}`, {} clusters", fleet.name, fleet.clusters.len())));
            Some(fleet)
        }
        Ok(Some(Err(why))) => {
            findings.push(fail("fleet", format!("it is not understood: {why}"), "efl fleet apply FILE"));
            None
        }
        Ok(None) if places.is_karmada() => {
            findings.push(fail("fleet", "none is installed", "efl fleet apply FILE"));
            None
        }
        Ok(None) => None,
        Err(error) if error.code() == Some(403) => {
            findings.push(warn(
                "fleet",
                format!("it is not for you to see: {error}"),
                format!("ask for the right to get ConfigMaps in {runtime}, or an administrator"),
            ));
            None
        }
        Err(error) => {
            findings.push(fail("fleet", error.to_string(), "does the API server answer?"));
            None
        }
    };
    findings.extend(clusters(places, fleet.as_ref()).await);
    if let Some(fleet) = &fleet {
        findings.extend(gateways(fleet).await);
        findings.extend(metrics(places, fleet).await);
    }
    findings
}

/// The API server in front of everything, and the clock here.
async fn control_plane(places: &Places) -> Vec<Finding> {
    let what = if places.is_karmada() { "Karmada" } else { "one cluster, without Karmada" };
    let version = match within(places.control.apiserver_version()).await {
        Ok(version) => version.git_version,
        Err(error) => {
            return vec![fail(
                "API server",
                error.to_string(),
                "is it the right context? --context names another",
            )];
        }
    };
    vec![ok("API server", format!("{what}, Kubernetes {version}")), clock("clock", &places.control).await]
}

/// How far the clock of an API server is from the one here.
async fn clock(subject: impl Into<String>, client: &Client) -> Finding {
    let request = http::Request::get("/version").body(Body::empty()).expect("it is constant");
    let response = within(client.send(request)).await;
    let date = response.as_ref().ok().and_then(|response| response.headers().get(http::header::DATE));
    let date = date.and_then(|date| date.to_str().ok());
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    let Some(there) = date.and_then(|date| parser.parse_timestamp(date).ok()) else {
        return warn(
            subject,
            "it does not say its time",
            "clocks that differ break leases and the age of metrics",
        );
    };
    let apart = (there.as_second() - Timestamp::now().as_second()).abs();
    if apart <= SKEW {
        ok(subject, "it is set as here")
    } else {
        warn(
            subject,
            format!("it differs by {apart} s from the one here"),
            "set the clocks by NTP: ages of metrics and leases are reckoned by them",
        )
    }
}

/// Who asks, and what they may do.
async fn rights(places: &Places, namespace: Option<&str>) -> Vec<Finding> {
    let reviews: Api<SelfSubjectReview> = Api::all(places.control.clone());
    let who = match within(reviews.create(&PostParams::default(), &SelfSubjectReview::default())).await {
        Ok(review) => {
            let user = review.status.and_then(|status| status.user_info).unwrap_or_default();
            let groups = user.groups.unwrap_or_default();
            format!("{} of {}", user.username.unwrap_or_default(), groups.join(", "))
        }
        Err(error) => format!("somebody ({error})"),
    };
    let access: Api<SelfSubjectAccessReview> = Api::all(places.control.clone());
    let mut lacking = Vec::new();
    for (verb, group, resource, subresource, what) in RIGHTS {
        if group.ends_with("karmada.io") && !places.is_karmada() {
            continue;
        }
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let asked = SelfSubjectAccessReview {
            spec: SelfSubjectAccessReviewSpec {
                resource_attributes: Some(ResourceAttributes {
                    verb: text(verb),
                    group: text(group),
                    resource: text(resource),
                    subresource: text(subresource),
                    namespace: namespace.filter(|_| group == "efl.dev").map(str::to_owned),
                    ..ResourceAttributes::default()
                }),
                ..SelfSubjectAccessReviewSpec::default()
            },
            ..SelfSubjectAccessReview::default()
        };
        match within(access.create(&PostParams::default(), &asked)).await {
            Ok(review) if review.status.as_ref().is_some_and(|status| status.allowed) => {}
            Ok(_) => lacking.push(format!(
                "{verb} {resource}{}{subresource} ({what})",
                if subresource.is_empty() { "" } else { "/" }
            )),
            Err(error) => {
                return vec![warn(
                    "rights",
                    format!("you are {who}; what you may do is not said: {error}"),
                    "ask an administrator",
                )];
            }
        }
    }
    let everywhere = namespace.map_or_else(|| "in every namespace".to_owned(), |n| format!("in {n}"));
    vec![if lacking.is_empty() {
        ok("rights", format!("you are {who}, and may do what the commands of efl need {everywhere}"))
    } else {
        warn(
            "rights",
            format!("you are {who}, and may not {} {everywhere}", lacking.join(", ")),
            "bind the ClusterRole efl-operator; --namespace asks for one namespace alone",
        )
    }]
}

/// Whether every object of an installation is there as this program has it.
async fn installation(places: &Places, runtime: &str) -> Vec<Finding> {
    let layout = Layout { namespace: runtime.to_owned(), karmada: places.is_karmada(), pods: None };
    let objects = layout.control_plane();
    let groups = [
        ("custom resources", ["CustomResourceDefinition"].as_slice()),
        ("interpreters", &["ResourceInterpreterCustomization"]),
        (
            "accounts and rights",
            &[
                "ServiceAccount",
                "ClusterRole",
                "ClusterRoleBinding",
                "Role",
                "RoleBinding",
                "ClusterPropagationPolicy",
            ],
        ),
    ];
    let mut findings = Vec::new();
    for (subject, kinds) in groups {
        let of_group = objects.iter().filter(|object| kinds.iter().any(|kind| object["kind"] == *kind));
        let (mut count, mut missing, mut other, mut unknown) = (0, Vec::new(), Vec::new(), None);
        for object in of_group {
            count += 1;
            let name = || format!("{} {}", text(object, "/kind"), text(object, "/metadata/name"));
            match live(&places.control, object).await {
                Ok(Some(there)) if covers(&there, object) => {}
                Ok(Some(_)) => other.push(name()),
                Ok(None) => missing.push(name()),
                Err(error) => unknown = Some(error),
            }
        }
        let help = "efl runtime install";
        findings.push(match unknown {
            _ if count == 0 => continue,
            _ if !missing.is_empty() => fail(subject, format!("missing: {}", missing.join(", ")), help),
            Some(error) => warn(subject, format!("not for you to see: {error}"), "ask an administrator"),
            None if !other.is_empty() => warn(
                subject,
                format!("not those of this efl ({}): {}", env!("CARGO_PKG_VERSION"), other.join(", ")),
                help,
            ),
            None => ok(subject, format!("{count}, those of this efl ({})", env!("CARGO_PKG_VERSION"))),
        });
    }
    findings
}

fn text<'o>(object: &'o Value, path: &str) -> &'o str {
    object.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// An object of a manifest, as it stands.
async fn live(client: &Client, object: &Value) -> Result<Option<Value>, ApiError> {
    let (group, version) =
        text(object, "/apiVersion").split_once('/').unwrap_or(("", text(object, "/apiVersion")));
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, text(object, "/kind")));
    let api: Api<DynamicObject> = match text(object, "/metadata/namespace") {
        "" => Api::all_with(client.clone(), &kind),
        namespace => Api::namespaced_with(client.clone(), namespace, &kind),
    };
    let found = within(api.get_opt(text(object, "/metadata/name"))).await?;
    Ok(found.map(|found| serde_json::to_value(found).unwrap_or_default()))
}

/// Whether an object says everything that a manifest says; what the server adds is no difference, nor is what says nothing.
fn covers(there: &Value, ours: &Value) -> bool {
    match (there, ours) {
        (Value::Object(there), Value::Object(ours)) => ours.iter().all(|(key, ours)| match there.get(key) {
            Some(there) => covers(there, ours),
            None => says_nothing(ours),
        }),
        (Value::Array(there), Value::Array(ours)) => {
            there.len() == ours.len() && there.iter().zip(ours).all(|(there, ours)| covers(there, ours))
        }
        (Value::Number(there), Value::Number(ours)) => there.as_f64() == ours.as_f64(),
        _ => there == ours,
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Object(map) => map.values().all(says_nothing),
        Value::Array(list) => list.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// Whether a runtime leads.
async fn leases(client: &Client, runtime: &str) -> Vec<Finding> {
    const SUBJECT: &str = "runtime";
    const HELP: &str =
        "is it running? `efl runtime run` in a pod, or with --alone on a laptop, where it holds no lease";
    let leases: Api<Lease> = Api::namespaced(client.clone(), runtime);
    let list = match within(leases.list(&ListParams::default())).await {
        Ok(list) => list.items,
        Err(error) => {
            return vec![warn(
                SUBJECT,
                format!("whether it leads is not for you to see: {error}"),
                "ask an administrator",
            )];
        }
    };
    let ours = list
        .into_iter()
        .filter(|lease| lease.metadata.name.as_deref().is_some_and(|name| name.starts_with("efl-")));
    let findings: Vec<Finding> = ours
        .map(|lease| {
            let name = lease.metadata.name.unwrap_or_default();
            let spec = lease.spec.unwrap_or_default();
            let age = spec.renew_time.map(|time| Timestamp::now().as_second() - time.0.as_second());
            match (spec.holder_identity.filter(|holder| !holder.is_empty()), age) {
                (Some(holder), Some(age))
                    if age <= i64::from(spec.lease_duration_seconds.unwrap_or(15)) + SKEW =>
                {
                    ok(SUBJECT, format!("{holder} holds {name}, renewed {} s ago", age.max(0)))
                }
                (Some(holder), Some(age)) => {
                    warn(SUBJECT, format!("{holder} has not renewed {name} for {age} s"), HELP)
                }
                _ => warn(SUBJECT, format!("nobody holds {name}"), HELP),
            }
        })
        .collect();
    if findings.is_empty() {
        vec![warn(SUBJECT, format!("there is no lease in {runtime}"), HELP)]
    } else {
        findings
    }
}

/// The clusters: whether Karmada reaches them, what they have, and whether a person may look at them.
async fn clusters(places: &Places, fleet: Option<&FleetSpec>) -> Vec<Finding> {
    let Some(members) = &places.members else {
        return vec![apis("cluster", &served(&places.control).await)];
    };
    let all: Api<DynamicObject> = Api::all_with(places.control.clone(), &CLUSTER.resource());
    let versions = within(all.list(&ListParams::default())).await.map(|list| list.items).unwrap_or_default();
    let version = |name: &str| {
        let of = versions.iter().find(|cluster| cluster.metadata.name.as_deref() == Some(name));
        of.and_then(|cluster| cluster.data["status"]["kubernetesVersion"].as_str()).unwrap_or("?").to_owned()
    };
    let mut findings = Vec::new();
    // Who may not see the fleet sees what Karmada has.
    let names: Vec<&str> = match fleet {
        Some(fleet) => fleet.clusters.iter().map(|cluster| cluster.name.as_str()).collect(),
        None => members.keys().map(String::as_str).collect(),
    };
    for name in names {
        let subject = format!("cluster {name}");
        let Some(member) = members.get(name) else {
            findings.push(fail(subject, "Karmada does not have it", "karmadactl join"));
            continue;
        };
        if !member.ready {
            findings.push(fail(subject, "Karmada does not reach it", "kubectl describe cluster says why"));
            continue;
        }
        let cordoned = if member.cordoned { ", cordoned" } else { "" };
        findings.push(match apis(&subject, &member.apis.iter().cloned().collect::<Vec<_>>()) {
            Finding { verdict: Verdict::Ok, message, .. } => {
                ok(&subject, format!("Kubernetes {}, {message}{cordoned}", version(name)))
            }
            lacking => lacking,
        });
        let looked = match places.place(name) {
            Ok(place) => look(&place.client, &subject).await,
            Err(why) => fail(&subject, why, PROXY_HELP),
        };
        findings.push(looked);
    }
    let strangers: Vec<&str> = members
        .keys()
        .filter(|name| fleet.is_some_and(|fleet| fleet.clusters.iter().all(|cluster| cluster.name != **name)))
        .map(String::as_str)
        .collect();
    if !strangers.is_empty() {
        findings.push(ok("clusters", format!("not of the fleet: {}", strangers.join(", "))));
    }
    findings
}

/// Whether a person may look at a member, and its clock.
async fn look(client: &Client, subject: &str) -> Finding {
    let pods: Api<k8s_openapi::api::core::v1::Pod> = Api::all(client.clone());
    match within(pods.list(&ListParams::default().limit(1))).await {
        Ok(_) => match (clock(subject, client).await, argo(client, subject).await) {
            (Finding { verdict: Verdict::Ok, .. }, None) => {
                ok(subject, "you may look at what runs there; its clock is set as here")
            }
            (Finding { verdict: Verdict::Ok, .. }, Some(stalls)) => stalls,
            (differs, _) => differs,
        },
        Err(error) if error.to_string().contains("impersonate") => {
            warn(subject, format!("you may not look at what runs there: {error}"), PROXY_HELP)
        }
        Err(error) => warn(
            subject,
            format!("you may not look at what runs there: {error}"),
            "bind the ClusterRole efl-operator",
        ),
    }
}

/// Whether Argo's controller lacks a right that its own manifests forget: then nothing tells it that a step was answered, and a run
/// waits for up to 20 minutes before its next one. Nothing is said where that is not for this person to see.
/// Upstream: argoproj/argo-workflows#13341.
async fn argo(client: &Client, subject: &str) -> Option<Finding> {
    let deployments: Api<Deployment> = Api::all(client.clone());
    let only = ListParams::default().fields("metadata.name=workflow-controller");
    let controller = within(deployments.list(&only)).await.ok()?.items.into_iter().next()?;
    let namespace = controller.metadata.namespace?;
    let account = controller.spec?.template.spec?.service_account_name?;
    let user = format!("system:serviceaccount:{namespace}:{account}");
    let asked = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: Some(user.clone()),
            resource_attributes: Some(ResourceAttributes {
                verb: Some("patch".to_owned()),
                group: Some("argoproj.io".to_owned()),
                resource: Some("workflowtasksets".to_owned()),
                subresource: Some("status".to_owned()),
                ..ResourceAttributes::default()
            }),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let reviews: Api<SubjectAccessReview> = Api::all(client.clone());
    let allowed = within(reviews.create(&PostParams::default(), &asked)).await.ok()?.status?.allowed;
    (!allowed).then(|| {
        warn(
            subject,
            format!(
                "{user} may not patch workflowtasksets/status: workflows may wait for minutes between steps"
            ),
            "add it to the rules of Argo's ClusterRole (argoproj/argo-workflows#13341)",
        )
    })
}

/// Which of the needed kinds a cluster without Karmada has.
async fn served(client: &Client) -> Vec<String> {
    let mut there = Vec::new();
    for group_version in ["argoproj.io/v1alpha1", "serving.knative.dev/v1"] {
        if let Ok(list) = within(client.list_api_group_resources(group_version)).await {
            there.extend(
                list.resources.into_iter().map(|resource| format!("{group_version}/{}", resource.kind)),
            );
        }
    }
    there
}

fn apis(subject: &str, there: &[String]) -> Finding {
    let lacking: Vec<&(&str, &str)> =
        NEEDED.iter().filter(|(_, kind)| !there.iter().any(|there| there == kind)).collect();
    if lacking.is_empty() {
        return ok(subject, "with Argo Events, Argo Workflows and Knative Serving");
    }
    let kinds: Vec<&str> = lacking.iter().map(|(_, kind)| *kind).collect();
    let mut whose: Vec<&str> = lacking.iter().map(|(whose, _)| *whose).collect();
    whose.dedup();
    fail(subject, format!("it lacks {}", kinds.join(", ")), format!("install {}", whose.join(", ")))
}

/// Whether gateways answer from here. What matters is the other clusters.
async fn gateways(fleet: &FleetSpec) -> Vec<Finding> {
    let http = outside::plain(GATEWAY);
    let mut findings = Vec::new();
    for cluster in &fleet.clusters {
        let Some(gateway) = &cluster.gateway else { continue };
        let subject = format!("gateway {}", cluster.name);
        findings.push(match http.get(format!("http://{gateway}/")).send().await {
            Ok(_) => ok(subject, format!("{gateway} answers")),
            Err(_) => warn(
                subject,
                format!("{gateway} does not answer from here"),
                "it must from the other clusters, for stages apart: is it the NodePort of Kourier?",
            ),
        });
    }
    findings
}

/// What is measured: from here, and what the runtime last said.
async fn metrics(places: &Places, fleet: &FleetSpec) -> Vec<Finding> {
    let mut findings = Vec::new();
    // From here it may take longer than the runtime allows itself.
    let patient =
        FleetSpec { every: fleet.every.max(efl_compiler::units::Duration::from_secs(10)), ..fleet.clone() };
    for (name, observed) in Prometheus::default().observe(&patient).await {
        let subject = format!("metrics {name}");
        let oldest = [observed.cpu, observed.memory].map(|reading| reading.and_then(|r| r.at.elapsed().ok()));
        findings.push(match (observed.cpu, observed.memory, observed.problems.first()) {
            (Some(cpu), Some(memory), _) => {
                let age = oldest.into_iter().flatten().max().unwrap_or_default();
                let stale = Duration::from_millis(fleet.stale_after.0);
                let said = format!(
                    "from here: cpu {:.0}%, memory {:.0}%, {} s old",
                    cpu.value * 100.0,
                    memory.value * 100.0,
                    age.as_secs()
                );
                if age <= stale {
                    ok(subject, said)
                } else {
                    warn(
                        subject,
                        said,
                        format!("older than stale-after ({}): does it scrape?", fleet.stale_after),
                    )
                }
            }
            (_, _, problem) => warn(
                subject,
                format!("from here: {}", problem.map_or("no cpu or memory", String::as_str)),
                "what counts is what the runtime sees, below; credentials are mounted there",
            ),
        });
    }
    let all: Api<DynamicObject> = Api::all_with(places.control.clone(), &DECISION.resource());
    let decisions = match within(all.list(&ListParams::default())).await {
        Ok(list) => list.items,
        Err(error) => {
            findings.push(warn(
                "metrics",
                format!("what the runtime sees is not for you to see: {error}"),
                "ask an administrator",
            ));
            return findings;
        }
    };
    let statuses: Vec<PlacementDecisionStatus> =
        decisions.iter().filter_map(|d| api::part(d, "status").ok()).collect();
    let fresh: Vec<_> =
        statuses.iter().flat_map(|s| s.conditions.iter().filter(|c| c.ty == "MetricsFresh")).collect();
    let stale = fresh.iter().find(|condition| condition.status != ConditionStatus::True);
    findings.push(match (stale, fresh.len()) {
        (_, 0) => {
            warn("metrics", "the runtime has not asked for any yet", "it does for the first orchestrator")
        }
        (Some(condition), _) => fail(
            "metrics",
            format!("the runtime: {}", condition.message),
            "are the addresses of the fleet file reachable from the runtime? are its credentials mounted?",
        ),
        (None, count) => ok("metrics", format!("the runtime: fresh, for {count} orchestrators")),
    });
    findings
}

#[cfg(test)]
mod tests {
    use super::{NEEDED, Verdict, apis, covers};
    use serde_json::json;

    #[test]
    fn what_the_server_adds_is_no_difference() {
        let ours = json!({ "rules": [{ "verbs": ["get"] }], "labels": {}, "n": 1 });
        assert!(covers(&json!({ "rules": [{ "verbs": ["get"] }], "uid": "x", "n": 1.0 }), &ours));
        assert!(
            !covers(&json!({ "rules": [{ "verbs": ["get", "list"] }], "n": 1 }), &ours),
            "more rights are others"
        );
        assert!(!covers(&json!({ "n": 1 }), &ours));
    }

    #[test]
    fn what_a_cluster_lacks_is_said_by_whose_it_is() {
        let all: Vec<String> = NEEDED.iter().map(|(_, kind)| (*kind).to_owned()).collect();
        assert_eq!(apis("c", &all).verdict, Verdict::Ok);
        let lacking = apis("c", &all[..3]);
        assert_eq!(lacking.help.as_deref(), Some("install Argo Workflows, Knative Serving"));
    }
}
