//! Resources as text: YAML with the lines they come from, JSON, files, and what one member cluster receives.

use super::{Resource, ResourceBody, Stage};
use crate::{ir::Origin, yaml};
use serde::Serialize;
use serde_json::Value;
use std::{fmt::Write as _, ops::Range};

/// The resources as YAML documents in their order, each below a comment that says where it comes from.
pub fn to_yaml(resources: &[Resource<'_>], origins: &[Origin]) -> String {
    let mut out = String::with_capacity(resources.len() * 1024);
    for (at, resource) in resources.iter().enumerate() {
        if at > 0 {
            out.push_str("---\n");
        }
        document(&mut out, resource, origins);
    }
    out
}

/// Lines of YAML and the declaration that they come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mapped {
    /// The first line, from 0, and the one behind the last.
    pub lines: Range<u32>,
    /// `crossing-safety/rule/crossing`.
    pub declaration: String,
}

/// [`to_yaml`], and where its lines come from: each resource from its declaration, but for those parts of a Sensor and an
/// Orchestrator that come from one inside of it. The pieces are in order and do not overlap.
pub fn to_mapped_yaml(resources: &[Resource<'_>], origins: &[Origin]) -> (String, Vec<Mapped>) {
    let mut out = String::with_capacity(resources.len() * 1024);
    let mut map = Vec::new();
    let mut line = 0;
    for (at, resource) in resources.iter().enumerate() {
        if at > 0 {
            out.push_str("---\n");
            line += 1;
        }
        let start = out.len();
        document(&mut out, resource, origins);
        let first = line;
        let mut open = Mapped { lines: first..first, declaration: resource.declaration.clone() };
        for (number, declaration) in parts(resource, &out[start..]) {
            let begins = first + number;
            open.lines.end = begins;
            map.push(std::mem::replace(&mut open, Mapped { lines: begins..begins, declaration }));
        }
        line += u32::try_from(out[start..].matches('\n').count()).unwrap_or(u32::MAX);
        open.lines.end = line;
        map.push(open);
    }
    map.retain(|piece| !piece.lines.is_empty());
    (out, map)
}

/// The lines of a resource at which something of another declaration begins.
fn parts(resource: &Resource<'_>, text: &str) -> Vec<(u32, String)> {
    let orc = resource.declaration.split('/').next().unwrap_or_default();
    let rules = resource.rules();
    let mut rules = rules.iter();
    let mut parts: Vec<(u32, String)> = Vec::new();
    let (mut in_spec, mut key) = (false, "");
    for (number, line) in (0..).zip(text.lines()) {
        if !line.starts_with(' ') {
            in_spec = line == "spec:";
            continue;
        }
        // The writer puts the keys of `spec` and the items of their lists at the same column.
        let Some(entry) = line.strip_prefix("  ").filter(|rest| in_spec && !rest.starts_with(' ')) else {
            continue;
        };
        let declaration = if let Some(item) = entry.strip_prefix("- ") {
            let name = item.strip_prefix("name: ").map(|name| name.trim_matches('"'));
            match (key, name) {
                ("triggers", _) => rules.next().map(|rule| format!("{orc}/rule/{rule}")),
                ("sources", Some(name)) => Some(format!("{orc}/source/{name}")),
                ("functions", Some(name)) => Some(format!("{orc}/function/{name}")),
                ("workflows", Some(name)) => Some(format!("{orc}/workflow/{name}")),
                ("rules", Some(name)) => Some(format!("{orc}/rule/{name}")),
                _ => continue,
            }
        } else {
            key = entry.split(':').next().unwrap_or_default();
            (key == "placement" && resource.kind == "Orchestrator").then(|| format!("{orc}/placement"))
        };
        let declaration = declaration.unwrap_or_else(|| resource.declaration.clone());
        if parts.last().map_or(&resource.declaration, |(_, last)| last) != &declaration {
            parts.push((number, declaration));
        }
    }
    parts
}

/// One resource as YAML below a comment that says where it comes from.
pub fn document(out: &mut String, resource: &Resource<'_>, origins: &[Origin]) {
    if let Some(origin) = origin(&resource.declaration, origins) {
        let _ = writeln!(out, "# {}:{}", origin.file, origin.line); // a String takes everything
    }
    let start = out.len();
    if yaml::write(out, resource).is_err() {
        // A patch with a key that YAML cannot have; JSON is YAML too.
        out.truncate(start);
        out.push_str(&serde_json::to_string(resource).unwrap_or_default());
        out.push('\n');
    }
}

/// Where a declaration stands; what has no line of its own stands where its orchestrator does.
pub fn origin<'o>(declaration: &str, origins: &'o [Origin]) -> Option<&'o Origin> {
    let of = |declaration: &str| origins.iter().find(|origin| origin.declaration == declaration);
    of(declaration).or_else(|| of(declaration.split('/').next()?))
}

/// The resources as one JSON document, a `v1` List.
pub fn to_json(resources: &[Resource<'_>]) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct List<'r, 'a> {
        api_version: &'static str,
        kind: &'static str,
        items: &'r [Resource<'a>],
    }
    let list = List { api_version: "v1", kind: "List", items: resources };
    serde_json::to_string_pretty(&list).unwrap_or_default() + "\n"
}

/// The name of a resource's own file. `kubectl apply -f DIR` goes by name, so the stage stands first.
pub fn file_name(resource: &Resource<'_>) -> String {
    let rank = match resource.stage {
        Stage::Base => 1,
        Stage::Functions => 2,
        Stage::Logic => 3,
        Stage::Events | Stage::EventsEverywhere => 4,
        Stage::Control => 5,
    };
    let knative = if resource.api_version.starts_with("serving.") { "knative" } else { "" };
    format!("{rank}-{knative}{}-{}.yaml", resource.kind.to_lowercase(), resource.name)
}

/// What a member cluster receives: what the policies send there, with its overrides applied. Without policies there is
/// one cluster, which gets everything that does not stay in the control plane.
pub fn for_cluster<'a>(resources: &[Resource<'a>], cluster: &str) -> Vec<Resource<'a>> {
    let policies = of_kind(resources, "PropagationPolicy");
    let overrides = of_kind(resources, "OverridePolicy");
    let travelling = resources.iter().filter(|resource| resource.stage != Stage::Control);
    let sent = |resource: &&Resource<'_>| {
        policies.is_empty()
            || policies.iter().any(|policy| {
                let clusters = &policy["spec"]["placement"]["clusterAffinity"]["clusterNames"];
                has(clusters, cluster) && selects(policy, resource)
            })
    };
    travelling.filter(sent).map(|resource| overridden(resource, &overrides, cluster)).collect()
}

/// The objects of a kind, as they were written or patched.
fn of_kind(resources: &[Resource<'_>], kind: &str) -> Vec<Value> {
    let of_kind = resources.iter().filter(|resource| resource.kind == kind);
    of_kind.filter_map(|resource| serde_json::to_value(resource).ok()).collect()
}

fn has(list: &Value, text: &str) -> bool {
    list.as_array().is_some_and(|items| items.iter().any(|item| item == text))
}

/// Whether a policy selects a resource.
fn selects(policy: &Value, resource: &Resource<'_>) -> bool {
    let selectors = policy["spec"]["resourceSelectors"].as_array();
    selectors.into_iter().flatten().any(|selector| {
        selector["apiVersion"] == resource.api_version
            && selector["kind"] == resource.kind
            && selector["name"] == resource.name.as_str()
    })
}

/// A resource as a member gets it.
fn overridden<'a>(resource: &Resource<'a>, overrides: &[Value], cluster: &str) -> Resource<'a> {
    let rules = overrides.iter().filter(|policy| selects(policy, resource));
    let rules = rules.flat_map(|policy| policy["spec"]["overrideRules"].as_array().into_iter().flatten());
    let operations: Vec<&Value> = rules
        .filter(|rule| has(&rule["targetCluster"]["clusterNames"], cluster))
        .flat_map(|rule| rule["overriders"]["plaintext"].as_array().into_iter().flatten())
        .collect();
    let mut resource = resource.clone();
    if operations.is_empty() {
        return resource;
    }
    if let Ok(mut object) = serde_json::to_value(&resource) {
        for operation in operations {
            // Every override replaces something that is there.
            let place = operation["path"].as_str().and_then(|path| object.pointer_mut(path));
            if let Some(place) = place {
                *place = operation["value"].clone();
            }
        }
        if let Value::Object(object) = object {
            resource.body = ResourceBody::Patched(object);
        }
    }
    resource
}
