//! Properties of what is proved of predicates: no event contradicts it.

mod common;

use common::predicates::{meta, payload_for, predicate};
use efl_compiler::{
    eval::{Env, Event, Outcome, holds},
    ir::{Builtin, Expr, Op, Scope},
    sat::{Context, Satisfiable, implies, satisfiable},
    types::{Literal, Record, RecordField, Type, TypeTable},
};
use proptest::{collection::vec, option::of, prelude::*, sample::select, test_runner::TestRunner};
use serde_json::{Value, json};
use std::cell::Cell;

fn record<const N: usize>(fields: [(&str, Type); N]) -> Type {
    let field = |(key, ty): (&str, Type)| RecordField {
        name: key.trim_end_matches('?').into(),
        ty,
        optional: key.ends_with('?'),
        doc: None,
    };
    Type::Record(Record { fields: fields.into_iter().map(field).collect(), ..Record::default() }.into())
}

/// A declared payload; [`declared_payload`] makes values of it.
fn declared() -> Type {
    let literal = |text: &str| Type::Literal(Literal::String(text.into()));
    record([
        ("speed", Type::Number),
        ("lanes", Type::Int),
        ("age?", Type::Number.or_null()),
        ("zone", Type::String),
        ("level", Type::union([literal("low"), literal("high")])),
        ("moving", Type::Bool),
        ("time", Type::Timestamp),
        ("at?", record([("lat", Type::Number)])),
        ("mixed", Type::union([Type::String, Type::Int, Type::Null])),
        ("anything?", Type::Any),
    ])
}

const TEXTS: &[&str] = &["", "a", "ab", "b", "low", "high"];
const TIMES: &[&str] = &["2000-01-01T00:00:00Z", "2000-01-01T01:00:00+01:00", "2000-01-02T00:00:00Z"];

fn small() -> impl Strategy<Value = f64> {
    (-2..5).prop_map(|n| f64::from(n) / 2.0)
}

fn text() -> impl Strategy<Value = Value> {
    select(TEXTS).prop_map(Value::from)
}

fn declared_payload() -> impl Strategy<Value = Value> {
    let number = || small().prop_map(|n| json!(n));
    let whole = || (-1..3).prop_map(|n| json!(n));
    let anything = prop_oneof![
        number(),
        text(),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!([])),
        select(TIMES).prop_map(Value::from)
    ];
    let required = (number(), whole(), text(), select(&["low", "high"][..]), any::<bool>(), select(TIMES));
    let optional = (
        of(prop_oneof![number(), Just(Value::Null)]),
        of(number()),
        prop_oneof![text(), whole(), Just(Value::Null)],
        of(anything),
    );
    (required, optional).prop_map(|((speed, lanes, zone, level, moving, time), (age, lat, mixed, anything))| {
        let mut payload = json!({ "speed": speed, "lanes": lanes, "zone": zone, "level": level, "moving": moving, "time": time, "mixed": mixed });
        let fields = payload.as_object_mut().expect("a record");
        fields.extend(age.map(|age| ("age".to_owned(), age)));
        fields.extend(lat.map(|lat| ("at".to_owned(), json!({ "lat": lat }))));
        fields.extend(anything.map(|anything| ("anything".to_owned(), anything)));
        payload
    })
}

fn field(name: &str) -> Expr {
    Expr::Member(Box::new(Expr::Payload(Scope::Own)), name.to_owned())
}

fn binary(op: Op, left: Expr, right: Expr) -> Expr {
    Expr::Binary(op, Box::new(left), Box::new(right))
}

/// Predicates over the declared payload, mostly well typed.
fn declared_predicate() -> impl Strategy<Value = Expr> {
    let lat = || Expr::Member(Box::new(field("at")), "lat".to_owned());
    let numeric = prop_oneof![
        6 => select(&["speed", "lanes", "age", "anything", "mixed"][..]).prop_map(field),
        2 => Just(lat()),
        1 => Just(Expr::Call(Builtin::Len, vec![field("zone")])),
        1 => Just(binary(Op::Add, field("speed"), Expr::Number(1.0))),
        1 => Just(binary(Op::Coalesce, field("age"), Expr::Number(0.0))),
    ];
    let textual = || select(&["zone", "level", "mixed", "anything"][..]).prop_map(field);
    let string = || select(TEXTS).prop_map(|text| Expr::String(text.to_owned()));
    let comparison = select(&[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge][..]);
    let equality = || select(&[Op::Eq, Op::Ne][..]);
    let time = select(TIMES).prop_map(|text| Expr::String(text.to_owned()));
    let tests = select(&[Builtin::StartsWith, Builtin::EndsWith, Builtin::Contains][..]);
    let nullable = select(&["age", "at", "anything", "mixed", "zone"][..]).prop_map(field);
    let atom = prop_oneof![
        6 => (numeric.clone(), comparison.clone(), small().prop_map(Expr::Number), any::<bool>()).prop_map(|(a, op, b, mirrored)| {
            if mirrored { binary(op, b, a) } else { binary(op, a, b) }
        }),
        1 => (numeric.clone(), comparison.clone(), numeric).prop_map(|(a, op, b)| binary(op, a, b)),
        3 => (textual(), equality(), string()).prop_map(|(a, op, b)| binary(op, a, b)),
        2 => (textual(), vec(string(), 0..3)).prop_map(|(a, items)| binary(Op::In, a, Expr::List(items))),
        2 => (tests, textual(), string()).prop_map(|(test, a, b)| Expr::Call(test, vec![a, b])),
        1 => (textual(), select(&["a.*", "a|b", ""][..])).prop_map(|(a, re)| binary(Op::Matches, a, Expr::String(re.to_owned()))),
        2 => (select(&["time", "anything"][..]).prop_map(field), comparison, time).prop_map(|(a, op, b)| binary(op, a, b)),
        2 => (nullable, equality()).prop_map(|(a, op)| binary(op, a, Expr::Null)),
        1 => select(&["moving", "anything"][..]).prop_map(field),
    ];
    atom.prop_recursive(4, 12, 2, |inner| {
        prop_oneof![
            4 => (select(&[Op::And, Op::Or][..]), inner.clone(), inner.clone()).prop_map(|(op, a, b)| binary(op, a, b)),
            1 => inner.prop_map(|of| Expr::Not(Box::new(of))),
        ]
    })
}

fn is_true(predicate: &Expr, payload: &Value, meta: &Value) -> bool {
    holds(predicate, &Env::of(Event { payload, meta })) == Outcome::True
}

/// What is proved, as (never, always).
fn proved(predicate: &Expr, payload: &Type) -> (bool, bool) {
    let table = TypeTable::default();
    let event = |_: &Scope| (payload.clone(), Type::Any);
    match satisfiable(predicate, Context { table: &table, event: &event }) {
        Satisfiable::Never(_) => (true, false),
        Satisfiable::Always => (false, true),
        Satisfiable::Sometimes | Satisfiable::Unknown => (false, false),
    }
}

fn proved_implication(a: &Expr, b: &Expr, payload: &Type) -> bool {
    let table = TypeTable::default();
    let event = |_: &Scope| (payload.clone(), Type::Any);
    implies(a, b, Context { table: &table, event: &event }) == Some(true)
}

/// Runs a property, and checks that what it is about came up.
fn check<S: Strategy>(cases: u32, strategy: S, least: u32, property: impl Fn(S::Value) -> bool) {
    let met = Cell::new(0);
    let mut runner =
        TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let result = runner.run(&strategy, |value| {
        met.set(met.get() + u32::from(property(value)));
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
    assert!(met.get() >= least, "only {} of {cases} cases were to the point", met.get());
}

#[test]
fn no_declared_payload_contradicts_never_or_always() {
    check(1000, (declared_predicate(), vec(declared_payload(), 20)), 50, |(predicate, payloads)| {
        let (never, always) = proved(&predicate, &declared());
        for payload in payloads {
            let held = is_true(&predicate, &payload, &json!({}));
            assert!(!(never && held), "`{predicate}` never holds, but for {payload}");
            assert!(!always || held, "`{predicate}` always holds, but not for {payload}");
        }
        never || always
    });
}

#[test]
fn no_payload_contradicts_never_or_always() {
    let case = predicate().prop_flat_map(|predicate| {
        let events = vec((payload_for(&predicate), meta()), 10);
        (Just(predicate), events)
    });
    check(300, case, 5, |(predicate, events)| {
        let (never, always) = proved(&predicate, &Type::Any);
        for (payload, meta) in events {
            let held = is_true(&predicate, &payload, &meta);
            assert!(!(never && held), "`{predicate}` never holds, but for {payload}");
            assert!(!always || held, "`{predicate}` always holds, but not for {payload}");
        }
        never || always
    });
}

#[test]
fn no_declared_payload_contradicts_an_implication() {
    let pair = (declared_predicate(), declared_predicate());
    check(1500, (pair, vec(declared_payload(), 20)), 30, |((a, b), payloads)| {
        let proved = proved_implication(&a, &b, &declared());
        for payload in payloads {
            let counterexample = is_true(&a, &payload, &json!({})) && !is_true(&b, &payload, &json!({}));
            assert!(!(proved && counterexample), "`{a}` implies `{b}`, but not for {payload}");
        }
        proved
    });
}
