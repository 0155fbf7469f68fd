//! The spec is the test suite: every block of `tests/spec/*.md` is run, by the conventions of its `README.md`.

mod support;

use std::{collections::BTreeSet, fs};
use support::{root, run};

macro_rules! pages {
    ($($test:ident: $file:literal,)*) => {
        const PAGES: &[&str] = &[$($file),*];
        $(
            #[test]
            fn $test() {
                run_page($file);
            }
        )*
    };
}

pages! {
    bus: "bus.md",
    declarations: "declarations.md",
    engines: "engines.md",
    expressions: "expressions.md",
    formatting: "formatting.md",
    functions: "functions.md",
    imports: "imports.md",
    lexical: "lexical.md",
    names_and_limits: "names-and-limits.md",
    params: "params.md",
    patch: "patch.md",
    placement_and_fleet: "placement-and-fleet.md",
    rules_and_event_logic: "rules-and-event-logic.md",
    secrets_and_config: "secrets-and-config.md",
    sources: "sources.md",
    tests: "tests.md",
    types: "types.md",
    workflows: "workflows.md",
}

fn run_page(name: &str) {
    let path = root().join("tests/spec").join(name);
    let text = fs::read_to_string(&path).expect("the page can be read");
    let (tally, failures) = run::page(&format!("tests/spec/{name}"), &text);
    println!("{name}: {tally:?}");
    assert!(failures.is_empty(), "{} are not as the page says:\n\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_page_is_run() {
    let folder = fs::read_dir(root().join("tests/spec")).expect("the folder of pages");
    let found: BTreeSet<String> = folder
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".md") && name != "README.md")
        .collect();
    let listed: BTreeSet<String> = PAGES.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(found, listed, "a page that is not in the list of this file is no test");
}
