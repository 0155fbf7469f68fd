//! What holds for every text, right or wrong: nothing is lost, nothing panics, every error has its place.

mod common;

use common::{GOOD, checked};
use efl_grammar::{SyntaxKind, parse};
use proptest::prelude::*;

/// The tokens of a good program.
fn tokens(text: &str) -> Vec<String> {
    let tree = parse(text).syntax();
    tree.descendants_with_tokens()
        .filter_map(|it| it.into_token())
        .map(|token| token.text().to_owned())
        .collect()
}

#[derive(Clone, Debug)]
enum Mutation {
    Delete(prop::sample::Index),
    Duplicate(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Insert(prop::sample::Index, &'static str),
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"\"\"",
    "${",
    "'",
    "`",
    "“",
    "/*",
    "*/",
    "//",
    "///",
    "#",
    "--",
    "\\",
    ",",
    ":",
    ";",
    "=",
    "->",
    "|",
    "<",
    ">",
    "?",
    ".",
    "..",
    "+",
    "-",
    "&&",
    "!",
    "and",
    "not",
    "if",
    "else",
    "rule",
    "function",
    "type",
    "on failure",
    "on",
    "5m2",
    "1.",
    "\n",
    "\r\n",
    "\ntype ",
    "\nfunction",
    "é",
    "\u{1}",
    "\u{2}",
    "\u{feff}",
    "list<",
    "every",
    "retry 3",
    "let",
    "=",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        index().prop_map(Mutation::Delete),
        index().prop_map(Mutation::Duplicate),
        (index(), index()).prop_map(|(a, b)| Mutation::Swap(a, b)),
        (index(), prop::sample::select(PIECES)).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
    ]
}

fn mutate(mut tokens: Vec<String>, mutations: &[Mutation]) -> String {
    for mutation in mutations {
        let len = tokens.len();
        match mutation {
            Mutation::Delete(at) => drop(tokens.remove(at.index(len))),
            Mutation::Duplicate(at) => tokens.insert(at.index(len), tokens[at.index(len)].clone()),
            Mutation::Swap(a, b) => tokens.swap(a.index(len), b.index(len)),
            Mutation::Insert(at, piece) => tokens.insert(at.index(len), (*piece).to_owned()),
        }
    }
    tokens.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_kept(text in any::<String>()) {
        checked(&text);
    }

    #[test]
    fn any_mixture_of_pieces_is_kept(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        checked(&pieces.concat());
        checked(&pieces.join(" "));
    }

    #[test]
    fn any_mutation_of_a_program_is_kept(
        which in 0..GOOD.len(),
        mutations in prop::collection::vec(mutation(), 1..6),
    ) {
        checked(&mutate(tokens(GOOD[which].1), &mutations));
    }
}

#[test]
fn line_breaks_of_windows_make_no_difference() {
    for (name, text) in GOOD {
        let parse = checked(&text.replace('\n', "\r\n"));
        assert_eq!(parse.errors(), [], "{name}");
    }
}

#[test]
fn the_end_of_the_text_ends_a_string_as_a_line_break_does() {
    for text in
        ["param a: string = b(\", \"b\") // c", "param a: string = \"b, c", "param a: string = \"b ${c + \"d"]
    {
        let kinds = |text: &str| {
            parse(text).errors().iter().map(|error| (error.kind, error.range)).collect::<Vec<_>>()
        };
        assert_eq!(kinds(text), kinds(&format!("{text}\n")), "{text}");
    }
}

/// Pest once tried each of these brackets twice.
#[test]
fn many_brackets_without_partners_take_no_time() {
    for start in ["[a f", "{a f", "bus b: x {a f", "type A = { a: int f"] {
        checked(&format!("{start}{}", ")".repeat(60)));
    }
    checked(
        "bus \"\"\"a { b: \"c\", d: 3 }\n\n, \"a { b: \"c\" }\n\n, \"a: e { f\n\nfrom \"g{ h } i${j {, { k } from \"l{ m } n \"o\", p: \"q\", { r: { s: \"t\", u: 3 }\n\n",
    );
}

#[test]
fn comments_stand_between_any_two_words() {
    let program = "workflow w(a: bool) {\n  let x = a and b\n  if x or not a { f(a, b) }\n}\n";
    let plain = parse(program).syntax().descendants().map(|node| node.kind()).collect::<Vec<_>>();
    for (at, _) in program.match_indices(' ').filter(|(at, _)| !program[..*at].ends_with([' ', '\n'])) {
        let text = format!("{} /* c */{}", &program[..at], &program[at..]);
        let parse = checked(&text);
        assert_eq!(parse.errors(), [], "{text}");
        assert!(parse.syntax().descendants().map(|node| node.kind()).eq(plain.iter().copied()), "{text}");
    }
    let parse = checked("workflow w() {\n  let x = a or // why\n    b\n}\n");
    let binary = parse.syntax().descendants().find(|node| node.kind() == SyntaxKind::BINARY_EXPR);
    assert_eq!(binary.expect("an expression").text(), "a or // why\n    b");
}

#[test]
fn a_broken_prefix_has_no_clean_bill() {
    for (name, text) in &GOOD[..2] {
        let whole = parse(text).syntax();
        for (at, _) in text.char_indices() {
            let prefix = parse(&text[..at]);
            let offset = u32::try_from(at).unwrap().into();
            let item = whole
                .children()
                .find(|item| item.text_range().start() < offset && offset < item.text_range().end());
            let braces = item.is_some_and(|item| {
                let tokens = item.descendants_with_tokens().filter_map(|it| it.into_token());
                let before = tokens.filter(|token| token.text_range().end() <= offset);
                let depth = before.map(|token| match token.kind() {
                    SyntaxKind::L_BRACE
                    | SyntaxKind::L_PAREN
                    | SyntaxKind::L_BRACK
                    | SyntaxKind::INTERP_OPEN => 1,
                    SyntaxKind::R_BRACE | SyntaxKind::R_PAREN | SyntaxKind::R_BRACK => -1,
                    _ => 0,
                });
                depth.sum::<i32>() > 0
            });
            assert!(!braces || !prefix.errors().is_empty(), "{name}: {:?}", &text[..at]);
        }
    }
}
