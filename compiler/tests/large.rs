//! Programs that are larger, or refer to themselves in more ways, than any that a person writes: they are checked in
//! time, in memory and without exhausting the stack. (Each took minutes or ended the process once.)

use efl_compiler::{db::Database, project, system::MemorySystem};
use std::fmt::Write as _;

/// The codes of what is said of a program, with how often each is.
fn said(text: String) -> Vec<(&'static str, usize)> {
    let mut system = MemorySystem::default();
    system.files.insert("main.efl".to_owned(), text.into());
    let db = Database::load(&system, &["main.efl".to_owned()]);
    let file = db.file("main.efl").expect("it is loaded");
    let mut codes: Vec<(&str, usize)> = Vec::new();
    for found in project::diagnostics(&db, file) {
        match codes.iter_mut().find(|(code, _)| *code == found.rule.code) {
            Some((_, count)) => *count += 1,
            None => codes.push((found.rule.code, 1)),
        }
    }
    codes
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, at| {
        let _ = writeln!(text, "{}", line(at));
        text
    })
}

#[test]
fn types_that_double_are_one_error_where_they_become_too_large() {
    let doubling = lines(40, |at| format!("type T{at} = {{ a: T{0}, b: T{0} }}", at + 1));
    assert_eq!(said(format!("{doubling}type T40 = number\nparam x: T0\n"))[..1], [("E0329", 3)]);
}

#[test]
fn types_one_in_the_other_are_counted() {
    let chain = lines(3_000, |at| format!("type T{at} = {{ a: T{} }}", at + 1));
    assert_eq!(said(format!("{chain}type T3000 = number\n")), [("E0329", 46)]);
}

#[test]
fn types_that_all_refer_to_each_other_are_recursive() {
    let knot =
        lines(300, |at| format!("type T{at} = {{ a: T{}, b: T{} }}", (at * 7 + 1) % 300, (at + 1) % 300));
    assert_eq!(said(knot), [("E0313", 300)]);
}

#[test]
fn params_may_not_come_through_many_others() {
    let chain = lines(3_000, |at| format!("param p{at}: number = p{}", at + 1));
    assert_eq!(said(format!("{chain}param p3000: number = 1\n")), [("E0231", 90)]);
}

#[test]
fn long_lists_and_records_are_checked() {
    let numbers: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    assert_eq!(said(format!("param x: list<number> = [{}]\n", numbers.join(", "))), []);
    let fields: Vec<String> = (0..20_000).map(|number| format!("a{number}: {number}")).collect();
    assert_eq!(said(format!("param x: map<number> = {{ {} }}\n", fields.join(", "))), []);
    let records: Vec<String> = (0..10_000).map(|number| format!("{{ a: {number} }}")).collect();
    assert_eq!(said(format!("param x: list<{{ a: number }}> = [{}]\n", records.join(", "))), []);
}

#[test]
fn rules_that_lead_to_each_other_in_many_ways_are_one_circle() {
    let events = lines(60, |at| format!("  event e{at}: {{}}"));
    let rules = lines(60, |at| {
        let emits = lines(60, |to| format!("    emit e{to} {{}}"));
        format!("  rule r{at} on e{at} {{\n{emits}  }}")
    });
    let text = format!("orchestrator o {{\n  namespace: \"a\"\n  engine: efl\n{events}{rules}}}\n");
    assert_eq!(said(text), [("E0411", 1)]);
}
