//! Formatting twice changes nothing more, and loses no comment and no token.
#![no_main]

use efl_compiler::fmt::format;
use efl_grammar::{SyntaxElement, SyntaxKind, parse};
use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target};

fn comments(text: &str) -> Vec<String> {
    let tokens = parse(text).syntax().descendants_with_tokens().filter_map(SyntaxElement::into_token);
    let comment = |kind| matches!(kind, SyntaxKind::COMMENT | SyntaxKind::DOC_COMMENT);
    let mut found: Vec<String> = tokens.filter(|t| comment(t.kind())).map(|t| squeezed(t.text())).collect();
    found.sort();
    found
}

/// A text with single blanks.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fuzz_target!(|text: &str| {
    let once = format(text).text;
    assert_eq!(format(&once).text, once, "formatting is idempotent");
    // What nothing closes may end elsewhere when lines move, so that in broken text a comment may become a part of it.
    let (before, behind) = (squeezed(text), squeezed(&once));
    for comment in comments(text) {
        assert!(behind.matches(&comment).count() >= before.matches(&comment).count(), "{comment} is kept");
    }
    if parse(text).errors().is_empty() {
        assert_eq!(comments(text), comments(&once), "comments are kept");
        assert!(parse(&once).errors().is_empty(), "what parses still parses");
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    efl_fuzz::mutate(data, size, max_size, seed)
});

fuzz_crossover!(|first: &[u8], second: &[u8], out: &mut [u8], seed: u32| {
    efl_fuzz::cross_over(first, second, out, seed)
});
