//! `efl graph`.

use super::{Folder, GOOD, bad};

#[test]
fn every_format_shows_the_pipeline() {
    let folder = Folder::with(&[("good.efl", GOOD)]);
    for (format, part) in [
        ("svg", "data-file=\"good.efl\" data-line=\"14\""),
        ("mermaid", "<b>fast</b><br/>vehicle[speed #gt; 50]"),
        ("dot", "\"good/rule/fast\" -> \"good/function/warn\""),
        ("json", "\"id\": \"good/rule/fast\""),
    ] {
        let run = folder.efl(&["graph", "--format", format]);
        assert!(run.code == 0 && run.out.contains(part), "{format}: {}", run.out);
    }
    assert_eq!(folder.efl(&["graph"]).out, folder.efl(&["graph", "--format", "svg", "good.efl"]).out);
}

#[test]
fn a_broken_pipeline_has_no_picture() {
    let run = Folder::with(&[("bad.efl", &bad())]).efl(&["graph"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("error[E0301]"), "{}", run.err);
}
