//! The promises, held against the samples and against the samples with other blanks, breaks and comments in them.

use super::corpus::{SAMPLES, some_cases};
use super::promises::{hold, hold_good, is_good};
use efl_grammar::{SyntaxElement, SyntaxKind, parse};
use proptest::prelude::*;

/// What is put between two tokens.
const GAPS: [&str; 22] = [
    " ",
    "   ",
    "\t",
    "\n ",
    "\n\n\n  ",
    "\r\n ",
    "\n",
    "\r",
    " /* c */ ",
    "/* c */",
    " /* c */\n ",
    "\n /* c */ ",
    "\n /* c */\n\n ",
    " /* a\n   b */ ",
    "\n/* a\r\n b */\n ",
    " // c\n ",
    "\n // c  \n ",
    "\n\n // c\r\n\n // d\n ",
    " /// d\n ",
    " /* c */ // d\n ",
    ",",
    ",\n ",
];

#[test]
fn samples_keep_what_they_say() {
    for sample in &*SAMPLES {
        eprintln!("{}", sample.name);
        hold_good(&sample.text);
    }
}

/// Found by the fuzzer: what nothing closes is read otherwise when the last line ends.
#[test]
fn a_last_line_that_does_not_end() {
    let quotes = "\n\"\"\"\"\"//\"//\n\"\n\"\" \"\n\"\"//\"//\n\"//\n\"\n\"\"//\"\n\"\"//\"\n\"\"//\"\n\"\"//\"//\n\"//\n\"//\n\"\n\"\"//\"\n\"\"//\"\n\"\"//\"//\n\"\n\"\"//\"//\n\"//\n\"//\n\"\n\"\"//\"\n\"\"//\"//\n\"\n\"";
    for text in
        [quotes, "orchestrator o { namespace: \"n", "x  {", "bus b: jetstream {  url: \"u\" }\ny", " \"\"\"a"]
    {
        hold(text);
    }
}

#[test]
fn files_without_declarations() {
    for (before, after) in [
        ("", ""),
        ("\n\n", ""),
        ("\u{FEFF}", ""),
        ("// a", "// a\n"),
        ("\n\n// a\r\n\r\n\r\n/* b */ // c\r\n", "// a\n\n/* b */ // c\n"),
        ("/* a */", "/* a */\n"),
    ] {
        assert_eq!(hold(before), after);
    }
}

#[test]
fn carriage_returns_in_what_is_copied() {
    assert_eq!(hold("\"a\r"), "\"a\n");
    assert_eq!(hold("\"a\r\r\n\ntype T = int"), "\"a\n\ntype T = int\n");
}

#[test]
fn a_mock_with_one_long_outcome() {
    let text = "test \"t\" {\n  mock detect({ key: \"a.jpg\" }) returns { key: \"the model did not answer\", people: 2, confidence: 0.9 }\n}\n";
    let formatted = "test \"t\" {\n  mock detect({ key: \"a.jpg\" }) returns {\n    key: \"the model did not answer\"\n    people: 2\n    confidence: 0.9\n  }\n}\n";
    assert_eq!(hold_good(text), formatted);
}

/// Where tokens meet: the offsets of a gap's beginning and end. A string is one token.
fn gaps(text: &str) -> Vec<(usize, usize)> {
    let tree = parse(text).syntax();
    let is_string = |element: &SyntaxElement| element.kind() == SyntaxKind::STRING;
    let is_solid =
        |element: &SyntaxElement| element.as_token().is_some_and(|token| !token.kind().is_trivia());
    let solid = tree.descendants_with_tokens().filter(|element| is_string(element) || is_solid(element));
    let (mut gaps, mut end) = (Vec::new(), 0);
    for range in solid.map(|element| std::ops::Range::<usize>::from(element.text_range())) {
        if range.start >= end {
            gaps.push((end, range.start));
            end = range.end;
        }
    }
    gaps.push((end, text.len()));
    gaps
}

/// A text with other gaps: each mutation says where, what, and whether instead of what is there or before it.
fn mutated(text: &str, mutations: &[(u32, usize, bool)]) -> String {
    let gaps = gaps(text);
    let mut chosen = std::collections::BTreeMap::new();
    for (at, gap, replace) in mutations {
        chosen.insert(*at as usize % gaps.len(), (GAPS[*gap], *replace));
    }
    let (mut result, mut from) = (String::new(), 0);
    for (at, (gap, replace)) in chosen {
        let (start, end) = gaps[at];
        result += &text[from..start];
        result += gap;
        from = if replace { end } else { start };
    }
    result + &text[from..]
}

/// A sample without errors; the longest ones are rare.
fn good_sample() -> impl Strategy<Value = &'static str> {
    let good = SAMPLES.iter().filter(|sample| is_good(&parse(&sample.text)));
    let texts: Vec<&str> = good.map(|sample| sample.text.as_str()).collect();
    proptest::sample::select(texts)
}

fn mutations(most: usize) -> impl Strategy<Value = Vec<(u32, usize, bool)>> {
    proptest::collection::vec((any::<u32>(), 0..GAPS.len(), any::<bool>()), 1..=most)
}

proptest! {
    #![proptest_config(some_cases())]

    #[test]
    fn other_gaps_keep_the_promises(text in good_sample(), mutations in mutations(4)) {
        hold(&mutated(text, &mutations));
    }

    #[test]
    fn comments_at_all_places_where_they_fit(text in good_sample(), seed in any::<u32>(), gap in 0..GAPS.len()) {
        // those that break the text are left out, one after the other
        let mut kept: Vec<(u32, usize, bool)> = Vec::new();
        for at in 0..12_u32 {
            kept.push((seed.wrapping_mul(at.wrapping_add(7919)), (gap + at as usize) % (GAPS.len() - 2), at % 2 == 0));
            if !is_good(&parse(&mutated(text, &kept))) {
                kept.pop();
            }
        }
        hold(&mutated(text, &kept));
    }

    #[test]
    fn broken_texts_keep_the_promises(text in good_sample(), cut in any::<(u32, u8)>(), mutations in mutations(2)) {
        let text = mutated(text, &mutations);
        let start = text.floor_char_boundary(cut.0 as usize % (text.len() + 1));
        let end = text.ceil_char_boundary((start + usize::from(cut.1) % 8).min(text.len()));
        hold(&format!("{}{}", &text[..start], &text[end..]));
    }
}
