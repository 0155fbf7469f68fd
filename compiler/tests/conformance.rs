//! Everything emitted is what upstream takes: closed schemas for every document of every example and of random programs;
//! at level 1 a real API server too.

mod common;

use common::{
    files::{Disk, examples, root},
    json::same,
    level::{install_definitions, kubectl, level1},
    program::{FLEET, plan},
};
use efl_compiler::{
    compile::{self, Options},
    db::Database,
    diag::Level,
    project,
    system::MemorySystem,
    yaml,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, OnceLock},
};

/// The validator of a kind.
fn validator(kind: &str) -> &'static jsonschema::Validator {
    static ALL: OnceLock<BTreeMap<String, jsonschema::Validator>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let folder = root().join("compiler/schemas");
        let files = fs::read_dir(folder).expect("the schemas").filter_map(|e| Some(e.ok()?.path()));
        let json = files.filter(|p| p.extension().is_some_and(|e| e == "json"));
        json.map(|path| {
            let schema: Value =
                serde_json::from_str(&fs::read_to_string(&path).expect("a schema")).expect("JSON");
            let name = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
            (name, jsonschema::validator_for(&schema).expect("a valid schema"))
        })
        .collect()
    });
    all.get(kind).unwrap_or_else(|| panic!("no schema for {kind}"))
}

/// What upstream would refuse of a document; the Workflow inside a Sensor's trigger counts as a document of its own.
fn refused(document: &Value) -> Vec<String> {
    let kind = document["kind"].as_str().unwrap_or_default();
    let group = document["apiVersion"].as_str().unwrap_or_default();
    if group.starts_with("efl.dev/") {
        return Vec::new();
    }
    let schema = if group.starts_with("serving.knative.dev") { "KnativeService" } else { kind };
    let mut found: Vec<String> = validator(schema)
        .iter_errors(document)
        .map(|e| format!("{kind} {}: {}: {e}", document["metadata"]["name"], e.instance_path()))
        .collect();
    if kind == "Sensor" {
        for trigger in document["spec"]["triggers"].as_array().into_iter().flatten() {
            let inner = &trigger["template"]["k8s"]["source"]["resource"];
            if inner["kind"] == "Workflow" {
                let errors = validator("Workflow").iter_errors(inner);
                found
                    .extend(errors.map(|e| format!("the Workflow of a trigger: {}: {e}", e.instance_path())));
            }
        }
    }
    found
}

/// The resources of a file for each way to place them, as YAML text and as data.
fn compiled(db: &Database, path: &str) -> Vec<Value> {
    let file = db.file(path).expect("it was loaded");
    let mut documents = Vec::new();
    for orc in project::orchestrators(db, file) {
        let resources =
            compile::resources(&orc, &Options::default()).unwrap_or_else(|e| panic!("{path}: {}", e[0]));
        for resource in &resources {
            let direct = serde_json::to_value(resource).expect("it has a JSON form");
            let text = yaml::to_string(resource).expect("it has a YAML form");
            let read: Value = serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}\n{text}"));
            assert!(same(&direct, &read), "{path}: YAML and JSON differ:\n{text}");
            documents.push(direct);
        }
    }
    documents
}

#[test]
fn every_example_is_what_upstream_takes() {
    let mut documents = 0;
    for path in &examples() {
        let db = Database::load(&Disk, std::slice::from_ref(path));
        for document in compiled(&db, path) {
            let errors = refused(&document);
            assert!(errors.is_empty(), "{path}:\n{}", errors.join("\n"));
            documents += 1;
        }
    }
    assert!(documents > 100, "only {documents} documents");
}

/// A generated program, loaded.
fn load(text: &str) -> Database {
    let mut system = MemorySystem::default();
    system.files.insert("main.efl".to_owned(), Arc::from(text));
    system.files.insert("fleet.efl".to_owned(), Arc::from(FLEET));
    Database::load(&system, &["main.efl".to_owned()])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn generated_programs_are_valid_and_what_upstream_takes(plan in plan()) {
        let text = plan.text();
        let db = load(&text);
        let file = db.file("main.efl").expect("it was loaded");
        let errors: Vec<String> = project::diagnostics(&db, file)
            .into_iter()
            .filter(|d| d.level == Level::Error)
            .map(|d| format!("{}: {}", d.rule.code, d.message))
            .collect();
        prop_assert!(errors.is_empty(), "{errors:?}\n{text}");
        for document in compiled(&db, "main.efl") {
            let errors = refused(&document);
            prop_assert!(errors.is_empty(), "{}\n{text}", errors.join("\n"));
        }
    }
}

/// The API server takes a file's resources by server-side apply.
fn applied(documents: &[Value]) -> Result<String, String> {
    let namespaces: std::collections::BTreeSet<&str> =
        documents.iter().filter_map(|d| d["metadata"]["namespace"].as_str()).collect();
    let namespace =
        |name: &str| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    let namespaces: Vec<Value> = namespaces.into_iter().map(namespace).collect();
    let apply = |items: &[Value]| {
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
        let args = ["apply", "--server-side", "--force-conflicts", "--field-manager=efl-test", "-f", "-"];
        kubectl(&args, &list.to_string())
    };
    apply(&namespaces)?;
    apply(documents)
}

#[test]
fn a_real_api_server_takes_every_example() {
    if !level1("every example in a real API server") {
        return;
    }
    install_definitions();
    for path in &examples() {
        let db = Database::load(&Disk, std::slice::from_ref(path));
        let documents = compiled(&db, path);
        if !documents.is_empty() {
            applied(&documents).unwrap_or_else(|e| panic!("{path}: {e}"));
        }
    }
}
