//! `efl check`: what it reads, how it ends, what it mends.

use super::{Folder, GOOD, bad, unused};

#[test]
fn exit_codes() {
    let folder = Folder::with(&[("good.efl", GOOD), ("bad.efl", &bad()), ("unused.efl", &unused())]);
    for (args, code) in [
        (&["check", "good.efl"][..], 0),
        (&["check", "bad.efl"], 1),
        (&["check", "unused.efl"], 0),
        (&["check", "--strict", "unused.efl"], 1),
        (&["check", "--strict", "good.efl"], 0),
        (&["check", "--loud"], 2),
        (&["chek"], 2),
        (&[], 2),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        assert_eq!(folder.efl(args).code, code, "{args:?}");
    }
}

#[test]
fn the_version_says_what_the_output_is_for() {
    let run = Folder::new().efl(&["--version"]);
    assert!(run.out.starts_with("efl ") && run.out.contains("targets: Argo Events"), "{}", run.out);
}

#[test]
fn folders_are_searched_but_not_other_peoples() {
    let text = bad();
    let folder = Folder::with(&[
        ("b/two.efl", text.as_str()),
        ("a/one.efl", &text),
        ("target/x.efl", &text),
        ("node_modules/x.efl", &text),
        (".hidden/x.efl", &text),
        ("a/notes.txt", "no program"),
    ]);
    for args in [
        &["check", "--format", "short"][..],
        &["check", "--format", "short", "."],
        &["check", "--format", "short", "a", "b", "a/one.efl"],
    ] {
        let run = folder.efl(args);
        let files: Vec<&str> =
            run.out.lines().filter(|l| l.contains("E0301")).filter_map(|l| l.split(':').next()).collect();
        assert_eq!(files, ["a/one.efl", "b/two.efl"], "{args:?}");
    }
}

#[test]
fn a_folder_without_programs_is_a_mistake() {
    let run = Folder::with(&[("a.txt", "")]).efl(&["check"]);
    assert_eq!((run.code, run.err.as_str()), (2, "efl: there is no `.efl` file in `.`\n"));
}

#[test]
fn standard_input_finds_its_imports_here() {
    let folder = Folder::with(&[("types.efl", "type Vehicle = { speed: number }\n")]);
    let text = GOOD.replace("{ speed: number } {", "Vehicle {");
    let run = folder.pipe(
        &["check", "--format", "short", "-"],
        &format!("import {{ Vehicle }} from \"types.efl\"\n{text}"),
    );
    assert_eq!((run.code, run.out.contains("error")), (0, false), "{}", run.out);
    let run = folder.pipe(&["check", "--format", "short", "-"], &bad());
    assert_eq!(run.code, 1);
    assert!(run.out.starts_with("<stdin>:") && run.out.contains("E0301"), "{}", run.out);
}

#[test]
fn what_cannot_be_read_is_a_diagnostic() {
    let folder = Folder::with(&[("good.efl", GOOD)]);
    folder.write("latin1.efl", b"// ok\n// gr\xFC\xDFe\n");
    let run = folder.efl(&["check", "--format", "short", "nowhere.efl", "latin1.efl", "good.efl"]);
    assert_eq!(run.code, 1);
    let lines: Vec<&str> = run.out.lines().filter(|line| line.contains("error")).collect();
    assert_eq!(
        lines,
        [
            "nowhere.efl: error[E0001]: `nowhere.efl` cannot be read: No such file or directory (os error 2)",
            "latin1.efl:2:6: error[E0002]: `latin1.efl` is not UTF-8: the byte 0xFC is no part of a character",
        ]
    );
    let run = folder.efl(&["check", "nowhere.efl", "latin1.efl"]);
    assert_eq!(run.err, "2 errors in 2 files\n");
}

#[test]
fn paths_are_shown_as_they_were_given() {
    let folder = Folder::with(&[("a/x.efl", &bad()), ("efl.toml", "")]);
    let first = |args: &[&str], from: &str| {
        let mut command = folder.command(args);
        command.current_dir(folder.path().join(from));
        super::run(command, "").out.split(':').next().unwrap_or_default().to_owned()
    };
    let whole = folder.path().join("a/x.efl").display().to_string();
    assert_eq!(first(&["check", "--format", "short", "a"], "."), "a/x.efl");
    assert_eq!(first(&["check", "--format", "short", "x.efl"], "a"), "x.efl");
    assert_eq!(first(&["check", "--format", "short", "../a/x.efl"], "a"), "x.efl");
    assert_eq!(first(&["check", "--format", "short", &whole], "a"), whole);
}

#[test]
fn imports_may_go_up_to_the_root() {
    let folder = Folder::with(&[
        ("efl.toml", ""),
        ("shared/types.efl", "type Vehicle = { speed: number }\n"),
        (
            "pipelines/x.efl",
            &format!(
                "import {{ Vehicle }} from \"../shared/types.efl\"\n{}",
                GOOD.replace("{ speed: number } {", "Vehicle {")
            ),
        ),
    ]);
    let mut command = folder.command(&["check", "x.efl"]);
    command.current_dir(folder.path().join("pipelines"));
    let run = super::run(command, "");
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.err.starts_with("no problems in 2 files"), "{}", run.err);
}

#[test]
fn fixes_are_applied_until_there_are_none() {
    let folder = Folder::with(&[("a.efl", &format!("// efl-ignore E0601: nothing to ignore here\n{GOOD}"))]);
    let before = folder.efl(&["check", "--strict"]);
    assert_eq!(before.code, 1, "{}", before.out);
    assert!(before.err.contains("can be mended with `--fix`"), "{}", before.err);
    let run = folder.efl(&["check", "--strict", "--fix"]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.err.starts_with("mended 1 problem in 1 file\nno problems in 1 file"), "{}", run.err);
    assert!(!folder.read("a.efl").contains("efl-ignore"));
    assert_eq!(folder.files(), ["a.efl"]);
    let again = folder.efl(&["check", "--strict", "--fix"]);
    assert!(again.err.starts_with("no problems in 1 file"), "{}", again.err);
}

#[test]
fn fixed_standard_input_goes_to_standard_output() {
    let text = format!("// efl-ignore E0601: nothing to ignore here\n{GOOD}");
    let run = Folder::new().pipe(&["check", "--fix", "-"], &text);
    assert_eq!((run.code, run.out.trim_start()), (0, GOOD));
}

#[test]
fn nobody_listening_is_no_error() {
    use std::process::Stdio;
    let folder = Folder::copy("tests/broken");
    let mut child =
        folder.command(&["check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("efl starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("efl ends");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), err.as_str()), (Some(1), "4 errors, 1 warning in 2 files\n"));
}

#[test]
fn two_folders_give_the_same_bytes() {
    for format in ["human", "short", "json", "sarif", "github", "junit"] {
        let run = || Folder::copy("tests/broken").efl(&["check", "--format", format]).out;
        assert_eq!(run(), run(), "{format}");
    }
}
