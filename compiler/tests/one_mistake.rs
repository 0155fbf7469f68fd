//! One mistake, one error: each of these is put into a program that is right otherwise, and nothing else is said of it.

use efl_compiler::{db::Database, diag::Level, project, system::MemorySystem};
use std::sync::Arc;

const BEFORE: &str = r#"orchestrator one {
  namespace: "n"
  engine: efl
  source s: webhook {
    port: 12000
    auth: secret("a", "b")
    event e: { a: string, b: number } { path: "/e" }
    event g: { a: string } { path: "/g" }
  }
  function k(p: string) -> { r: number } { image: "r/k:1" }
  function k2 { image: "r/k:1" }
"#;

const BEHIND: &str = r#"
  rule keep on e { k(e.a) }
  rule keep-too on g { k2(g) }
}

test "t" {
  send g { a: "x" }
  expect rule keep-too
}
"#;

const MISTAKES: &[&str] = &[
    r#"  rule r on e { if e.b > 1 { k(e.a) }"#,
    r#"  rule r on e { if e.b > 1  k(e.a) } }"#,
    r#"  rule r on e { if e.b > 1 { k(e.a } }"#,
    r#"  rule r on e { let x k(e.a)
 k2(x) }"#,
    r#"  rule r on e[b > 1 { k(e.a) }"#,
    r#"  rule r on e b > 1] { k(e.a) }"#,
    r#"  rule r on (e and g within 5s { k(e.a) }"#,
    r#"  rule r on e and g) within 5s { k(e.a) }"#,
    r#"  rule r on count(e 3) within 5s { k2(1) }"#,
    r#"  rule r on count(e, 3 within 5s { k2(1) }"#,
    r#"  rule r on e { k(e.a) "#,
    r#"  rule r on e k(e.a) }"#,
    r#"  rule r { k2(1) }"#,
    r#"  rule on e { k(e.a) }"#,
    r#"  ruel r on e { k(e.a) }"#,
    r#"  rule r on e { parallel {
      k(e.a)
      k2(1)
    }"#,
    r#"  rule r on e { prallel { k(e.a)
 k2(1) } }"#,
    r#"  rule r on e { for x of [1, 2] { k2(x) } }"#,
    r#"  rule r on e { for x in [1, 2 { k2(x) } }"#,
    r#"  rule r on e { k(e.a) k2(1) }"#,
    r#"  rule r on e { k(p e.a) }"#,
    r#"  rule r on e { k(p: ) }"#,
    r#"  rule r on e { k("x) }"#,
    r#"  rule r on e { k("${e.a") }"#,
    r#"  rule r on e { k2({ a: 1 b: 2 }) }"#,
    r#"  rule r on e { k2({ a 1 }) }"#,
    r#"  rule r on e { k2([1 2]) }"#,
    r#"  rule r on e { retry 3 backof 1s..2s { k2(1) } }"#,
    r#"  rule r on e { retry backoff 1s..2s { k2(1) } }"#,
    r#"  rule r on e { wait
    k2(1)
  }"#,
    r#"  rule r on e { on failre { k2(1) } }"#,
    r#"  rule r on e { k(e.a)
 on failure k2(1) }"#,
    r#"  rule r on e wihin 5s { k(e.a) }"#,
    r#"  rule r on e and and g within 5s { k(e.a) }"#,
    r#"  rule r on e and g within 5s whre e.a == g.a { k(e.a) }"#,
    r#"  rule r on e and g within 5s where e.a = g.a { k(e.a) }"#,
    r#"  rule r on e and g within 5s where e.a == { k(e.a) }"#,
    r#"  function z(p: string { image: "r/z:1" }
  rule r on e { z(e.a) }"#,
    r#"  function z p: string) { image: "r/z:1" }
  rule r on e { z(e.a) }"#,
    r#"  function z(p: ) { image: "r/z:1" }
  rule r on e { z(e.a) }"#,
    r#"  function z(p: string) { image "r/z:1" }
  rule r on e { z(e.a) }"#,
    r#"  function z(p: string) { image: }
  rule r on e { z(e.a) }"#,
    r#"  function z(p: string) { image: "r/z:1" scale: 1..2 }
  rule r on e { z(e.a) }"#,
    r#"  function z(p: string) { image: "r/z:1", env { A "b" } }
  rule r on e { z(e.a) }"#,
    r#"  function z(p: string) { image: "r/z:1", env { A: "b" }
  rule r on e { z(e.a) }"#,
    r#"  function z(p: string) { image: "r/z:1", scale: 1.2 }
  rule r on e { z(e.a) }"#,
    r#"  function z(p: string) { imge: "r/z:1" }
  rule r on e { z(e.a) }"#,
    r#"  event q: { a: string, { }
  rule r on q { k(q.a) }"#,
    r#"  event q: { a string }
  rule r on e { emit q { a: "x" } }
  rule r2 on q { k(q.a) }"#,
    r#"  event q { a: string }
  rule r on e { emit q { a: "x" } }
  rule r2 on q { k2(q) }"#,
    r#"  type X { a: string }
  event q: X
  rule r on e { emit q { a: "x" } }
  rule r2 on q { k(q.a) }"#,
    r#"  type X = list<string
  event q: { l: X }
  rule r on e { emit q { l: [] } }
  rule r2 on q { k2(q) }"#,
    r#"  workflow w(p: string) { k(p)
  rule r on e { w(e.a) }"#,
    r#"  workflow w(p: string) -> number { retrun 1 }
  rule r on e { w(e.a) }"#,
    r#"  placement { weights { cpu: 0.5 memory: 0.5 } }"#,
    r#"  placement { weights cpu: 0.5 }"#,
    r#"  placement { clusters: [ }"#,
    r#"  placment { replicas: 1 }"#,
    r#"  ###"#,
    r#"  hello world"#,
    r#"  ;"#,
    r#"  rule r on e { k(e.a); }"#,
    r#"  rule r on e { /* k(e.a) }"#,
    r#"  rule r on e { k(e.a) } }"#,
    r#"  rule r on e { k(e..a) }"#,
    r#"  rule r on e { k(e.) }"#,
    r#"  rule r on e { k('x') }"#,
    r#"  rule r on e[b => 1] { k(e.a) }"#,
    r#"  rule r on e[b > 1m2] { k(e.a) }"#,
    r#"  rule r on e[not] { k(e.a) }"#,
    r#"  rule r on e[] { k(e.a) }"#,
    r#"  rule r on e { if { k(e.a) } }"#,
    r#"  rule r on e { if e.b > 1 { k(e.a) } els { k2(1) } }"#,
    r#"  rule r on e { k2(e) timeout }"#,
    r#"  rule r on e { k2(e) timout 5s }"#,
    r#"  source t: webhook port: 12001, auth: secret("a","b")
    event h { path: "/h" }
  }
  rule r on h { k2(h) }"#,
    r#"  source t webhook { port: 12001, auth: secret("a","b")
    event h { path: "/h" }
  }
  rule r on h { k2(h) }"#,
    r#"  source t: { port: 12001, auth: secret("a","b")
    event h { path: "/h" }
  }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: 12001, auth: secret("a" "b")
    event h { path: "/h" }
  }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: 12001, auth: secret("a","b"
    event h { path: "/h" }
  }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: , auth: secret("a","b")
    event h { path: "/h" }
  }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: 12001, auth: secret("a","b")
    event { path: "/h" }
  }
"#,
    r#"  source t: webhook { port: 12001, auth: secret("a","b")
    event h { path "/h" }
  }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: 12001, auth: secret("a","b")
    event h { path: "/h }
  }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: 12001, auth: secret("a","b")
    event h  path: "/h" }
  }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: 12001, auth: secret("a","b")
    evnt h { path: "/h" }
  }
"#,
    r#"  type X = { a: string
  event q: X
  rule r on q { k(q.a) }
  rule r2 on e { emit q { a: "x" } }"#,
];

/// The errors of a program, as `LINE: MESSAGE`.
fn errors(text: &str) -> Vec<String> {
    let mut system = MemorySystem::default();
    system.files.insert("main.efl".to_owned(), Arc::from(text));
    let db = Database::load(&system, &["main.efl".to_owned()]);
    let file = db.file("main.efl").expect("it was loaded");
    let found = project::diagnostics(&db, file).into_iter().map(|found| found.diagnostic);
    let line = |at: u32| text[..at as usize].matches('\n').count() + 1;
    found
        .filter(|d| d.level == Level::Error)
        .map(|d| format!("{}: {} {}", line(d.range.start().into()), d.rule.code, d.message))
        .collect()
}

#[test]
fn a_mistake_is_one_error() {
    assert_eq!(
        errors(&format!("{BEFORE}{BEHIND}")),
        Vec::<String>::new(),
        "the program is right without mistakes"
    );
    let mut wrong = String::new();
    for mistake in MISTAKES {
        let found = errors(&format!("{BEFORE}{mistake}{BEHIND}"));
        if found.len() != 1 {
            wrong.push_str(&format!("{mistake}\n    {}\n", found.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "not exactly one error:\n{wrong}");
}
