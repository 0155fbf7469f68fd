//! Import: Orchestrators come back as the programs they were; Argo's resources become programs that do the same.

mod common;
#[path = "import/specs.rs"]
mod specs;
#[path = "import/support.rs"]
mod support;

use common::files::{Disk, examples, root};
use efl_compiler::{db::Database, import, project, spec::OrchestratorSpec};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use specs::Choices;
use std::fs;
use support::errors;

/// The Orchestrator as a program, compiled again.
fn round_trip(
    name: &str,
    description: Option<&str>,
    spec: &OrchestratorSpec,
) -> (String, Result<OrchestratorSpec, String>) {
    let spec = serde_json::from_value(serde_json::to_value(spec).expect("a spec is JSON"));
    let spec: OrchestratorSpec = spec.expect("what was written can be read");
    let system = import::orchestrator_project(name, "city", description, &spec);
    let text = system.files["main.efl"].to_string();
    let db = Database::load(&system, &["main.efl".to_owned()]);
    let file = db.file("main.efl").expect("it was loaded");
    let found = errors(&db, file);
    if !found.is_empty() {
        return (text, Err(found.join("\n")));
    }
    let mut compiled = project::orchestrators(&db, file);
    assert_eq!(compiled.len(), 1, "{text}");
    let again = compiled.remove(0);
    assert_eq!((again.name.as_str(), again.namespace.as_str()), (name, "city"));
    assert_eq!(again.description.as_deref(), description);
    (text, Ok(again.spec))
}

#[track_caller]
fn comes_back(name: &str, description: Option<&str>, spec: &OrchestratorSpec) {
    let json = |spec: &OrchestratorSpec| serde_json::to_value(spec).expect("a spec is JSON");
    assert_eq!(import::unsayable(spec), []);
    match round_trip(name, description, spec) {
        (text, Err(errors)) => panic!("{errors}\nin\n{text}"),
        (text, Ok(again)) => assert_eq!(json(&again), json(spec), "{text}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_valid_orchestrator_comes_back(choices in prop::collection::vec(any::<u32>(), 300)) {
        let mut choices = Choices::new(&choices);
        let description = choices.maybe(Choices::line);
        comes_back("pipe", description.as_deref(), &specs::spec(&mut choices));
    }
}

#[test]
fn the_orchestrator_of_every_example_comes_back() {
    let mut count = 0;
    for path in examples() {
        let db = Database::load(&Disk, std::slice::from_ref(&path));
        let file = db.file(&path).expect("it was loaded");
        for orc in project::orchestrators(&db, file) {
            comes_back(&orc.name, orc.description.as_deref(), &orc.spec);
            count += 1;
        }
    }
    assert!(count >= 10, "only {count} orchestrators in the examples");
}

/// Imports a fixture and compares it with the file beside it; `EFL_UPDATE=1` writes that.
fn fixture(name: &str) -> import::Imported {
    let path = root().join("compiler/tests/import").join(name);
    let yaml = fs::read_to_string(path.with_extension("yaml")).expect("the fixture");
    let imported = import::import(&yaml).expect("it can be imported");
    if std::env::var_os("EFL_UPDATE").is_some() {
        fs::write(path.with_extension("efl"), &imported.efl).expect("the expectation can be written");
    }
    let expected = fs::read_to_string(path.with_extension("efl")).unwrap_or_default();
    assert_eq!(imported.efl, expected, "run with EFL_UPDATE=1 and review");
    for note in &imported.notes {
        let line = imported.efl.lines().nth(note.line as usize - 1).unwrap_or_default();
        assert!(line.trim_start().starts_with("// "), "{note:?} stands at {line}");
    }
    imported
}

#[test]
fn what_efl_says_compiles_unaided() {
    for (name, rules) in [("crossing", 2), ("workflow", 2), ("alternatives", 6)] {
        let imported = fixture(name);
        let (orchestrators, _) =
            support::compiled(&imported.efl).unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
        assert_eq!(orchestrators.iter().map(|orc| orc.rules.len()).sum::<usize>(), rules);
    }
}

#[test]
fn what_efl_does_not_say_does_not_compile() {
    let imported = fixture("holes");
    let errors = support::compiled(&imported.efl).expect_err("it has holes");
    for wanted in ["unknown bus", "unknown kind of source", "`image`", "expected a condition", "after `and`"]
    {
        assert!(errors.iter().any(|error| error.contains(wanted)), "no `{wanted}` in {errors:#?}");
    }
}

#[test]
fn an_orchestrator_is_read_from_yaml() {
    let yaml = "
apiVersion: efl.dev/v1alpha1
kind: Orchestrator
metadata:
  name: doors
  namespace: house
  labels: { team: safety, efl.dev/orchestrator: doors }
  annotations: { efl.dev/description: Rings. }
spec:
  sources:
  - name: front
    kind: webhook
    fields: { port: 12000, auth: { secretKeyRef: { name: doors, key: token } } }
    events: [{ name: opened, type: '{ at: string }', fields: { path: /opened } }]
  functions:
  - { name: siren, image: 'registry.house.example/siren:1', resources: { cpu: { request: 100m } } }
  rules: [{ name: ring, on: 'opened[at != \"noon\"]', run: siren(opened) }]
status: { phase: Running }
";
    let imported = import::import(yaml).expect("it can be imported");
    let expected = "\
// Orchestrator/doors spec.functions[0].resources.cpu: a request without a limit, or a limit without a
// request, has no form in EFL
//   request: 100m
// Orchestrator/doors: labels and annotations are for those who apply it
//   metadata:
//     labels:
//       team: safety
/// Rings.
orchestrator doors {
  namespace: \"house\"

  source front: webhook {
    port: 12000
    auth: secret(\"doors\", \"token\")
    event opened: { at: string } { path: \"/opened\" }
  }

  function siren { image: \"registry.house.example/siren:1\" }

  rule ring on opened[at != \"noon\"] {
    siren(opened)
  }
}
";
    assert_eq!(imported.efl, expected);
    assert_eq!(imported.notes.len(), 2);
    support::compiled(&imported.efl).expect("it compiles");
}

#[test]
fn what_is_no_resource_says_so() {
    for (yaml, expected) in [
        ("", "there is nothing in the input"),
        ("# nothing\n---\n", "there is nothing in the input"),
        ("a: [1", "this is no YAML"),
        ("a: 1", "document 1 is no Kubernetes resource: it has no `apiVersion`"),
        ("apiVersion: v1\nkind: Pod", "it has no `metadata.name`"),
        ("- 1", "it has no `apiVersion`"),
        (
            "apiVersion: efl.dev/v1alpha1\nkind: Orchestrator\nmetadata: { name: x }\nspec: { ruls: [] }",
            "the Orchestrator `x` is not valid: unknown field `ruls`",
        ),
    ] {
        let error = import::import(yaml).expect_err(yaml).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// The specs of the resources of a kind, without what their names are in.
fn specs(resources: &[Json], kind: &str) -> Vec<Json> {
    let of_kind = resources.iter().filter(|resource| resource["kind"] == kind);
    of_kind
        .map(|resource| json!({ "name": resource["metadata"]["name"], "spec": resource["spec"] }))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// The catalogue read backwards is its inverse: an EventSource of any kind is imported as the source it came from.
    #[test]
    fn any_event_source_comes_back(choices in prop::collection::vec(any::<u32>(), 200)) {
        let spec = specs::sources_alone(&mut Choices::new(&choices));
        let system = import::orchestrator_project("pipe", "city", None, &spec);
        let (_, made) = support::compiled(&system.files["main.efl"]).expect("it compiles");
        let sources: Vec<Json> = made.into_iter().filter(|resource| resource["kind"] == "EventSource").collect();
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": sources });
        let imported = import::import(&list.to_string()).expect("it can be imported");
        let (_, again) = support::compiled(&imported.efl).unwrap_or_else(|e| panic!("{e:#?} in\n{}", imported.efl));
        let spec_of = |resources: &[Json]| -> Vec<Json> {
            specs(resources, "EventSource").into_iter().map(|source| source["spec"].clone()).collect()
        };
        prop_assert_eq!(spec_of(&again), spec_of(&sources), "{}", imported.efl);
    }

    /// A Knative service is imported as the function it came from.
    #[test]
    fn any_function_comes_back(choices in prop::collection::vec(any::<u32>(), 120)) {
        let functions = specs::functions(&mut Choices::new(&choices));
        let program = |functions: &str| format!(
            "{functions}\norchestrator pipe {{\n  namespace: \"city\"\n  source s: calendar {{\n    event e {{ interval: 10s }}\n  }}\n  \
             rule r on e {{\n    f0(e)\n    f1(e)\n  }}\n}}\n"
        );
        let spec = OrchestratorSpec { functions, ..OrchestratorSpec::default() };
        let text = import::orchestrator_to_efl("pipe", "city", None, &spec);
        let inner: String = text.lines().filter(|line| line.starts_with("  ") || line.is_empty()).skip(1).collect::<Vec<_>>().join("\n").replace("\n  ", "\n");
        let (_, made) = support::compiled(&program(&inner)).expect("it compiles");
        let services: Vec<Json> = made.into_iter().filter(|r| r["apiVersion"] == "serving.knative.dev/v1").collect();
        let mut renamed = services.clone();
        for service in &mut renamed {
            let name = service["metadata"]["name"].as_str().unwrap_or_default().replace("pipe-", "");
            service["metadata"] = json!({ "name": name, "namespace": "city" });
        }
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": renamed });
        let imported = import::import(&list.to_string()).expect("it can be imported");
        let (_, again) = support::compiled(&program(&imported.efl)).unwrap_or_else(|e| panic!("{e:#?} in\n{}", imported.efl));
        let again: Vec<Json> = again.into_iter().filter(|r| r["apiVersion"] == "serving.knative.dev/v1").collect();
        prop_assert_eq!(specs(&again, "Service"), specs(&services, "Service"), "{}", imported.efl);
    }
}
