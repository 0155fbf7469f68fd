//! The page of every diagnostic, as `efl explain` shows it: its wrong example raises it, its right one raises nothing.

mod support;

use efl_compiler::{diag::Level, rules};
use support::run;

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
