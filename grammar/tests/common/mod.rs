//! The good samples, and what holds for every text.

#![allow(unreachable_pub)] // shared by several test crates

use efl_grammar::{Parse, SyntaxKind, parse, parse_item, segment};

/// Programs without mistakes.
#[allow(dead_code)] // not every test reads them
pub const GOOD: &[(&str, &str)] = &[
    ("flagship", include_str!("../good/flagship.efl")),
    ("fleet", include_str!("../good/fleet.efl")),
    ("constructs", include_str!("../good/constructs.efl")),
];

/// How long this thread has run, where the system tells: other programs do not disturb it.
#[allow(dead_code)] // not every test measures
pub fn cpu_time() -> Option<std::time::Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split(' ').next()?.parse().ok().map(std::time::Duration::from_nanos)
}

/// Parses a text and checks what holds for every text.
pub fn checked(text: &str) -> Parse {
    let parse = parse(text);
    let tree = parse.syntax();
    assert_eq!(tree.text().to_string(), text, "the tree's text is the source");
    let error_nodes = tree.descendants().filter(|node| node.kind() == SyntaxKind::ERROR).count();
    assert_eq!(
        error_nodes,
        parse.errors().len(),
        "one error for each ERROR node:\n{tree:#?}\n{:#?}",
        parse.errors()
    );
    for error in parse.errors() {
        let mut ranges = vec![error.range];
        ranges.extend(error.related.iter().map(|(range, _)| *range));
        ranges.extend(error.fix.iter().flat_map(|fix| fix.edits.iter().map(|(range, _)| *range)));
        assert!(
            ranges.iter().all(|range| text.get(std::ops::Range::<usize>::from(*range)).is_some()),
            "{error:?}"
        );
        assert_ne!(error.message, "this text cannot be read", "the grammar is total");
        assert!(!error.message.is_empty() && !error.message.contains('\n'), "{error:?}");
    }
    assert_segments(text, &parse);
    parse
}

/// Segments tile the text, and the tree of the text is made of theirs.
fn assert_segments(text: &str, whole: &Parse) {
    let segments = segment(text);
    let mut end = 0.into();
    let mut children = Vec::new();
    let mut errors = 0;
    for segment in segments {
        assert_eq!(segment.range.start(), end, "segments follow each other");
        end = segment.range.end();
        let item = parse_item(&text[segment.range]);
        errors += item.errors.len();
        children.extend(item.green.children().map(|child| child.to_owned()));
    }
    assert_eq!(usize::from(end), text.len(), "segments cover the text");
    assert_eq!(errors, whole.errors().len());
    let of_whole: Vec<_> = whole.green().children().map(|child| child.to_owned()).collect();
    assert!(of_whole == children, "the tree is made of the trees of the segments");
}
