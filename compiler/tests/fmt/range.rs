//! Formatting a part of a text.

use super::corpus::{SAMPLES, some_cases};
use super::promises::{applied, is_good, means_the_same};
use efl_compiler::fmt::{format, format_range};
use efl_grammar::{TextRange, TextSize, parse};
use proptest::prelude::*;

/// Formats between two `|`.
fn between_bars(marked: &str) -> String {
    let (start, end) = (marked.find('|').expect("a bar"), marked.rfind('|').expect("a bar") - 1);
    let text = marked.replace('|', "");
    let offset = |at: usize| TextSize::try_from(at).expect("a short text");
    applied(&text, &format_range(&text, TextRange::new(offset(start), offset(end))))
}

#[test]
fn only_the_touched_member() {
    let before = "orchestrator o {\n      namespace :  \"n\"\n    engine|: | efl\n   bus:  b\n}\n";
    let after = "orchestrator o {\n      namespace :  \"n\"\n  engine: efl\n   bus:  b\n}\n";
    assert_eq!(between_bars(before), after);
}

#[test]
fn all_touched_members() {
    let before =
        "orchestrator o {\n      namesp|ace :  \"n\"\n    engine:  efl\n   bus:|  b\n}\ntype  A=int\n";
    let after = "orchestrator o {\n  namespace: \"n\"\n  engine: efl\n  bus: b\n}\ntype  A=int\n";
    assert_eq!(between_bars(before), after);
}

#[test]
fn a_rule_is_one_piece() {
    let before = "orchestrator o {\n   rule r on a  where  a.x==1  |by|  x {  f( a ) }\n}\n";
    let after = "orchestrator o {\n  rule r on a by x where a.x == 1 { f(a) }\n}\n";
    assert_eq!(between_bars(before), after);
}

#[test]
fn edits_are_small() {
    let edits = format("type A = string\n\n\n\ntype B={ a:int }\n").edits;
    let shown: Vec<_> = edits.iter().map(|(range, new)| format!("{range:?} {new:?}")).collect();
    assert_eq!(shown, ["17..19 \"\"", "25..25 \" \"", "26..26 \" \"", "30..30 \" \""]);
}

#[test]
fn what_is_formatted_has_no_edits() {
    let text = "type A = string // a\n\n/* b */\ntype B = { a: int }\n";
    assert_eq!(format(text).edits, []);
}

proptest! {
    #![proptest_config(some_cases())]

    #[test]
    fn a_part_is_formatted_like_the_whole(sample in 0..SAMPLES.len(), at in any::<u32>(), len in 0..400_usize) {
        let text = &SAMPLES[sample].text;
        prop_assume!(is_good(&parse(text)) && !text.is_empty());
        let text = &text.replace("  ", " ");
        let start = at as usize % text.len();
        let offset = |at: usize| TextSize::try_from(at).expect("a short text");
        let range = TextRange::new(offset(start), offset((start + len).min(text.len())));
        let part = applied(text, &format_range(text, range));
        means_the_same(text, &part);
        prop_assert_eq!(format(&part).text, format(text).text);
    }
}
