//! `efl explain`, `completions` and `man`.

use super::Folder;

#[test]
fn topics_have_pages() {
    let folder = Folder::new();
    for (topic, part) in [
        ("E0201", "unknown-event"),
        ("kafka.topic", "**required**"),
        ("placement.margin", "percent"),
        ("within", "engine: efl"),
    ] {
        let run = folder.efl(&["explain", topic]);
        assert!(run.code == 0 && run.out.contains(part), "{topic}: {}{}", run.out, run.err);
    }
    let all = folder.efl(&["explain"]).out;
    assert!(all.contains("E0201") && all.contains("`kafka`") && all.contains("`placement`"), "{all}");
}

#[test]
fn unknown_topics_are_wrong_usage() {
    let run = Folder::new().efl(&["explain", "kafak"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "efl: there is nothing to explain about `kafak`: did you mean `kafka`?\n");
}

#[test]
fn shells_get_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = Folder::new().efl(&["completions", shell]);
        assert!(run.code == 0 && run.out.contains("compile"), "{shell}");
    }
}

#[test]
fn manual_pages_are_written() {
    let folder = Folder::new();
    assert_eq!(folder.efl(&["man", "man1"]).code, 0);
    let files = folder.files();
    assert!(
        files.contains(&"man1/efl.1".to_owned()) && files.contains(&"man1/efl-check.1".to_owned()),
        "{files:?}"
    );
    assert!(!files.iter().any(|file| file.contains("docs")), "{files:?}");
}
