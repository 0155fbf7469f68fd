//! Import: Orchestrators come back as the programs they were; Argo's resources become programs that do the same.

#[path = "import/specs.rs"]
mod specs;
#[path = "import/support.rs"]
mod support;

use efl_compiler::{db::Database, import, project, spec::OrchestratorSpec};
use proptest::prelude::*;
use specs::Choices;
use support::{Disk, errors, example_files};

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
    for path in example_files() {
        let db = Database::load(&Disk, std::slice::from_ref(&path));
        let file = db.file(&path).expect("it was loaded");
        for orc in project::orchestrators(&db, file) {
            comes_back(&orc.name, orc.description.as_deref(), &orc.spec);
            count += 1;
        }
    }
    assert!(count >= 10, "only {count} orchestrators in the examples");
}
