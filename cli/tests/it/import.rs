//! `efl import`: from files and from standard input.

use super::{Folder, GOOD};

#[test]
fn an_orchestrator_comes_back_as_a_program_that_does_the_same() {
    let folder = Folder::with(&[("good.efl", GOOD)]);
    let orchestrator = folder.efl(&["compile", "--emit", "orchestrator"]).out;
    folder.write("good.yaml", &orchestrator);
    let run = folder.efl(&["import", "good.yaml"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.out, folder.pipe(&["import", "-"], &orchestrator).out);
    folder.write("back/good.efl", &run.out);
    let without_lines = |yaml: &str| {
        let yaml =
            yaml.lines().filter(|line| !line.contains("good.efl:") && !line.contains("efl.dev/origins"));
        yaml.collect::<Vec<_>>().join("\n")
    };
    let again = folder.efl(&["compile", "back/good.efl", "--emit", "orchestrator"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert_eq!(without_lines(&again.out), without_lines(&orchestrator));
    assert_eq!(folder.efl(&["fmt", "--check", "back"]).code, 0, "{}", run.out);
}

#[test]
fn what_is_no_resource_is_an_error() {
    let folder = Folder::with(&[("a.yaml", "a: [\n"), ("b.yaml", "a: 1\n")]);
    for (file, code) in [("a.yaml", 1), ("b.yaml", 1), ("nowhere.yaml", 2)] {
        let run = folder.efl(&["import", file]);
        assert_eq!((run.code, run.out.as_str()), (code, ""), "{}", run.err);
        assert!(run.err.starts_with("efl: "), "{}", run.err);
    }
    assert_eq!(folder.efl(&["import"]).code, 2);
}
