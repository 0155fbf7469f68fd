//! Any text has a tree whose text it is, with one diagnostic for each error node, and its segments tile it.
#![no_main]

use efl_grammar::{SyntaxKind, parse, segment};
use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target};

fuzz_target!(|text: &str| {
    let parsed = parse(text);
    assert_eq!(parsed.syntax().text().to_string(), text, "the tree's text is the source");
    let nodes = parsed.syntax().descendants().filter(|n| n.kind() == SyntaxKind::ERROR).count();
    assert_eq!(nodes, parsed.errors().len(), "one diagnostic for each error node");
    let mut end = 0;
    for part in segment(text) {
        assert_eq!(usize::from(part.range.start()), end, "segments follow each other");
        end = part.range.end().into();
    }
    assert_eq!(end, text.len(), "segments tile the file");
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    efl_fuzz::mutate(data, size, max_size, seed)
});

fuzz_crossover!(|first: &[u8], second: &[u8], out: &mut [u8], seed: u32| {
    efl_fuzz::cross_over(first, second, out, seed)
});
