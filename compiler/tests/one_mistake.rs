//! One mistake, one diagnostic: each of these is put into a program that is right otherwise, and nothing else is said of it.

#![allow(clippy::needless_raw_string_hashes)] // the rows of a table are written alike

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
    r#"  rule r on e adn g within 5s { k(e.a) }"#,
    r#"  rule r on e xor g { k2(1) }"#,
    r#"  rule r on e thne g within 5s { k(e.a) }"#,
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

const BEFORE_MEANING: &str = r#"fleet fl { domain: "x.example"
  cluster a { gateway: "10.0.0.1:80", prometheus: "http://p:9090", region: "r1" }
  cluster b { gateway: "10.0.0.2:80", prometheus: "http://p:9090" }
}
bus bs: jetstream { url: "tls://n:4222", auth: secret("n", "auth.yaml") }
type V = { a: string, b: number, k: "x" | "y", l: list<string>, o?: string }
orchestrator one {
  namespace: "n"
  engine: efl
  bus: bs
  source s: webhook {
    port: 12000
    auth: secret("a", "b")
    event e: V { path: "/e" }
    event g: { a: string } { path: "/g" }
  }
  function k(p: string) -> { r: number, s: "ok" | "bad" } { image: "r/k:1" }
  function k2 { image: "r/k:1" }
  workflow w(v: V) -> number {
    let x = k(v.a)
    return x.r
  }
"#;

const BEHIND_MEANING: &str = r#"
  rule keep on e { k(e.a) }
  rule keepg on g { k2(g) }
  rule kw on e { w(e) }
  placement { clusters: [a, b] }
}
test "t" {
  send g { a: "x" }
  expect rule keepg
}
"#;

/// What is written right and means nothing.
const MEANINGS: &[&str] = &[
    r#"  function z { imge: "r/z:1" }
  rule r on e { z(1) }"#,
    r#"  function z { image: "r/z:1", scael: 1..2 }
  rule r on e { z(1) }"#,
    r#"  function z { image: "r/z:1", scale: "a" }
  rule r on e { z(1) }"#,
    r#"  function z { image: "r/z:1", resources { cpu: 100Mi } }
  rule r on e { z(1) }"#,
    r#"  function z { image: "r/z:1", resources { cpuu: 100m } }
  rule r on e { z(1) }"#,
    r#"  function z { image: "r/z:1", env { A: secret("x") } }
  rule r on e { z(1) }"#,
    r#"  function z(p: strng) { image: "r/z:1" }
  rule r on e { z(e.a) }"#,
    r#"  function z(p: string, p: int) { image: "r/z:1" }
  rule r on e { z(p: e.a) }"#,
    r#"  function z(p: list<Foo>) { image: "r/z:1" }
  rule r on e { z(e.l) }"#,
    r#"  event q: Vv { }
  rule r on q { k2(q.a) }
  rule r2 on e { emit q { a: 1 } }"#,
    r#"  workflow u(v: Vx) { k(v.a) }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) { k(v.aa) }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) { let y = kk(v.a)
    k2(y.r) }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) { let y = k(v.zz)
    k2(y.r) }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) { let y = k(v.a)
    k2(y.rr) }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) { let y = k(v.a)
    if y.s == "okk" { k2(1) } }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) { for x in v.ll { k(x) } }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) { for x in v.a { k(x) } }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) -> string { return v.b }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) { retry 0 { k(v.a) } }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) { wait 5 }
  rule r on e { u(e) }"#,
    r#"  workflow u(v: V) { emit nope { a: 1 } }
  rule r on e { u(e) }"#,
    r#"  rule r on ee { k(ee.a) }"#,
    r#"  rule r on ee[a == "x"] { k(ee.a) }"#,
    r#"  rule r on e[aa == "x"] { k(e.a) }"#,
    r#"  rule r on e[a > 5] { k(e.a) }"#,
    r#"  rule r on e[a == 5] { k(e.a) }"#,
    r#"  rule r on e[l == "x"] { k(e.a) }"#,
    r#"  rule r on e["z" in l and b > "q"] { k(e.a) }"#,
    r#"  rule r on e[len(b) > 1] { k(e.a) }"#,
    r#"  rule r on e[lenn(a) > 1] { k(e.a) }"#,
    r#"  rule r on e[a matches b] { k(e.a) }"#,
    r#"  rule r on e[a] { k(e.a) }"#,
    r#"  rule r on e and g within 5s by z { k(e.a) }"#,
    r#"  rule r on e and g within 5s where e.a == g.zz { k(e.a) }"#,
    r#"  rule r on e and g within 5s where e.b == g.a { k(e.a) }"#,
    r#"  rule r on e and gg within 5s where e.a == gg.a { k(gg.a) }"#,
    r#"  rule r on e as x and g within 5s { k(y.a) }"#,
    r#"  event reading: { a: string }
  rule r on reading and readin within 5s { k(reading.a) }
  rule r2 on e { emit reading { a: "x" } }"#,
    r#"  rule r on e { kk(e.a) }"#,
    r#"  rule r on e { k(e.bb) }"#,
    r#"  rule r on e { k(e.b) }"#,
    r#"  rule r on e { k(g.a) }"#,
    r#"  rule r on e { k(pp: e.a) }"#,
    r#"  rule r on e { k() }"#,
    r#"  rule r on e { w(e.a) }"#,
    r#"  rule r on e { w(g) }"#,
    r#"  rule r on e { w({ a: "x" }) }"#,
    r#"  rule r on e { rat: 10/s
    k(e.a) }"#,
    r#"  rule r on e { rate: 10
    k(e.a) }"#,
    r#"  rule r on e { retry: "x"
    k(e.a) }"#,
    r#"  rule r on e { delivery: sometimes
    k(e.a) }"#,
    r#"  rule r on e { dead-letter: nof
    k(e.a) }"#,
    r#"  rule r on e { once-per: a every 30
    k(e.a) }"#,
    r#"  rule r on e { k("${e.zz}") }"#,
    r#"  rule r on e { k("${zz}") }"#,
    r#"  rule r on e { let y = k(e.a)
    k2(yy) }"#,
    r#"  rule r on e { k(e.a + 1) }"#,
    r#"  rule r on e { k2(e.b + "x") }"#,
    r#"  rule r on e { k2(not e.b) }"#,
    r#"  rule r on e { if e.b { k2(1) } }"#,
    r#"  source t: mqtt { url: "mqtt.example"
    event h { topic: "a" } }
  rule r on h { k2(h) }"#,
    r#"  source t: mqtt { url: "tcp://m:1883"
    event h { } }
  rule r on h { k2(h) }"#,
    r#"  source t: mqtt { url: "tcp://m:1883"
    event h { topic: "a/#/b" } }
  rule r on h { k2(h) }"#,
    r#"  source t: mqtt { event h { topic: "a" } }
  rule r on h { k2(h) }"#,
    r#"  source t: kafka { url: "k:9092"
    event h { topic: "a", group: 5 } }
  rule r on h { k2(h) }"#,
    r#"  source t: calendar { event h { schedule: "99 * * * *" } }
  rule r on h { k2(h) }"#,
    r#"  source t: calendar { event h { interval: "10s" } }
  rule r on h { k2(h) }"#,
    r#"  source t: nats { url: "nats://n:4222"
    event h { subjct: "a" } }
  rule r on h { k2(h) }"#,
    r#"  source t: nope { event h { x: 1 } }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: "80", auth: secret("a", "b")
    event h { path: "/h" } }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: 99999, auth: secret("a", "b")
    event h { path: "/h" } }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: 12001, auth: "tok"
    event h { path: "/h" } }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: 12001, auth: secret("a", "b")
    event h { path: "/h", method: GETT } }
  rule r on h { k2(h) }"#,
    r#"  source t: webhook { port: 12001, auth: secret("a", "b")
    event h { path: "/h", format: xml } }
  rule r on h { k2(h) }"#,
];

/// The diagnostics of a program from a level on, as `LINE: CODE MESSAGE`. That two rules do the same is no mistake here.
fn found(text: &str, level: Level) -> Vec<String> {
    let mut system = MemorySystem::default();
    system.files.insert("main.efl".to_owned(), Arc::from(text));
    let db = Database::load(&system, &["main.efl".to_owned()]);
    let file = db.file("main.efl").expect("it was loaded");
    let found = project::diagnostics(&db, file).into_iter();
    let line = |at: u32| text[..at as usize].matches('\n').count() + 1;
    found
        .filter(|d| d.level >= level && !["E0406", "E0418"].contains(&d.rule.code))
        .map(|d| format!("{}: {} {}", line(d.range.start().into()), d.rule.code, d.message))
        .collect()
}

/// Puts each mistake into a program and compares how much is said.
fn each_is_one(before: &str, mistakes: &[&str], behind: &str, level: Level) {
    assert_eq!(found(&format!("{before}{behind}"), level), Vec::<String>::new(), "right without mistakes");
    let wrong = |mistake: &&str| {
        let found = found(&format!("{before}{mistake}{behind}"), level);
        (found.len() != 1).then(|| format!("{mistake}\n    {}", found.join("\n    ")))
    };
    let wrong: Vec<String> = mistakes.iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "not exactly one diagnostic:\n{}", wrong.join("\n"));
}

#[test]
fn a_mistake_of_syntax_is_one_error() {
    each_is_one(BEFORE, MISTAKES, BEHIND, Level::Error);
}

#[test]
fn a_mistake_of_meaning_is_one_diagnostic() {
    each_is_one(BEFORE_MEANING, MEANINGS, BEHIND_MEANING, Level::Warning);
}
