//! `efl compile`: what it writes, where, and when it writes nothing.

use super::{Folder, GOOD, bad, unused};

const EXAMPLE: &str = "../examples/crossing-safety";

#[test]
fn one_document_per_resource_with_its_line() {
    let run = Folder::with(&[("good.efl", GOOD)]).efl(&["compile", "good.efl"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let documents: Vec<&str> = run.out.split("---\n").collect();
    assert!(documents.len() > 4 && documents.iter().all(|d| d.starts_with("# good.efl:")), "{}", run.out);
    assert_eq!(run.out.matches("kind: Orchestrator\n").count(), 1);
    assert!(run.out.contains("management: External"));
}

#[test]
fn emit_says_what() {
    let folder = Folder::with(&[("good.efl", GOOD)]);
    let emit = |what: &str| folder.efl(&["compile", "--emit", what, "good.efl"]).out;
    let orchestrator = emit("orchestrator");
    assert!(
        orchestrator.contains("management: Controller") && !orchestrator.contains("---"),
        "{orchestrator}"
    );
    assert!(!emit("resources").contains("kind: Orchestrator"));
    let all = emit("all");
    assert!(emit("resources").split("---\n").all(|document| all.contains(document.trim_end())));
    let crds = Folder::new().efl(&["compile", "--emit", "crds"]);
    assert_eq!((crds.code, crds.out.matches("kind: CustomResourceDefinition").count()), (0, 2));
}

#[test]
fn errors_write_nothing() {
    let folder = Folder::with(&[("bad.efl", &bad())]);
    let run = folder.efl(&["compile", "-o", "out"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("error[E0301]") && run.err.ends_with("1 error in 1 file\n"), "{}", run.err);
    assert_eq!(folder.files(), ["bad.efl"]);
}

#[test]
fn an_error_in_an_import_is_an_error() {
    let folder = Folder::with(&[
        ("types.efl", "type Vehicle = { speed: nmuber }\n"),
        (
            "good.efl",
            &format!(
                "import {{ Vehicle }} from \"types.efl\"\n{}",
                GOOD.replace("{ speed: number } {", "Vehicle {")
            ),
        ),
    ]);
    let run = folder.efl(&["compile", "good.efl"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{}", run.err);
}

#[test]
fn warnings_go_to_standard_error() {
    let run = Folder::with(&[("unused.efl", &unused())]).efl(&["compile"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("warning[E0214]") && !run.err.contains("hint"), "{}", run.err);
    assert!(!run.out.contains("warning"));
}

#[test]
fn a_folder_gets_one_file_per_resource() {
    let folder = Folder::copy(EXAMPLE);
    let before = folder.files();
    let run = folder.efl(&["compile", "-o", "deep/out"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    let made: Vec<String> = folder.files().into_iter().filter(|file| !before.contains(file)).collect();
    assert_eq!(run.err, format!("{} resources in deep/out\n", made.len()));
    assert!(made.iter().all(|file| file.starts_with("deep/out/") && file.ends_with(".yaml")), "{made:?}");
    let mut joined: Vec<String> = made.iter().map(|file| folder.read(file)).collect();
    joined.sort();
    let whole = folder.efl(&["compile"]).out;
    let mut documents: Vec<&str> = whole.split("---\n").collect();
    documents.sort_unstable();
    assert_eq!(joined, documents);
}

#[test]
fn files_of_an_earlier_run_stay() {
    let folder = Folder::with(&[("good.efl", GOOD), ("out/1-sensor-gone.yaml", "kind: Sensor\n")]);
    assert_eq!(folder.efl(&["compile", "-o", "out"]).code, 0);
    assert_eq!(folder.read("out/1-sensor-gone.yaml"), "kind: Sensor\n");
}

#[test]
fn json_is_a_list() {
    let folder = Folder::with(&[("good.efl", GOOD)]);
    let list: serde_json::Value =
        serde_json::from_str(&folder.efl(&["compile", "--format", "json"]).out).expect("JSON");
    assert_eq!(list["kind"], "List");
    let documents = folder.efl(&["compile"]).out.split("---\n").count();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(documents));
    assert_eq!(folder.efl(&["compile", "--format", "json", "-o", "out"]).code, 0);
    for file in folder.files().iter().filter(|file| file.starts_with("out/")) {
        assert!(file.ends_with(".json"), "{file}");
        let object: serde_json::Value = serde_json::from_str(&folder.read(file)).expect("JSON");
        assert!(object["kind"].is_string());
    }
}

#[test]
fn placement_is_what_was_asked_for() {
    let folder = Folder::copy(EXAMPLE);
    let compile = |args: &[&str]| folder.efl(&[&["compile", "crossing.efl"], args].concat());
    assert_ne!(compile(&["--place", "cloud"]).out, compile(&[]).out);
    assert_eq!(compile(&["--place", "edge-a"]).out, compile(&[]).out);
    let run = compile(&["--place", "edge-z"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("edge-z") && run.err.contains("edge-a, edge-b, cloud"), "{}", run.err);
    let run = compile(&["--place", "edge-b", "--for-cluster", "edge-b"]);
    assert!(run.out.contains("kind: EventSource") && !run.out.contains("kind: Orchestrator"), "{}", run.out);
    assert_eq!(compile(&["--for-cluster", "nowhere"]).code, 1);
}

#[test]
fn params_without_a_value_are_errors_at_their_place() {
    let folder = Folder::with(&[("good.efl", &GOOD.replace(" = \"1.0\"", ""))]);
    assert_eq!(folder.efl(&["check"]).code, 0);
    let run = folder.efl(&["compile"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("error[E0316]") && run.err.contains("[good.efl:1:7]"), "{}", run.err);
    assert!(run.err.contains("--param tag=VALUE"), "{}", run.err);
    assert_eq!(folder.efl(&["compile", "--param", "tag=1.0"]).code, 0);
}

#[test]
fn two_orchestrators_of_one_name_are_not_mixed() {
    let folder = Folder::with(&[("a.efl", GOOD), ("b.efl", GOOD)]);
    let run = folder.efl(&["compile", "-o", "out"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("both become"), "{}", run.err);
}

/// The same input gives the same bytes: in another folder, from another folder, on another day.
#[test]
fn the_same_bytes_from_everywhere() {
    let (here, there) = (Folder::copy(EXAMPLE), Folder::copy(EXAMPLE));
    let first = here.efl(&["compile", "crossing.efl"]).out;
    assert!(!first.is_empty());
    assert_eq!(first, there.efl(&["compile", "crossing.efl"]).out);
    assert_eq!(first, there.efl(&["compile"]).out);
    let above = there.path().parent().expect("it is in a folder");
    let name = there.path().file_name().expect("a name").to_string_lossy().into_owned();
    let mut command = there.command(&["compile", &format!("{name}/crossing.efl")]);
    command.current_dir(above);
    assert_eq!(first, super::run(command, "").out);
    let whole = there.path().join("crossing.efl").display().to_string();
    assert_eq!(first, here.efl(&["compile", &whole]).out);
}
