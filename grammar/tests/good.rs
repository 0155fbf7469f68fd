//! Programs without mistakes: no error, and the tree's text is the source.

use efl_grammar::{SyntaxKind, parse};

const GOOD: &[(&str, &str)] = &[
    ("flagship", include_str!("good/flagship.efl")),
    ("fleet", include_str!("good/fleet.efl")),
    ("constructs", include_str!("good/constructs.efl")),
];

#[test]
fn good_programs_have_no_errors() {
    for (name, text) in GOOD {
        let parse = parse(text);
        let tree = parse.syntax();
        assert_eq!(tree.text().to_string(), *text, "{name}");
        for error in parse.errors() {
            let line = text[..usize::from(error.range.start())].matches('\n').count() + 1;
            eprintln!("{name}:{line} {:?} {} {:?}", error.kind, error.message, &text[error.range]);
        }
        assert!(parse.errors().is_empty(), "{name}");
        assert!(tree.descendants().all(|node| node.kind() != SyntaxKind::ERROR), "{name}");
    }
}
