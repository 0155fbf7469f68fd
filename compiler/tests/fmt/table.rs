//! Texts before and after, by what is special about them. The rules as a reader sees them are in
//! `tests/spec/formatting.md`; here are the corners.

use super::promises::hold_good as hold;

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

#[test]
fn heads_and_conditions_of_rules() {
    stays(
        r#"orchestrator o {
  rule short on a[x > 1] and b within 10s by x where a.x == b.x { f(a.x) }
  rule long on unexpected-movement[speed > 50 and confidence >= 0.8] and pedestrian[on-foot]
    within 10s
    by zone
    where unexpected-movement.lane == pedestrian.lane
  { f(a.x) }
  rule longer on unexpected-movement
      then not acknowledgement[by-whom != "nobody" and code == 4711 and operator != "test"] for 5m
  {
    f(a.x)
  }
  rule longest on e[
          speed > 50
          and (cause ?? "nothing") != "manual"
          and len(cause ?? "") > 10
          and cause matches "^a.*b$"
          and length < 1000
        ]
        and f[x > 10]
      or f[x < 5]
    within 10s
    where e.x == f.x // of one crossing
  { f(e.x) }
}
"#,
    );
}

#[test]
fn calls_and_their_options() {
    stays(
        r#"orchestrator o {
  rule r on e {
    let a = f(x: e.x, y: "short") retry 3 backoff 1s..20s timeout 60s
    let answer = f(
      x: e.x,
      y: "hello ${e.y ?? "nobody"}, this text goes on and on and on",
    ) retry 3 backoff 1s..20s timeout 60s
    if answer.certain-enough-for-an-alarm and answer.zone != "closed" and answer.level == "high"
        or answer.manual {
      f(x: 1, y: "")
    }
    on failure { f(x: 0, y: "failed") } // last
  }
}
"#,
    );
}

#[test]
fn records_and_unions() {
    stays(
        r#"type Change = {
  action: "published" | "unpublished"
  kind: "created-by-hand"
    | "created-by-machine"
    | "edited"
    | "deleted"
    | "prereleased"
    | "released-to-the-edge"
  // on a line of its own
  by?: string /* inline */ // trailing
}
"#,
    );
}
