//! What predicates are lowered to, and what is refused. That it means the same is `compiler/tests/predicates.rs`.

use super::{Arrival, lower, unsupported};
use crate::{
    catalog::sources,
    ir::{
        Expr, Op, Scope,
        build::{binary, list, local, not, number, of, own, path, text},
    },
};
use serde_json::json;

fn arrival(kind: &str, format: Option<&str>) -> Arrival {
    Arrival::of(sources::find(kind).expect("a kind of the catalog"), format)
}

fn meta(name: &str) -> Expr {
    Expr::Member(Box::new(Expr::Meta(Scope::Own)), name.to_owned())
}

/// The expressions with their paths, one a line; "jq" if that is how.
fn exprs(predicate: &Expr, kind: &str) -> String {
    let filter = lower(predicate, arrival(kind, None));
    if filter.rewrites_event() {
        return "jq".to_owned();
    }
    let lines = filter.filters.unwrap_or_default().exprs.into_iter().map(|entry| {
        let field = &entry.fields[0];
        format!("{} ({}: {})", entry.expr, field.name, field.path)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_conjunction_of_simple_comparisons_leaves_the_event_alone() {
    let fast = || binary(Op::Gt, own("speed"), number(50.0));
    let topic = || binary(Op::Eq, meta("topic"), text("a"));
    for (predicate, kind, expected) in [
        (fast(), "webhook", "speed > 50 (speed: body.speed)"),
        (binary(Op::Lt, number(50.0), own("speed")), "webhook", "speed > 50 (speed: body.speed)"),
        (
            binary(Op::And, fast(), binary(Op::Matches, own("max-speed"), text(r"a'\."))),
            "webhook",
            "speed > 50 (speed: body.speed)\nv =~ '^(?:a\\'\\\\.)$' (v: body.max-speed)",
        ),
        (binary(Op::Eq, path("a.b c"), text("x\"y")), "webhook", r#"v == 'x\"y' (v: body.a.b\ c)"#),
        (
            binary(Op::Eq, own("day"), text("2024-01-02")),
            "webhook",
            r"day =~ '^2024\\-01\\-02$' (day: body.day)",
        ),
        (binary(Op::Eq, own("n"), number(5e-7)), "webhook", "n == 0.0000005 (n: body.n)"),
        (
            binary(Op::In, own("in"), list([text("a"), number(-1.0), Expr::Bool(true)])),
            "webhook",
            "v == 'a' || v == -1 || v == true (v: body.in)",
        ),
        (topic(), "mqtt", "topic == 'a' (topic: topic)"),
        (binary(Op::Eq, own("eventTime"), text("a")), "calendar", "eventTime == 'a' (eventTime: eventTime)"),
        (Expr::Bool(true), "webhook", ""),
        // These go the other way: no such metadata, not part of the payload, read as a position, not simple.
        (topic(), "webhook", "jq"),
        (binary(Op::Eq, own("metadata"), text("a")), "calendar", "jq"),
        (binary(Op::Eq, own("0"), text("a")), "webhook", "jq"),
        (binary(Op::Ne, own("zone"), text("a")), "webhook", "jq"),
        (binary(Op::Eq, own("zone"), Expr::Null), "webhook", "jq"),
        (not(fast()), "webhook", "jq"),
        (own("moving"), "webhook", "jq"),
        (binary(Op::Eq, own("a"), own("b")), "webhook", "jq"),
        (Expr::Bool(false), "webhook", "jq"),
    ] {
        assert_eq!(exprs(&predicate, kind), expected, "{predicate}");
    }
}

#[test]
fn anything_else_is_a_transform_with_what_it_needs() {
    let predicate = binary(
        Op::Or,
        binary(Op::Gt, own("speed"), number(50.0)),
        binary(Op::Matches, meta("topic"), text(r"radar/\d")),
    );
    let filter = serde_json::to_value(lower(&predicate, arrival("mqtt", Some("text")))).expect("plain data");
    let jq = r#"def get($k): if type == "object" then .[$k] else null end;
def both(a; b; f): a as $a | b as $b | $a != null and $b != null and ([$a, $b] | f);
def str: if . == null or type == "string" then . else error("not text") end;
def both_numbers: if all(type == "number") then . else error("not numbers") end;
def matches($re): str | . != null and test("\\A(?:" + $re + ")\\z");
. as $data | (.["body"] | if type == "string" then @base64d else . end) as $e | .efl_match = (try (both(($e | get("speed")); 50; both_numbers | .[0] > .[1]) or (($data | get("topic")) | matches("radar/\\d"))) catch false)"#;
    let data = json!([{ "path": "efl_match", "type": "bool", "value": ["true"] }]);
    assert_eq!(filter, json!({ "filters": { "data": data }, "transform": { "jq": jq } }));
}

#[test]
fn what_argo_cannot_see_is_refused() {
    for (predicate, refused) in [
        (binary(Op::Eq, meta("id"), text("a")), true),
        (binary(Op::Gt, meta("time"), text("2000-01-01T00:00:00Z")), true),
        (binary(Op::Eq, meta("topic"), text("a")), false),
        (binary(Op::Eq, Expr::Meta(Scope::Own), Expr::Null), true),
        (binary(Op::Eq, own("zone"), of("pedestrian", "zone")), true),
        (binary(Op::Eq, own("zone"), local("zone")), true),
        (binary(Op::Matches, own("zone"), own("pattern")), true),
        (not(binary(Op::Matches, own("zone"), text("z"))), false),
    ] {
        assert_eq!(unsupported(&predicate).is_some(), refused, "{predicate}");
    }
}
