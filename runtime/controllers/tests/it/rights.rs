//! What the runtime's accounts may do: one table, which is what the manifests say, and what a real API server grants, and nothing
//! else. Every other verb on every resource that there is is tried, and denied (level 2 of the test bed).

use efl_runtime::{Client, Connection};
use efl_testbed::{Bed, Level};
use futures::{StreamExt as _, stream};
use http::{Method, Request};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

/// The runtime's own namespace.
const OWN: &str = "efl-system";
/// A namespace of users.
const OTHER: &str = "default";
/// What is not there.
const NOBODY: &str = "efl-nobody";
/// What everybody may who is known: ask what it may. Upstream: `system:basic-user`.
const EVERYBODY: [(&str, &str); 3] = [
    ("authorization.k8s.io", "selfsubjectaccessreviews"),
    ("authorization.k8s.io", "selfsubjectrulesreviews"),
    ("authentication.k8s.io", "selfsubjectreviews"),
];

/// A right: verbs on a resource.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Right {
    /// Only there; everywhere if none is named.
    namespace: Option<String>,
    group: String,
    resource: String,
    verb: String,
    /// Only of these names; of all if there are none.
    names: Vec<String>,
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|v| Some(v.as_str()?.to_owned())).collect()
}

fn text<'v>(value: &'v Value, path: &str) -> &'v str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// Each right that a rule gives.
fn rights(rule: &Value, namespace: Option<&str>) -> Vec<Right> {
    let mut rights = Vec::new();
    for group in texts(&rule["apiGroups"]) {
        for resource in texts(&rule["resources"]) {
            for verb in texts(&rule["verbs"]) {
                let (group, resource) = (group.clone(), resource.clone());
                let names = texts(&rule["resourceNames"]);
                rights.push(Right { namespace: namespace.map(str::to_owned), group, resource, verb, names });
            }
        }
    }
    rights
}

/// What an installation puts into Karmada.
fn manifests() -> Vec<Value> {
    efl_runtime::install::Layout { namespace: OWN.to_owned(), karmada: true, pods: None }.control_plane()
}

/// The accounts of an installation.
fn accounts(manifests: &[Value]) -> Vec<String> {
    let accounts = manifests.iter().filter(|object| object["kind"] == "ServiceAccount");
    accounts.map(|account| text(account, "/metadata/name").to_owned()).collect()
}

/// What manifests give an account, also as one of its groups. On the members, only what is carried there.
fn given(manifests: &[Value], account: &str, on_members: bool) -> BTreeSet<Right> {
    let carried: Vec<&Value> = manifests
        .iter()
        .filter(|object| text(object, "/kind") == "ClusterPropagationPolicy")
        .flat_map(|policy| policy["spec"]["resourceSelectors"].as_array().into_iter().flatten())
        .collect();
    let is_there = |object: &&Value| {
        !on_members
            || carried.iter().any(|selected| {
                selected["kind"] == object["kind"] && selected["name"] == object["metadata"]["name"]
            })
    };
    let is_account = |subject: &Value| match text(subject, "/kind") {
        "ServiceAccount" => text(subject, "/name") == account && text(subject, "/namespace") == OWN,
        "Group" => [
            "system:serviceaccounts".to_owned(),
            format!("system:serviceaccounts:{OWN}"),
            "system:authenticated".to_owned(),
        ]
        .iter()
        .any(|group| group == text(subject, "/name")),
        _ => false,
    };
    let mut all = BTreeSet::new();
    for binding in manifests.iter().filter(is_there) {
        let namespace = match text(binding, "/kind") {
            "ClusterRoleBinding" => None,
            "RoleBinding" => Some(text(binding, "/metadata/namespace")),
            _ => continue,
        };
        if !binding["subjects"].as_array().into_iter().flatten().any(is_account) {
            continue;
        }
        let role = manifests.iter().filter(is_there).find(|role| {
            role["kind"] == binding["roleRef"]["kind"]
                && role["metadata"]["name"] == binding["roleRef"]["name"]
                && (text(role, "/kind") == "ClusterRole"
                    || Some(text(role, "/metadata/namespace")) == namespace)
        });
        let role = role.unwrap_or_else(|| panic!("a binding without its role: {binding}"));
        for rule in role["rules"].as_array().into_iter().flatten() {
            all.extend(rights(rule, namespace));
        }
    }
    all
}

/// A line per resource, its verbs in a row.
fn table(rights: &BTreeSet<Right>) -> String {
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for right in rights {
        let Right { namespace, group, resource, verb, names } = right;
        let group = if group.is_empty() { "core" } else { group };
        let within = namespace.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
        let only = if names.is_empty() { String::new() } else { format!(" named {}", names.join(", ")) };
        let what = format!("{group}/{resource}{only}{within}");
        match lines.iter_mut().find(|(known, _)| *known == what) {
            Some((_, verbs)) => verbs.push(verb),
            None => lines.push((what, vec![verb])),
        }
    }
    lines.sort();
    let mut text = String::new();
    for (what, verbs) in lines {
        let _ = writeln!(text, "  {what:<56} {}", verbs.join(" ")); // a String takes everything
    }
    text
}

/// The table of record. A change of it is a change of what somebody is trusted with.
#[test]
fn what_each_account_may() {
    let manifests = manifests();
    let mut text = String::new();
    for account in accounts(&manifests) {
        for (place, on_members) in [("the control plane", false), ("every member", true)] {
            let rights = table(&given(&manifests, &account, on_members));
            let rights = if rights.is_empty() { "  nothing\n".to_owned() } else { rights };
            let _ = writeln!(text, "{account} on {place}\n{rights}"); // a String takes everything
        }
    }
    insta::assert_snapshot!(text);
}

/// One test, because there is one bed. A bed that was up before stays up after it.
#[test]
fn level_two() {
    if !Level::Two.asked("what the runtime's accounts may do") {
        return;
    }
    let bed = Bed::new(Level::Two).expect("a cache");
    let was_up = bed.is_up();
    bed.up().expect("it comes up");
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let admin = client(&bed, folder.path(), "karmada", None).await;
        let manifests = manifests();
        efl_runtime::install::apply(&admin, &manifests)
            .await
            .map_err(|(what, why)| format!("{what}: {why}"))
            .expect("it is installed");
        for account in accounts(&manifests) {
            for cluster in ["karmada", "m1"] {
                let admin = client(&bed, folder.path(), cluster, None).await;
                let it = client(&bed, folder.path(), cluster, Some(&account)).await;
                let given = given(&manifests, &account, cluster != "karmada");
                arrives(&it, &given).await;
                reviewed(&it, &given, &account, cluster).await;
                tried(&admin, &it, &given, &account, cluster).await;
            }
        }
    });
    if !was_up {
        bed.down().expect("it goes down");
    }
}

/// A client of a cluster: its administrator's, or an account's.
async fn client(bed: &Bed, folder: &Path, cluster: &str, account: Option<&str>) -> Client {
    let text = fs::read_to_string(bed.place(cluster).expect("a place").kubeconfig).expect("a kubeconfig");
    let mut config: Value = serde_json::from_str(&text).expect("the bed writes JSON");
    if let Some(account) = account {
        config["users"][0]["user"]["as"] = format!("system:serviceaccount:{OWN}:{account}").into();
    }
    let path = folder.join(format!("{cluster}-{}", account.unwrap_or("admin")));
    fs::write(&path, config.to_string()).expect("it is written");
    let connection = Connection { kubeconfig: Some(path), ..Connection::default() };
    efl_runtime::connect(&connection).await.expect("it answers").0
}

/// The status and the text of an answer.
async fn ask(client: &Client, method: Method, path: &str, body: &Value) -> (u16, String) {
    let request = Request::builder().method(&method).uri(path);
    let kind = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
    let bytes = if method == Method::GET { Vec::new() } else { body.to_string().into_bytes() };
    let request = request.header("Content-Type", kind).body(bytes.into()).expect("a request");
    let response = client.send(request).await.expect("it answers");
    let status = response.status().as_u16();
    if status < 400 {
        return (status, String::new()); // a watch has no end
    }
    let body = http_body_util::BodyExt::collect(response.into_body()).await.expect("an answer");
    (status, String::from_utf8_lossy(&body.to_bytes()).into_owned())
}

/// The rules that the API server says an account has in a namespace.
async fn review(it: &Client, namespace: &str) -> BTreeSet<Right> {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": { "namespace": namespace },
    });
    let request = Request::post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews");
    let request = request.header("Content-Type", "application/json").body(review.to_string().into_bytes());
    let answer: Value = it.request(request.expect("a request")).await.expect("it answers");
    assert_eq!(answer["status"]["incomplete"], false, "{answer}");
    let rules = answer["status"]["resourceRules"].as_array().cloned().unwrap_or_default();
    rules.iter().flat_map(|rule| rights(rule, None)).collect()
}

/// What holds in a namespace, as a review says it.
fn holding(given: &BTreeSet<Right>, namespace: &str) -> BTreeSet<Right> {
    let holds = given.iter().filter(|right| right.namespace.as_deref().is_none_or(|only| only == namespace));
    holds.map(|right| Right { namespace: None, ..right.clone() }).collect()
}

/// Karmada takes a moment to carry rights to a member.
async fn arrives(it: &Client, given: &BTreeSet<Right>) {
    for _ in 0..100 {
        if holding(given, OWN).is_subset(&review(it, OWN).await) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

/// The API server's own account is the table.
async fn reviewed(it: &Client, given: &BTreeSet<Right>, account: &str, cluster: &str) {
    for namespace in [OWN, OTHER] {
        let mut said = review(it, namespace).await;
        said.retain(|right| !EVERYBODY.contains(&(&right.group, &right.resource)));
        let wanted = holding(given, namespace);
        let more: Vec<_> = said.difference(&wanted).collect();
        let less: Vec<_> = wanted.difference(&said).collect();
        assert!(
            more.is_empty() && less.is_empty(),
            "{account} on {cluster} in {namespace}: also {more:?}, not {less:?}"
        );
    }
}

/// A resource of an API server; a part of another has its name with a slash.
struct Served {
    group: String,
    path: String,
    name: String,
    namespaced: bool,
}

async fn served(admin: &Client) -> Vec<Served> {
    let mut versions = vec![(String::new(), "/api/v1".to_owned())];
    for group in admin.list_api_groups().await.expect("they are listed").groups {
        let version = group.preferred_version.or_else(|| group.versions.first().cloned()).expect("a version");
        versions.push((group.name, format!("/apis/{}", version.group_version)));
    }
    let mut all = Vec::new();
    for (group, path) in versions {
        let request = Request::get(&path).body(Vec::new()).expect("a request");
        let list: Value = admin.request(request).await.unwrap_or_else(|why| panic!("{path}: {why}"));
        for resource in list["resources"].as_array().into_iter().flatten() {
            all.push(Served {
                group: group.clone(),
                path: path.clone(),
                name: text(resource, "/name").to_owned(),
                namespaced: resource["namespaced"] == true,
            });
        }
    }
    all
}

/// Every verb on every resource, as a real request: denied, unless the table has it. Nothing is changed by what is not denied.
async fn tried(admin: &Client, it: &Client, given: &BTreeSet<Right>, account: &str, cluster: &str) {
    let mut tries = Vec::new();
    for Served { group, path, name, namespaced } in served(admin).await {
        for namespace in [OWN, OTHER] {
            let (resource, part) = name.split_once('/').map_or((name.as_str(), None), |(r, p)| (r, Some(p)));
            let base = if namespaced {
                format!("{path}/namespaces/{namespace}/{resource}")
            } else {
                format!("{path}/{resource}")
            };
            let one = format!("{base}/{NOBODY}{}", part.map(|part| format!("/{part}")).unwrap_or_default());
            let mut ways = vec![
                ("get", Method::GET, one.clone()),
                ("update", Method::PUT, format!("{one}?dryRun=All")),
                ("patch", Method::PATCH, format!("{one}?dryRun=All")),
                ("delete", Method::DELETE, format!("{one}?dryRun=All")),
            ];
            if part.is_some() {
                ways.push(("create", Method::POST, format!("{one}?dryRun=All")));
            } else {
                ways.extend([
                    ("create", Method::POST, format!("{base}?dryRun=All")),
                    ("list", Method::GET, format!("{base}?limit=1")),
                    ("watch", Method::GET, format!("{base}?watch=true&timeoutSeconds=1")),
                    ("deletecollection", Method::DELETE, format!("{base}?dryRun=All")),
                ]);
            }
            for (verb, method, path) in ways {
                let may = EVERYBODY.contains(&(&group, &name)) && verb == "create"
                    || holding(given, namespace).iter().any(|right| {
                        (&right.group, &right.resource, right.verb.as_str()) == (&group, &name, verb)
                            && right.names.is_empty()
                    });
                tries.push((format!("{verb} {group}/{name} in {namespace}"), method, path, may));
            }
        }
    }
    let count = tries.len();
    let answers: Vec<(String, bool, bool, String)> = stream::iter(tries)
        .map(|(what, method, path, may)| async move {
            let (status, text) = ask(it, method, &path, &json!({})).await;
            // Admission may say 403 too, to who may.
            (what, may, status == 403 && text.contains(" cannot "), format!("{status} {text}"))
        })
        .buffer_unordered(16)
        .collect()
        .await;
    let denied = answers.iter().filter(|(_, _, denied, _)| *denied).count();
    let wrong: Vec<String> = answers
        .iter()
        .filter(|(_, may, denied, _)| may == denied)
        .map(|(what, may, _, answer)| {
            format!("{what}: {} be, and: {answer}", if *may { "is to" } else { "must not" })
        })
        .collect();
    println!(
        "rights account={account} on={cluster} tried={count} denied={denied} granted={} wrong={}",
        count - denied,
        wrong.len()
    );
    assert!(wrong.is_empty(), "{account} on {cluster}:\n{}", wrong.join("\n"));
    assert!(denied > 400, "only {denied} were tried");
}
