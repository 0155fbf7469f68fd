//! The CustomResourceDefinitions, generated from the types of [`crate::spec`]: what a schema can say of a local mistake,
//! the API server says.
//!
//! A structural schema has no references, no unions and no null. The cost of its CEL rules is bounded by the bounds of
//! the data, so every text, list and map has one (a test walks both).
//! Upstream: `k8s.io/apiextensions-apiserver/pkg/apiserver/schema`.

use crate::spec::{OrchestratorSpec, OrchestratorStatus, PlacementDecisionSpec, PlacementDecisionStatus};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The longest name of an orchestrator: its shortest source still fits its EventSource.
const LONGEST_NAME: usize = 45;

/// Both definitions, ready to be applied.
pub fn crds() -> Vec<Value> {
    let orchestrator =
        Names { kind: "Orchestrator", singular: "orchestrator", plural: "orchestrators", short: "orc" };
    let decision = Names {
        kind: "PlacementDecision",
        singular: "placementdecision",
        plural: "placementdecisions",
        short: "pd",
    };
    vec![
        definition(
            &orchestrator,
            "One pipeline: which events arrive, what runs in answer, and where it may run.",
            &schema::<OrchestratorSpec>(),
            &schema::<OrchestratorStatus>(),
            &[
                column("Phase", ".status.phase", "string"),
                column("Engine", ".spec.engine", "string"),
                column("Clusters", ".status.selected", "string"),
                column("Ready", r#".status.conditions[?(@.type=="Ready")].status"#, "string"),
            ],
        ),
        definition(
            &decision,
            "Where an orchestrator runs: the question, the answer and its reasons.",
            &schema::<PlacementDecisionSpec>(),
            &schema::<PlacementDecisionStatus>(),
            &[
                column("Selected", ".status.selected", "string"),
                column("Decision", ".status.decisionId", "integer"),
                column("Move", ".status.migration.phase", "string"),
                column("Fresh", r#".status.conditions[?(@.type=="MetricsFresh")].status"#, "string"),
            ],
        ),
    ]
}

struct Names {
    kind: &'static str,
    singular: &'static str,
    plural: &'static str,
    short: &'static str,
}

fn column(name: &str, path: &str, ty: &str) -> Value {
    json!({ "name": name, "type": ty, "jsonPath": path })
}

fn definition(names: &Names, description: &str, spec: &Value, status: &Value, columns: &[Value]) -> Value {
    let Names { kind, singular, plural, short } = names;
    let age = column("Age", ".metadata.creationTimestamp", "date");
    let columns: Vec<&Value> = columns.iter().chain([&age]).collect();
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": format!("{plural}.efl.dev"),
            "labels": { "app.kubernetes.io/managed-by": "efl" },
        },
        "spec": {
            "group": "efl.dev",
            "scope": "Namespaced",
            "names": {
                "kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": singular,
                "shortNames": [short], "categories": ["efl"],
            },
            "versions": [{
                "name": "v1alpha1",
                "served": true,
                "storage": true,
                "subresources": { "status": {} },
                "additionalPrinterColumns": columns,
                "schema": { "openAPIV3Schema": {
                    "type": "object",
                    "description": description,
                    "required": ["spec"],
                    "properties": {
                        "apiVersion": { "type": "string" },
                        "kind": { "type": "string" },
                        "metadata": { "type": "object", "properties": { "name": {
                            "type": "string", "maxLength": LONGEST_NAME,
                            "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$",
                        } } },
                        "spec": spec,
                        "status": status,
                    },
                } },
            }],
        },
    })
}

/// The structural schema of a type.
fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    structural(&mut schema);
    schema
}

/// Makes a JSON schema structural.
fn structural(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    for key in ["anyOf", "oneOf"] {
        if let Some(Value::Array(alternatives)) = object.shift_remove(key) {
            merge(object, alternatives);
        }
    }
    if let Some(constant) = object.shift_remove("const") {
        object.insert("enum".to_owned(), json!([constant]));
    }
    if let Some(Value::Array(types)) = object.get("type") {
        let ty = types.iter().find(|ty| *ty != "null").cloned().unwrap_or_default();
        object.insert("type".to_owned(), ty);
    }
    // `title` repeats the type's name; a default would be written into every object; the formats are Rust's.
    for key in ["title", "default", "format"] {
        object.shift_remove(key);
    }
    // Unknown fields are pruned or refused without it, and it excludes `properties`.
    match object.get("additionalProperties") {
        Some(Value::Bool(false)) => {
            object.shift_remove("additionalProperties");
        }
        Some(Value::Bool(true)) => {
            object.shift_remove("additionalProperties");
            object.insert("x-kubernetes-preserve-unknown-fields".to_owned(), json!(true));
        }
        _ => {}
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = object.get_mut(key) {
            structural(inner);
        }
    }
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().for_each(structural);
    }
    bound_by_words(object);
}

/// An optional type is what it is when given; an enum is the texts of its variants, with what they mean.
fn merge(object: &mut Map<String, Value>, alternatives: Vec<Value>) {
    let given: Vec<Value> =
        alternatives.into_iter().filter(|a| a.get("type") != Some(&json!("null"))).collect();
    if let [only] = given.as_slice() {
        for (key, value) in only.as_object().into_iter().flatten() {
            object.entry(key).or_insert_with(|| value.clone());
        }
        return;
    }
    let mut words = Vec::new();
    let mut meaning = object.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    for variant in &given {
        let listed = variant.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
        for word in variant.get("const").cloned().into_iter().chain(listed) {
            if let (Some(word), Some(text)) =
                (word.as_str(), variant.get("description").and_then(Value::as_str))
            {
                let _ = write!(meaning, "\n- {word}: {text}"); // a String takes everything
            }
            words.push(word);
        }
    }
    object.insert("type".to_owned(), json!("string"));
    object.insert("description".to_owned(), json!(meaning.trim()));
    object.insert("enum".to_owned(), json!(words));
}

/// The words of an enum bound its length themselves.
fn bound_by_words(object: &mut Map<String, Value>) {
    if object.get("enum").is_some() {
        object.shift_remove("maxLength");
        object.shift_remove("minLength");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every schema in a schema, with its path.
    fn walk(path: &str, schema: &Value, visit: &mut impl FnMut(&str, &Map<String, Value>)) {
        let Value::Object(object) = schema else { panic!("{path} is no schema: {schema}") };
        visit(path, object);
        for (name, property) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            walk(&format!("{path}.{name}"), property, visit);
        }
        for key in ["items", "additionalProperties"] {
            if let Some(inner) = object.get(key) {
                walk(&format!("{path}[]"), inner, visit);
            }
        }
    }

    fn schemas(mut visit: impl FnMut(&str, &Map<String, Value>)) {
        for crd in crds() {
            let kind = crd["spec"]["names"]["kind"].as_str().unwrap().to_owned();
            for part in ["spec", "status"] {
                let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"][part];
                walk(&format!("{kind}.{part}"), schema, &mut visit);
            }
        }
    }

    #[test]
    fn schemas_are_structural() {
        let known = [
            "type",
            "description",
            "properties",
            "required",
            "items",
            "additionalProperties",
            "enum",
            "pattern",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "maxProperties",
            "x-kubernetes-validations",
            "x-kubernetes-list-type",
            "x-kubernetes-list-map-keys",
            "x-kubernetes-preserve-unknown-fields",
        ];
        schemas(|path, schema| {
            for key in schema.keys() {
                assert!(known.contains(&key.as_str()), "{path}: {key}");
            }
            assert!(schema.get("type").is_some_and(Value::is_string), "{path} has no type");
            assert!(schema.get("description").is_some() || path.ends_with("[]"), "{path} has no description");
        });
    }

    #[test]
    fn everything_has_a_bound() {
        schemas(|path, schema| match schema["type"].as_str().unwrap() {
            "string" => assert!(schema.contains_key("maxLength") || schema.contains_key("enum"), "{path}"),
            "array" => assert!(schema.contains_key("maxItems"), "{path}"),
            "object" if schema.contains_key("additionalProperties") => {
                assert!(schema.contains_key("maxProperties"), "{path}");
            }
            _ => {}
        });
    }

    #[test]
    fn lists_of_named_things_are_maps_by_name() {
        schemas(|path, schema| {
            let Some(keys) = schema.get("x-kubernetes-list-map-keys") else { return };
            assert_eq!(schema["x-kubernetes-list-type"], "map", "{path}");
            for key in keys.as_array().unwrap() {
                let required = schema["items"]["required"].as_array().unwrap_or_else(|| panic!("{path}"));
                assert!(required.contains(key), "{path} needs {key}");
            }
        });
    }

    #[test]
    fn the_definitions() {
        let yaml: Vec<String> = crds().iter().map(|crd| crate::yaml::to_string(crd).unwrap()).collect();
        insta::assert_snapshot!(yaml.join("---\n"));
    }
}
