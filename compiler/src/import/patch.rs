//! What EFL has no field for, and the upstream schema knows: a patch of the declaration.

use crate::{
    rules::patch_owned_field::is_owned,
    schema::{self, Schema},
    spec::Patch,
    value::as_json,
};
use serde_json::Value as Json;

/// A patch of a declaration.
pub(super) fn of(declaration: &str, kind: &str, json: &Json) -> Patch {
    let (declaration, kind) = (declaration.to_owned(), kind.to_owned());
    Patch { declaration, kind, patch: as_json::from_json(json) }
}

/// Whether the checker takes a patch of a kind (`KnativeService` for Knative's Service).
pub(super) fn fits(kind: &str, json: &Json) -> bool {
    schema::of(kind).is_some_and(|schema| is_known(&schema.root(), json, ""))
}

fn is_known(schema: &Schema<'_>, json: &Json, path: &str) -> bool {
    match json {
        Json::Object(map) => map.iter().all(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            !is_owned(&path) && schema.property(key).is_some_and(|inner| is_known(&inner, value, &path))
        }),
        Json::Array(list) => {
            schema.items().is_some_and(|items| list.iter().all(|value| is_known(&items, value, path)))
        }
        Json::String(_) => schema.takes("string"),
        Json::Bool(_) => schema.takes("boolean"),
        Json::Number(_) => schema.takes("number") || schema.takes("integer"),
        Json::Null => false,
    }
}
