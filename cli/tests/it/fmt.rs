//! `efl fmt`: what it writes, and when it only says so.

use super::{Folder, GOOD};

/// The same program as somebody in a hurry writes it.
fn untidy() -> String {
    GOOD.replace("  source", "     source").replace("{ speed: number }", "{speed:number}")
}

#[test]
fn files_are_formatted_in_place() {
    let folder = Folder::with(&[("a.efl", &untidy()), ("b/c.efl", GOOD)]);
    let run = folder.efl(&["fmt"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", "1 of 2 files changed\n"));
    assert_eq!(folder.read("a.efl"), GOOD);
    let run = folder.efl(&["fmt"]);
    assert_eq!((run.code, run.err.as_str()), (0, "2 files formatted\n"));
}

#[test]
fn check_and_diff_change_nothing() {
    let folder = Folder::with(&[("a.efl", &untidy()), ("b.efl", GOOD)]);
    let run = folder.efl(&["fmt", "--check"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (3, "a.efl\n", "1 of 2 files would change\n"));
    let run = folder.efl(&["fmt", "--diff"]);
    assert_eq!(run.code, 3);
    assert!(
        run.out.starts_with("--- a.efl\n+++ a.efl\n@@ ") && run.out.contains("\n-     source"),
        "{}",
        run.out
    );
    assert_eq!(folder.read("a.efl"), untidy());
    assert_eq!(folder.efl(&["fmt", "--check", "b.efl"]).code, 0);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let run = Folder::new().pipe(&["fmt", "-"], &untidy());
    assert_eq!((run.code, run.out.as_str()), (0, GOOD));
    let run = Folder::new().pipe(&["fmt", "--check", "-"], &untidy());
    assert_eq!((run.code, run.out.as_str()), (3, "<stdin>\n"));
}

#[test]
fn syntax_errors_stay_and_are_said() {
    let folder = Folder::with(&[("a.efl", &untidy().replace("port: 12000", "port: @@"))]);
    let run = folder.efl(&["fmt"]);
    assert_eq!(run.code, 0);
    assert!(run.err.starts_with("a.efl: lines with syntax errors are left as they are"), "{}", run.err);
    assert!(folder.read("a.efl").contains("port: @@"));
}

#[test]
fn what_cannot_be_read_is_an_error_and_the_rest_is_formatted() {
    let folder = Folder::with(&[("a.efl", &untidy())]);
    folder.write("latin1.efl", b"// gr\xFC\xDFe\n");
    let run = folder.efl(&["fmt"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("E0002"), "{}", run.err);
    assert_eq!(folder.read("a.efl"), GOOD);
}
