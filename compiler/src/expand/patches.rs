//! The author's own fields, merged into what a declaration became (RFC 7386, JSON Merge Patch).

use super::{ExpandError, Resource, ResourceBody};
use crate::spec::Patch;
use serde_json::{Map, Value};

/// Merges every patch into the resources of its declaration and kind.
pub(super) fn apply(resources: &mut [Resource<'_>], patches: &[Patch]) -> Vec<ExpandError> {
    let mut errors = Vec::new();
    for patch in patches {
        let mut found = false;
        for resource in resources.iter_mut().filter(|r| r.kind == patch.kind && belongs(r, patch)) {
            found = true;
            errors.extend(merge_into(resource, patch).err());
        }
        // Policies depend on where it runs: there may be none.
        if !found && !patch.kind.ends_with("Policy") {
            let kind = &patch.kind;
            let message = format!("there is no {kind} to patch here");
            errors.push(error(patch, message, "see what the declaration becomes with `efl compile`"));
        }
    }
    errors
}

/// Whether a resource comes from the patched declaration. A patch of the orchestrator is one of what comes from it as a
/// whole, and of any kind of which it has one for all of its declarations.
fn belongs(resource: &Resource<'_>, patch: &Patch) -> bool {
    resource.declaration == patch.declaration || !patch.declaration.contains('/')
}

fn merge_into(resource: &mut Resource<'_>, patch: &Patch) -> Result<(), ExpandError> {
    let broken = |e: serde_json::Error| error(patch, e.to_string(), "this is a mistake of the compiler");
    let Value::Object(mut object) = serde_json::to_value(&*resource).map_err(broken)? else { return Ok(()) };
    let identity = identity(&object);
    let changes = serde_json::to_value(&patch.patch).map_err(broken)?;
    if let Value::Object(changes) = changes {
        merge_map(&mut object, changes);
    }
    if self::identity(&object) != identity {
        let message = "a patch cannot change the apiVersion, kind, name or namespace of a resource";
        return Err(error(patch, message, "leave them out"));
    }
    resource.body = ResourceBody::Patched(object);
    Ok(())
}

/// What makes a resource the one it is.
fn identity(object: &Map<String, Value>) -> [Option<Value>; 4] {
    let metadata = object.get("metadata");
    let of = |key: &str| metadata.and_then(|metadata| metadata.get(key)).cloned();
    [object.get("apiVersion").cloned(), object.get("kind").cloned(), of("name"), of("namespace")]
}

/// RFC 7386: maps are merged, null removes, anything else replaces.
fn merge_map(target: &mut Map<String, Value>, changes: Map<String, Value>) {
    for (key, change) in changes {
        match (target.get_mut(&key), change) {
            (_, Value::Null) => {
                target.shift_remove(&key);
            }
            (Some(Value::Object(inner)), Value::Object(changes)) => merge_map(inner, changes),
            (_, Value::Object(changes)) => {
                let mut inner = Map::new();
                merge_map(&mut inner, changes);
                target.insert(key, Value::Object(inner));
            }
            (_, change) => {
                target.insert(key, change);
            }
        }
    }
}

fn error(patch: &Patch, message: impl Into<String>, help: &str) -> ExpandError {
    ExpandError { declaration: patch.declaration.clone(), message: message.into(), help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The examples of RFC 7386, appendix A, that are maps.
    #[test]
    fn patches_merge_as_the_rfc_says() {
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (target, patch, expected) in cases {
            let (Value::Object(mut target), Value::Object(patch)) = (target, patch) else { unreachable!() };
            merge_map(&mut target, patch.clone());
            assert_eq!(Value::Object(target), expected, "{patch:?}");
        }
    }
}
