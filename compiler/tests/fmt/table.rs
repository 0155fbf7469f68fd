//! Texts before and after, by what is special about them. The rules as a reader sees them are in
//! `tests/spec/formatting.md`; here are the corners.

use super::promises::hold_good as hold;

/// What becomes of the statements of a rule.
fn body(statements: &str) -> String {
    let text = hold(&format!("orchestrator o {{\n  rule r on e {{\n{statements}\n  }}\n}}\n"));
    let lines = text.lines().skip(2).map(|line| line.strip_prefix("    ").unwrap_or(line));
    let lines: Vec<_> = lines.collect();
    lines[..lines.len() - 2].join("\n")
}

#[track_caller]
fn becomes(before: &str, after: &str) {
    assert_eq!(hold(before), after);
}

#[track_caller]
fn stays(text: &str) {
    becomes(text, text);
}

#[test]
fn line_ends_and_byte_order_mark() {
    becomes("\u{FEFF}type A = string\r\n// c\r\ntype B = int", "type A = string\n// c\ntype B = int\n");
    becomes("param a: string = \"\"\"\r\n  x\r\n  \"\"\"\r\n", "param a: string = \"\"\"\n  x\n  \"\"\"\n");
}

#[test]
fn tokens() {
    becomes(
        "function f ( a? :list < string >,b : map<{x:int}>= {x : -1} )->( \"a\"|\"b\" ){image :\"x\",scale : 0 .. 20}",
        "function f(a?: list<string>, b: map<{ x: int }> = { x: -1 }) -> (\"a\" | \"b\") {\n  image: \"x\"\n  scale: 0..20\n}\n",
    );
}
