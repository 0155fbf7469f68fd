//! The input: YAML or JSON documents as resources, out of which importers *take* what they understand.

use super::{ImportError, text::Remark};
use serde_json::{Map, Value as Json};

/// A resource of the input.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Resource {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    /// What no importer has taken yet: `metadata` without the names, `spec` and anything else.
    pub(super) rest: Json,
}

/// What the API server writes into every object, and what says nothing about what a resource does.
const SERVERS: [&[&str]; 9] = [
    &["status"],
    &["metadata", "uid"],
    &["metadata", "creationTimestamp"],
    &["metadata", "generation"],
    &["metadata", "resourceVersion"],
    &["metadata", "managedFields"],
    &["metadata", "selfLink"],
    &["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
    &["metadata", "ownerReferences"],
];

/// Reads every document; lists become their items.
pub(super) fn resources(yaml: &str) -> Result<Vec<Resource>, ImportError> {
    let documents = documents(yaml)?;
    let mut resources = Vec::new();
    for (at, document) in documents.into_iter().enumerate() {
        if !document.is_null() {
            read(document, at + 1, &mut resources)?;
        }
    }
    if resources.is_empty() { Err(ImportError::Empty) } else { Ok(resources) }
}

/// The documents. JSON is read as such: YAML takes no control characters, which a text of JSON may have.
fn documents(yaml: &str) -> Result<Vec<Json>, ImportError> {
    if yaml.trim_start().starts_with('{')
        && let Ok(json) = serde_json::from_str(yaml)
    {
        return Ok(vec![json]);
    }
    serde_saphyr::from_multiple(yaml)
        .map_err(|error| ImportError::Yaml(error.to_string().trim_end().to_owned()))
}

fn read(mut json: Json, document: usize, into: &mut Vec<Resource>) -> Result<(), ImportError> {
    let missing = |missing| ImportError::NoResource { document, missing };
    let api_version = text(&mut json, &["apiVersion"]).ok_or_else(|| missing("apiVersion"))?;
    let kind = text(&mut json, &["kind"]).ok_or_else(|| missing("kind"))?;
    if let Some(Json::Array(items)) = json.get_mut("items").filter(|_| kind.ends_with("List")).map(Json::take)
    {
        return items.into_iter().try_for_each(|item| read(item, document, into));
    }
    let name = text(&mut json, &["metadata", "name"])
        .or_else(|| {
            text(&mut json, &["metadata", "generateName"]).map(|name| name.trim_end_matches('-').to_owned())
        })
        .ok_or_else(|| missing("metadata.name"))?;
    let namespace = text(&mut json, &["metadata", "namespace"]);
    for path in SERVERS {
        take(&mut json, path);
    }
    into.push(Resource { api_version, kind, name, namespace, rest: json });
    Ok(())
}

impl Resource {
    /// How notes call it: `Sensor/crossing`.
    pub(super) fn at(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }

    /// Whether it is of a kind of an API group.
    pub(super) fn is(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.api_version.split('/').next() == Some(group)
    }

    /// The whole of what is left, as a remark.
    pub(super) fn left(self, place: &str, why: &str) -> Option<Remark> {
        let (at, what) = (self.at(), yaml(&self.rest)?);
        Some(Remark { place: place.to_owned(), at, why: why.to_owned(), what })
    }
}

/// Takes what stands at a path, with the maps on the way that it leaves empty.
pub(super) fn take(json: &mut Json, path: &[&str]) -> Option<Json> {
    let (key, rest) = path.split_first()?;
    let map = json.as_object_mut()?;
    if rest.is_empty() {
        return map.shift_remove(*key);
    }
    let inner = map.get_mut(*key)?;
    let taken = take(inner, rest)?;
    if inner.as_object().is_some_and(Map::is_empty) {
        map.shift_remove(*key);
    }
    Some(taken)
}

/// What stands at a path.
pub(super) fn peek<'a>(json: &'a Json, path: &[&str]) -> Option<&'a Json> {
    path.iter().try_fold(json, |json, key| json.get(key))
}

/// Takes what stands at a path if it is what is wanted; else it stays, for a comment.
pub(super) fn take_as<T>(
    json: &mut Json,
    path: &[&str],
    wanted: impl FnOnce(&Json) -> Option<T>,
) -> Option<T> {
    let found = wanted(peek(json, path)?)?;
    take(json, path);
    Some(found)
}

/// Takes text.
pub(super) fn text(json: &mut Json, path: &[&str]) -> Option<String> {
    take_as(json, path, |json| json.as_str().map(str::to_owned))
}

/// Takes text that is not empty; an empty one is as good as none, and is gone.
pub(super) fn word(json: &mut Json, path: &[&str]) -> Option<String> {
    text(json, path).filter(|text| !text.is_empty())
}

/// Takes a flag.
pub(super) fn flag(json: &mut Json, path: &[&str]) -> Option<bool> {
    take_as(json, path, Json::as_bool)
}

/// Takes a whole number, also one written as text.
pub(super) fn int(json: &mut Json, path: &[&str]) -> Option<i64> {
    take_as(json, path, |json| json.as_i64().or_else(|| json.as_str()?.parse().ok()))
}

/// Takes the elements of a list.
pub(super) fn list(json: &mut Json, path: &[&str]) -> Vec<Json> {
    take_as(json, path, |json| json.as_array().cloned()).unwrap_or_default()
}

/// Takes the entries of a map.
pub(super) fn map(json: &mut Json, path: &[&str]) -> Vec<(String, Json)> {
    let entries = take_as(json, path, |json| json.as_object().cloned()).unwrap_or_default();
    entries.into_iter().collect()
}

/// Whether nothing is said: empty maps, empty lists and null say nothing.
pub(super) fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Object(map) => map.values().all(is_empty),
        Json::Array(list) => list.iter().all(is_empty),
        _ => false,
    }
}

/// What is left, as YAML; `None` when it says nothing.
pub(super) fn yaml(json: &Json) -> Option<String> {
    if is_empty(json) {
        return None;
    }
    let text = crate::yaml::to_string(json).unwrap_or_else(|_| json.to_string());
    Some(text.trim_end().to_owned())
}
