//! What the custom resource definitions refuse by themselves. At level 1 a real API server takes the definitions, and
//! answers; else only the part of the schema that JSON Schema can say is tried.

mod common;

use common::level::{install_definitions, kubectl, level1};
use efl_compiler::expand::crds::crds;
use serde_json::{Value, json};

fn orchestrator() -> Value {
    json!({
        "apiVersion": "efl.dev/v1alpha1",
        "kind": "Orchestrator",
        "metadata": { "name": "o", "namespace": "default" },
        "spec": {
            "engine": "Argo",
            "eventBus": { "jetstreamExotic": { "url": "tls://nats:4222" } },
            "sources": [{
                "name": "s", "kind": "webhook", "fields": { "port": 1 },
                "events": [{ "name": "e", "fields": { "path": "/e" } }],
            }],
            "functions": [{
                "name": "f", "image": "i:1", "scale": { "min": 0, "max": 2 },
                "env": [{ "name": "A", "value": "x" }],
            }],
            "workflows": [{ "name": "w", "body": "f()" }],
            "rules": [{ "name": "r", "when": "e", "run": "f(e)" }],
            "placement": { "clusters": ["a"], "weights": { "cpu": 1, "memory": 0 } },
        },
    })
}

/// Who refuses a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum By {
    /// The schema.
    Schema,
    /// A CEL rule, or what lists of kind `map` and `set` are.
    Server,
    /// Nobody.
    Nobody,
}

/// Changes of a good Orchestrator: (where, what stands there then, who refuses it).
fn changes() -> Vec<(&'static str, Value, By)> {
    use By::{Nobody, Schema, Server};
    vec![
        ("/metadata/name", json!("a.b"), Schema),
        ("/metadata/name", json!("1a"), Schema),
        ("/metadata/name", json!("x".repeat(46)), Schema),
        ("/spec/engine", json!("argo"), Schema),
        ("/spec/eventBus", json!({}), Server),
        (
            "/spec/eventBus",
            json!({ "jetstream": { "version": "latest" }, "jetstreamExotic": { "url": "tls://n" } }),
            Server,
        ),
        ("/spec/eventBus", json!({ "jetstream": { "version": "latest", "replicas": 2 } }), Server),
        ("/spec/eventBus", json!({ "jetstream": { "version": "latest", "replicas": 3 } }), Nobody),
        ("/spec/targetNamespace", json!("kube-system"), Server),
        ("/spec/targetNamespace", json!("Foo"), Schema),
        ("/spec/targetNamespace", json!("smart-city"), Nobody),
        ("/spec/sources/0/name", json!("Foo"), Schema),
        ("/spec/sources/0/events", json!([]), Schema),
        ("/spec/sources/0", json!({ "name": "s", "events": [{ "name": "e" }] }), Schema),
        ("/spec/types", json!([{ "name": "T", "type": "int" }, { "name": "T", "type": "string" }]), Server),
        ("/spec/functions/0", json!({ "name": "f" }), Schema),
        ("/spec/functions/0/scale", json!({ "min": 3, "max": 2 }), Server),
        ("/spec/functions/0/scale", json!({ "min": 3, "max": 0 }), Nobody),
        ("/spec/functions/0/env/0", json!({ "name": "A" }), Server),
        (
            "/spec/functions/0/env/0",
            json!({ "name": "A", "value": "x", "secret": { "name": "a", "key": "b" } }),
            Server,
        ),
        ("/spec/functions/0/timeout", json!("10"), Schema),
        ("/spec/functions/0/timeout", json!("1.5s"), Nobody),
        ("/spec/functions/0/concurrency", json!(1001), Schema),
        ("/spec/functions/0/resources", json!({ "cpu": { "request": "much" } }), Schema),
        ("/spec/rules/0", json!({ "name": "r", "when": "e" }), Schema),
        ("/spec/rules/0/when", json!(""), Schema),
        ("/spec/rules/0/rate", json!("0/s"), Schema),
        ("/spec/rules/0/delivery", json!("Maybe"), Schema),
        ("/spec/placement/clusters", json!(["a", "a"]), Server),
        ("/spec/placement/clusterSelector", json!("region == \"x\""), Server),
        ("/spec/placement/weights", json!({ "cpu": 0, "memory": 0 }), Server),
        ("/spec/placement/weights", json!({ "cpu": -1, "memory": 2 }), Schema),
        ("/spec/placement/replicas", json!(0), Schema),
        ("/spec/placement/margin", json!(1.5), Schema),
    ]
}

fn changed(path: &str, value: &Value) -> Value {
    let mut object = orchestrator();
    let (parent, key) = path.rsplit_once('/').expect("a path");
    let parent = object.pointer_mut(parent).unwrap_or_else(|| panic!("{path}"));
    match parent {
        Value::Object(fields) => {
            fields.insert(key.to_owned(), value.clone());
        }
        Value::Array(items) => items[key.parse::<usize>().expect("a position")] = value.clone(),
        _ => panic!("{path}"),
    }
    object
}

#[test]
fn the_schema_refuses_what_it_can() {
    let crds = crds();
    let schema = &crds[0]["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let validator = jsonschema::validator_for(schema).expect("a schema");
    assert!(validator.is_valid(&orchestrator()));
    for (path, value, by) in changes() {
        let errors: Vec<String> =
            validator.iter_errors(&changed(path, &value)).map(|e| e.to_string()).collect();
        assert_eq!(!errors.is_empty(), by == By::Schema, "{path} = {value}: {errors:?}");
    }
}

#[test]
fn a_real_api_server_refuses_the_rest() {
    if !level1("our own definitions in a real API server") {
        return;
    }
    let answer = install_definitions();
    assert!(!answer.contains("Warning"), "{answer}");
    let apply = ["apply", "--server-side", "--dry-run=server", "-f", "-"];
    kubectl(&apply, &orchestrator().to_string()).expect("a good one is taken");
    for (path, value, by) in changes() {
        let answer = kubectl(&apply, &changed(path, &value).to_string());
        assert_eq!(answer.is_err(), by != By::Nobody, "{path} = {value}: {answer:?}");
    }
}
