//! Whether compiled resources do the same as those that were imported.

use super::leaves::documents;
use efl_compiler::{
    catalog::{Block, FieldType, Presence, sources},
    schema,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What the compiled resources do otherwise; `None` when they do the same: the same event sources with the same fields,
/// and triggers that act on the same events under the same conditions, by the same means.
pub(crate) fn difference(yaml: &str, resources: &[Json]) -> Option<String> {
    let documents = documents(yaml);
    for document in &documents {
        let found = match document["kind"].as_str() {
            Some("EventSource") => event_source(document, resources),
            Some("Sensor") => sensor(document, resources),
            _ => Some("it holds what is no part of a pipeline".to_owned()),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn of_kind<'a>(resources: &'a [Json], kind: &'a str) -> impl Iterator<Item = &'a Json> {
    resources.iter().filter(move |resource| resource["kind"] == kind)
}

/// Every event of every kind has one in what was compiled, with the same fields.
fn event_source(there: &Json, resources: &[Json]) -> Option<String> {
    for kind in sources::all() {
        for (name, event) in there["spec"][kind.key].as_object().into_iter().flatten() {
            let kebab = name.replace('_', "-").to_lowercase();
            let here =
                of_kind(resources, "EventSource").find_map(|source| source["spec"][kind.key].get(&kebab));
            let Some(here) = here else { return Some(format!("the event `{name}` is gone")) };
            let (mut there, mut here) = (event.clone(), here.clone());
            modernise(kind.key, &mut there);
            without_unknown(kind.key, &mut there);
            for event in [&mut there, &mut here] {
                complete(kind.block, event);
            }
            let (mut a, mut b) = (BTreeMap::new(), BTreeMap::new());
            flat(&there, String::new(), &mut a);
            flat(&here, String::new(), &mut b);
            if let Some(path) = a.keys().chain(b.keys()).find(|path| a.get(*path) != b.get(*path)) {
                return Some(format!("`{path}` of the event `{name}` is another one"));
            }
        }
    }
    None
}

/// The scalars of an object by their paths; texts of Go's durations in milliseconds, numbers as numbers.
fn flat(json: &Json, path: String, into: &mut BTreeMap<String, String>) {
    match json {
        Json::Object(map) => map.iter().for_each(|(key, value)| flat(value, format!("{path}.{key}"), into)),
        Json::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| flat(value, format!("{path}[{at}]"), into));
        }
        Json::String(text) if text.is_empty() => {}
        Json::String(text) => {
            into.insert(path, text.parse::<f64>().map_or(text.clone(), |n| n.to_string()));
        }
        other => {
            into.insert(path, other.to_string());
        }
    }
}

/// Writes out what a block means when nothing is said.
fn complete(block: &Block, json: &mut Json) {
    for field in block.fields {
        let Some(upstream) = field.upstream else { continue };
        if let (Presence::Default(text), None) = (field.presence, at(json, upstream.path)) {
            set(json, upstream.path, Json::String(text.trim_matches('"').to_owned()));
        }
        if let (FieldType::List(FieldType::Record(record)), Some(Json::Array(items))) =
            (field.ty, at(json, upstream.path))
        {
            for item in items {
                complete(record, item);
            }
        }
    }
    for constant in
        block.always.iter().filter(|constant| !constant.json.contains('{') && constant.json != "[]")
    {
        if at(json, constant.path).is_none() {
            set(json, constant.path, Json::String(constant.json.trim_matches('"').to_owned()));
        }
    }
    for nested in block.blocks {
        let home = nested.block.fields.iter().find_map(|field| field.upstream?.path.split_last());
        if home.is_some_and(|(_, home)| at(json, home).is_some()) {
            complete(nested.block, json);
        }
    }
}

fn at<'a>(json: &'a mut Json, path: &[&str]) -> Option<&'a mut Json> {
    path.iter().try_fold(json, |json, key| json.get_mut(*key))
}

/// Sets a text, unless it is empty: that is none.
fn set(json: &mut Json, path: &[&str], value: Json) {
    let text = value.as_str().unwrap_or_default();
    if text.is_empty() {
        return;
    }
    let place = path.iter().fold(json, |json, key| &mut json[*key]);
    // Quantities of bytes are numbers at Argo.
    *place = if text == "1Mi" { Json::from(1_048_576) } else { value };
}

/// Fields that Argo has new ones for, or a default of its own.
fn modernise(kind: &str, json: &mut Json) {
    if kind == "github" && json.get("owner").is_some() {
        json["repositories"] = serde_json::json!([{ "owner": json["owner"], "names": [json["repository"]] }]);
        let map = json.as_object_mut().expect("an event is an object");
        map.remove("owner");
        map.remove("repository");
    }
    if kind == "redisStream" && json.get("consumerGroup").is_none() {
        json["consumerGroup"] = Json::String("argo-events-cg".to_owned());
    }
}

/// Drops what Argo does not know.
fn without_unknown(kind: &str, json: &mut Json) {
    let Some(schema) = schema::of("EventSource") else { return };
    let of_kind = schema.root().property("spec").and_then(|spec| spec.property(kind));
    let Some(event) = of_kind.and_then(|kind| kind.property("any")) else { return };
    if let Some(map) = json.as_object_mut() {
        map.retain(|key, _| event.property(key).is_some());
    }
}

/// Every trigger of a Sensor has one that acts on the same events under the same condition.
fn sensor(there: &Json, resources: &[Json]) -> Option<String> {
    let compiled: Vec<String> = of_kind(resources, "Sensor").flat_map(triggers).collect();
    triggers(there)
        .into_iter()
        .find(|trigger| !compiled.contains(trigger))
        .map(|trigger| format!("no trigger is {trigger}"))
}

/// What triggers act on: their conditions with the events in the place of dependencies, and how often they try.
fn triggers(sensor: &Json) -> Vec<String> {
    let list = |json: &Json| json.as_array().cloned().unwrap_or_default();
    let dependencies: Vec<(String, String)> = list(&sensor["spec"]["dependencies"])
        .iter()
        .map(|dependency| {
            let text = |key: &str| dependency[key].as_str().unwrap_or_default().to_owned();
            (text("name"), text("eventName"))
        })
        .collect();
    let trigger = |trigger: &Json| {
        let template = &trigger["template"];
        let all = dependencies.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>().join(" && ");
        let mut condition = template["conditions"].as_str().unwrap_or(&all).replace(['(', ')'], " ");
        for (name, event) in &dependencies {
            condition = condition
                .split(' ')
                .map(|word| if word == name { event } else { word })
                .collect::<Vec<_>>()
                .join(" ");
        }
        let mut words: Vec<&str> = condition.split_whitespace().collect();
        words.sort_unstable();
        format!("on {} at least once {}", words.join(" "), trigger["atLeastOnce"] == true)
    };
    list(&sensor["spec"]["triggers"]).iter().map(trigger).collect()
}
