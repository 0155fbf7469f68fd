//! Texts that are made to hurt: the time grows with their length alone, and no nesting exhausts the stack.

mod common;

use common::{checked, cpu_time};
use efl_grammar::{Parse, SyntaxError, parse};
use std::time::{Duration, Instant};

/// Builds without optimization are slow, and are told less text.
const SIZE: usize = if cfg!(debug_assertions) { 1 << 16 } else { 1 << 20 };
/// Far more than any text of that size needs, and far less than one whose time grows with the square.
const BOUND: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });

/// Beginnings, what is repeated behind them, and an end.
const HOSTILE: &[(&str, &str, &str)] = &[
    ("", "{", ""),
    ("", "\"", ""),
    ("", "(", ""),
    ("", "}", ""),
    ("", "x", ""),
    ("", "x ", ""),
    ("", "a.", ""),
    ("param x: number = ", "a.", "a"),
    ("param x: number = ", "a + ", "a"),
    ("", "[[[[", ""),
    ("param x: number = ", "[[[[", ""),
    ("", "!!!!", ""),
    ("param x: bool = ", "not ", "a"),
    ("", "if x {", ""),
    ("workflow w() {\n", "if x {\n", ""),
    ("workflow w() {\n", "if x {\n} else ", "if x { } }"),
    ("", "/*", ""),
    ("type T = string /* ", "never closed ", ""),
    ("param x: string = \"", "never closed ", ""),
    ("param x: string = \"\"\"", "never closed\n", ""),
    ("", "\"\"\" ", ""),
    ("", "\"${", ""),
    ("param x: string = \"", "${a}", "\""),
    ("", "orchestrator", ""),
    ("", "orchestrator ", ""),
    ("", "orchestrator\n", ""),
    ("", "orchestrator o {\n", ""),
    ("", "orchestratr o {\n", "}"),
    ("", "\r\n", ""),
    ("", "x\r\n", ""),
    ("", "\r", ""),
    ("", "\0", ""),
    ("", "\u{1}", ""),
    ("", "\u{2}", ""),
    ("", "\u{feff}", ""),
    ("", "é", ""),
    ("", "“", ""),
    ("", "'", ""),
    ("", "\\", ""),
    ("", "/", ""),
    ("", "// x\n", ""),
    ("", "/// x\n", ""),
    ("", "# x\n", ""),
    ("", "http://x ", ""),
    ("", "a: \"b\n", ""),
    ("", "a b\" c\n", ""),
    ("", "a: {\n", ""),
    ("", "a)\n", ""),
    ("", "f(a,\n", ""),
    ("", "}\n", ""),
    ("", "  }\n", ""),
    ("", " ", ""),
    ("", "a,", ""),
    ("", "1", ""),
    ("", "1.", ""),
    ("type T = ", "list<", ""),
    ("type T = ", "a | ", "a"),
    ("type T = { ", "a: string, ", "}"),
    ("bus b: k { ", "a: 1 ", "}"),
    ("bus b: k {", " a { ", ""),
    ("fleet f {\n", "  /// doc\n", "}"),
    ("fleet f {\n", "  /// doc\n  cluster c { }\n", "}"),
    ("rule r on ", "not ", "a"),
    ("rule r on ", "(", ""),
    ("rule r on ", "a and ", "a"),
    ("rule r on a ", "by b ", ""),
    ("function f() -> ", "{ a: ", ""),
    ("function f() ", "{ a } ", ""),
    ("import { ", "a, ", "} from \"b\""),
    ("workflow w() {\n", "functon()\n", "}"),
    ("orchestrator o {\n", "orchestrator p {\n", ""),
    ("", "import {", ""),
    ("orchestrator o {\n  source s: webhook {\n", "event e: { a: 1 ", ""),
    ("test \"t\" {\n", "expect call f { a: [", ""),
];

#[test]
fn no_text_takes_long() {
    for (before, middle, behind) in HOSTILE {
        let text = format!("{before}{}{behind}", middle.repeat(SIZE / middle.len()));
        let name = format!("{before:?} and many {middle:?}");
        let (start, wall) = (cpu_time(), Instant::now());
        let tree = parse(&text);
        let time = start.zip(cpu_time()).map_or(wall.elapsed(), |(start, end)| end.saturating_sub(start));
        println!("{:>6} ms, {} errors: {name}", time.as_millis(), tree.errors().len());
        assert!(time < BOUND, "{name}: {time:?}");
        assert_eq!(usize::from(tree.syntax().text_range().len()), text.len(), "{name}");
    }
}

#[test]
fn hostile_texts_are_kept() {
    for (before, middle, behind) in HOSTILE {
        checked(&format!("{before}{}{behind}", middle.repeat(300 / middle.len())));
    }
}

/// What nests, around something: `open` many times, the text, `close` as many times.
const NESTING: &[(&str, &str, &str, &str, &str)] = &[
    ("param x: number = ", "(", "1", ")", ""),
    ("param x: number = ", "[", "1", "]", ""),
    ("param x: number = ", "{ a: ", "1", " }", ""),
    ("param x: number = ", "f(", "1", ")", ""),
    ("param x: number = ", "a[", "1", "]", ""),
    ("param x: bool = ", "not ", "a", "", ""),
    ("param x: string = ", "\"${", "1", "}\"", ""),
    ("type T = ", "list<", "string", ">", ""),
    ("type T = ", "map<", "string", ">", ""),
    ("type T = ", "(", "string", ")", ""),
    ("type T = ", "{ a: ", "string", " }", ""),
    ("bus b: k ", "{ a ", "{ }", " }", ""),
    ("workflow w() { ", "if x { ", "f()", " }", " }"),
    ("workflow w() { ", "if x { } else { ", "f()", " }", " }"),
    ("workflow w() { ", "parallel { ", "f()", " }", " }"),
    ("orchestrator o { rule r on ", "(", "a", ")", " { f() } }"),
    ("orchestrator o { rule r on ", "not ", "a", "", " for 10s { f() } }"),
    ("test \"t\" { expect call f { a: ", "[", "1", "]", " } }"),
    ("function f", "(a: { b: ", "string", " })", " { }"),
];

/// Runs on a stack as small as that of most threads, the tree's walk and end included.
fn on_a_small_stack(text: String) -> Parse {
    let run = move || {
        let parse = parse(&text);
        let tree = parse.syntax();
        assert_eq!(tree.text(), text.as_str());
        assert!(tree.descendants().count() > 1);
        drop(tree);
        parse
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread starts");
    thread.join().expect("the stack suffices")
}

#[test]
fn deep_nesting_is_one_error() {
    const DEPTH: usize = 100_000;
    for (before, open, middle, close, behind) in NESTING {
        let depth = if cfg!(debug_assertions) { DEPTH / 10 } else { DEPTH };
        let text = format!("{before}{}{middle}{}{behind}\n", open.repeat(depth), close.repeat(depth));
        let errors = on_a_small_stack(text).errors().to_vec();
        assert_eq!(errors.len(), 1, "{before}{open}: {:?}", &errors[..errors.len().min(5)]);
    }
}

#[test]
fn the_deepest_nesting_that_is_allowed_fits_the_stack() {
    for (before, open, middle, close, behind) in NESTING {
        for depth in [10, 20, 30, 40, 50, 60, 61, 62, 63, 64, 65] {
            on_a_small_stack(format!(
                "{before}{}{middle}{}{behind}\n",
                open.repeat(depth),
                close.repeat(depth)
            ));
        }
    }
}

#[test]
fn a_long_chain_is_no_nesting() {
    let depth = SIZE / 20;
    let chain = format!("workflow w() {{\n  if x {{ }}{}\n}}\n", " else if x { }".repeat(depth));
    assert_eq!(on_a_small_stack(chain).errors(), []);
    let union = format!("type T = a{}\n", " | a".repeat(depth));
    assert_eq!(on_a_small_stack(union).errors(), []);
    let long = [
        ("param x: number = a", " + a", ""),
        ("param x: number = a", ".a", ""),
        ("orchestrator o { rule r on a", " and a", " { f() } }"),
    ];
    for (before, operator, behind) in long {
        let errors =
            on_a_small_stack(format!("{before}{}{behind}\n", operator.repeat(depth))).errors().to_vec();
        assert_eq!(errors.len(), 1, "{before}{operator}: {:?}", &errors[..errors.len().min(5)]);
    }
}

/// Found by the fuzzer: pest tries again what stands behind each quote that is left alone. It is stopped.
#[test]
fn what_pest_never_finishes_is_given_up() {
    let text = include_str!("lone_quotes.efl");
    let parsed = parse(text);
    assert_eq!(parsed.syntax().text().to_string(), text);
    let given_up = |error: &SyntaxError| error.message == "this text cannot be read";
    assert!(parsed.errors().iter().any(given_up), "{:?}", parsed.errors());
}
