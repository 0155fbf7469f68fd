//! Tables of expressions and their values. The page `tests/spec/expressions.md` has the same in EFL.

use super::{Env, Event, Outcome, eval, explain, holds};
use crate::ir::{
    Builtin, Expr, Op, Scope,
    build::{binary, call, list, local, negate, not, number, own, path, record, text},
};
use serde_json::{Value, json};

const PAYLOAD: fn() -> Value = || {
    json!({
        "speed": 72, "zone": "z1", "plate": "ÄB-12", "tags": ["a", null, [1]], "at": {"lat": 1.5, "gone": null},
        "on": true, "zero": 0, "time": "2000-01-01T01:00:00+01:00", "big": 1_732_368_000_123_456_789_i64, "huge": 1e300,
    })
};

fn with<T>(test: impl FnOnce(&Env<'_>) -> T) -> T {
    let (payload, meta) = (PAYLOAD(), json!({ "topic": "a/b" }));
    test(&Env::of(Event { payload: &payload, meta: &meta }))
}

fn missing() -> Expr {
    own("missing")
}

#[test]
fn values() {
    let big = path("big");
    for (expr, expected) in [
        (path("at.lat"), json!(1.5)),
        (path("at.lat.deeper"), Value::Null),
        (path("tags.2.0"), json!(1)),
        (path("tags.9"), Value::Null),
        (Expr::Index(Box::new(own("tags")), Box::new(number(-1.0))), Value::Null),
        (Expr::Index(Box::new(own("tags")), Box::new(number(0.5))), Value::Null),
        (Expr::Index(Box::new(own("at")), Box::new(text("lat"))), json!(1.5)),
        (big, json!(1_732_368_000_123_456_789_i64)),
        (binary(Op::Add, own("speed"), number(0.5)), json!(72.5)),
        (binary(Op::Div, number(6.0), number(4.0)), json!(1.5)),
        (binary(Op::Rem, number(-7.0), number(2.0)), json!(-1)),
        (binary(Op::Mul, missing(), number(2.0)), Value::Null),
        (negate(own("speed")), json!(-72)),
        (negate(missing()), Value::Null),
        (binary(Op::Coalesce, missing(), number(3.0)), json!(3)),
        (binary(Op::Coalesce, own("zero"), number(3.0)), json!(0)),
        (call(Builtin::Len, [own("plate")]), json!(5)),
        (call(Builtin::Len, [own("tags")]), json!(3)),
        (call(Builtin::Len, [own("at")]), json!(2)),
        (call(Builtin::Len, [missing()]), Value::Null),
        (call(Builtin::Lower, [own("plate")]), json!("Äb-12")),
        (call(Builtin::Upper, [text("aß")]), json!("Aß")),
        (call(Builtin::Abs, [number(-2.0)]), json!(2)),
        (call(Builtin::Number, [text("-1.5e2")]), json!(-150)),
        (call(Builtin::String, [number(1e21)]), json!("1e+21")),
        (call(Builtin::String, [number(5e-7)]), json!("5e-7")),
        (call(Builtin::String, [number(1e16)]), json!("10000000000000000")),
        (call(Builtin::String, [own("on")]), json!("true")),
        (Expr::Template(vec![text("v="), own("speed"), missing(), text("!")]), json!("v=72!")),
        (record([("a", list([own("zone"), Expr::Null]))]), json!({ "a": ["z1", null] })),
        (Expr::untyped_value(&Scope::Own), PAYLOAD()),
    ] {
        assert_eq!(with(|env| eval(&expr, env)), Ok(expected), "{expr}");
    }
}

#[test]
fn conditions() {
    let (yes, no) = (Outcome::True, Outcome::False);
    let when = |op, time: &str| binary(op, own("time"), text(time));
    for (expr, expected) in [
        (binary(Op::Gt, own("speed"), number(50.0)), &yes),
        (binary(Op::Gt, missing(), number(50.0)), &no),
        (not(binary(Op::Gt, missing(), number(50.0))), &yes),
        (binary(Op::Eq, missing(), own("gone")), &no),
        (binary(Op::Ne, missing(), text("z1")), &no),
        (binary(Op::Eq, missing(), Expr::Null), &yes),
        (binary(Op::Ne, Expr::Null, own("zone")), &yes),
        (binary(Op::Eq, own("speed"), text("72")), &no),
        (binary(Op::Ne, own("speed"), text("72")), &yes),
        (binary(Op::Eq, own("speed"), number(72.0)), &yes),
        (binary(Op::Eq, path("tags.2"), list([number(1.0)])), &yes),
        (binary(Op::Eq, own("at"), record([("lat", number(1.5))])), &no),
        (binary(Op::In, own("zone"), list([number(1.0), text("z1")])), &yes),
        (binary(Op::In, text("a"), own("tags")), &yes),
        (binary(Op::In, missing(), list([Expr::Null])), &no),
        (binary(Op::In, text("a"), missing()), &no),
        (binary(Op::Matches, own("zone"), text("z[0-9]")), &yes),
        (binary(Op::Matches, own("zone"), text("z")), &no),
        (binary(Op::Matches, missing(), text("z")), &no),
        (call(Builtin::StartsWith, [own("zone"), text("z")]), &yes),
        (call(Builtin::Contains, [missing(), text("z")]), &no),
        (when(Op::Le, "2000-01-01T00:00:00Z"), &yes),
        (when(Op::Lt, "2000-01-01T00:00:00.1Z"), &yes),
        (when(Op::Eq, "2000-01-01T00:00:00Z"), &no),
        (own("on"), &yes),
        (missing(), &no),
        (not(missing()), &yes),
        (binary(Op::Or, own("on"), binary(Op::Lt, own("zone"), number(1.0))), &yes),
        (binary(Op::And, missing(), binary(Op::Lt, own("zone"), number(1.0))), &no),
    ] {
        assert_eq!(&with(|env| holds(&expr, env)), expected, "{expr}");
    }
}

#[test]
fn type_errors() {
    let division = |op| binary(op, own("speed"), own("zero"));
    for (expr, message) in [
        (binary(Op::Lt, own("zone"), number(1.0)), "`zone` is text, not a number"),
        (binary(Op::Lt, own("on"), own("on")), "`on` is a bool, not a number or a timestamp"),
        (binary(Op::Lt, own("zone"), text("z2")), "`zone` is \"z1\", which is no timestamp"),
        (not(binary(Op::Lt, own("zone"), number(1.0))), "`zone` is text, not a number"),
        (binary(Op::Or, own("speed"), own("on")), "`speed` is a number, not true or false"),
        (binary(Op::In, text("a"), own("zone")), "`zone` is text, not a list"),
        (binary(Op::Matches, own("speed"), text("7")), "`speed` is a number, not text"),
        (binary(Op::Gt, division(Op::Div), number(1.0)), "`zero` is zero: division by zero"),
        (binary(Op::Gt, division(Op::Rem), number(1.0)), "`zero` is zero: division by zero"),
        (
            binary(Op::Gt, binary(Op::Mul, own("huge"), own("huge")), number(1.0)),
            "`huge * huge` is too large",
        ),
        (
            binary(Op::Eq, call(Builtin::Len, [own("speed")]), number(1.0)),
            "`speed` is a number, not text, a list or a record",
        ),
        (
            binary(Op::Eq, call(Builtin::Number, [own("zone")]), number(1.0)),
            "`zone` is \"z1\", which is no number",
        ),
        (
            binary(Op::Eq, call(Builtin::Number, [text("01")]), number(1.0)),
            "`\"01\"` is \"01\", which is no number",
        ),
        (local("x"), "`x` has no value here"),
    ] {
        match with(|env| holds(&expr, env)) {
            Outcome::TypeError(error) => assert_eq!(error.to_string(), message, "{expr}"),
            other => panic!("{expr}: {other:?}"),
        }
    }
}

#[test]
fn an_explanation_has_every_operand() {
    let fast = binary(Op::Gt, own("speed"), number(90.0));
    let near = binary(Op::In, own("zone"), list([text("z1"), text("z2")]));
    let expr = binary(Op::And, binary(Op::And, fast, near), not(binary(Op::Lt, own("zone"), number(1.0))));
    let expected = r#"false  speed > 90 and zone in ["z1", "z2"] and not zone < 1
  false  speed > 90
    72  speed
  true  zone in ["z1", "z2"]  (not reached)
    "z1"  zone
  type error  not zone < 1  (`zone` is text, not a number)  (not reached)
    type error  zone < 1  (`zone` is text, not a number)
      "z1"  zone"#;
    assert_eq!(with(|env| explain(&expr, env)).to_string(), expected);
}

#[test]
fn events_of_a_rule_are_read_by_name() {
    use crate::ir::build::of;
    let (payload, meta, item) = (json!({ "zone": "z1" }), json!({ "id": "7" }), json!(3));
    let env = Env::default().event("vehicle", Event { payload: &payload, meta: &meta }).local("item", &item);
    let id = Expr::Member(Box::new(Expr::Meta(Scope::Event("vehicle".into()))), "id".into());
    for (expr, expected) in [
        (of("vehicle", "zone"), json!("z1")),
        (of("pedestrian", "zone"), Value::Null),
        (binary(Op::Eq, Expr::Payload(Scope::Event("pedestrian".into())), Expr::Null), json!(true)),
        (id, json!("7")),
        (local("item"), json!(3)),
    ] {
        assert_eq!(eval(&expr, &env), Ok(expected), "{expr}");
    }
}
