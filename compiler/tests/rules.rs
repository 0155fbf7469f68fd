//! The page of every diagnostic, as `efl explain` shows it: its wrong example raises it, its right one raises nothing.

mod support;

use efl_compiler::{diag::Level, rules};
use std::fs;
use support::{root, run};

/// The blocks of a page under a heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let rest = page.split_once(&format!("\n## {heading}\n")).map_or("", |(_, rest)| rest);
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

#[test]
fn every_rule_says_why() {
    for rule in rules::ALL {
        assert!(rule.page.starts_with("## Why\n\n"), "{}: the page begins with the reason", rule.code);
        let both = section(rule.page, "Wrong").is_empty() == section(rule.page, "Right").is_empty();
        assert!(both, "{}: a page has a wrong and a right example, or neither", rule.code);
    }
}

#[test]
fn examples_are_wrong_and_right() {
    let mut failures = Vec::new();
    for rule in rules::ALL {
        let path = format!("compiler/src/rules/pages/{}.md", rule.code);
        failures.extend(run::page(&path, rule.page).1);
        let wrong = section(rule.page, "Wrong");
        let level = match rule.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Hint => "hint",
        };
        if !wrong.is_empty() && !wrong.contains(&format!("{level}[{}]", rule.code)) {
            failures.push(format!("{path}: the wrong example does not assert {level}[{}]", rule.code));
        }
    }
    assert!(failures.is_empty(), "not as the pages say:\n{}", failures.join("\n"));
}

/// What a page cannot show, files on disk for one, is shown by a page of the spec or by a test of the command.
#[test]
fn what_has_no_example_has_a_test() {
    let texts = ["tests/spec", "cli/tests/it"].iter().flat_map(|folder| {
        let files = fs::read_dir(root().join(folder)).expect("a folder of tests");
        files.filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok())
    });
    let texts: String = texts.collect();
    let tested = |rule: &rules::Rule| texts.contains(&format!("[{}]", rule.code));
    let untested = rules::ALL.iter().filter(|rule| section(rule.page, "Wrong").is_empty() && !tested(rule));
    let untested: Vec<&str> = untested.map(|rule| rule.code).collect();
    assert_eq!(untested, [""; 0], "no test raises them");
}
