//! Tables of predicates over a declared payload and what is known of them.

use super::{Context, Satisfiable, conjuncts, implies, satisfiable};
use crate::{
    ir::{
        Builtin, Expr, Op,
        build::{binary, call, list, not, number, own, path, text},
    },
    types::{Literal, Record, RecordField, Type, TypeTable},
};

fn record<const N: usize>(fields: [(&str, Type); N]) -> Type {
    let field = |(key, ty): (&str, Type)| RecordField {
        name: key.trim_end_matches('?').into(),
        ty,
        optional: key.ends_with('?'),
        doc: None,
    };
    Type::Record(Record { fields: fields.into_iter().map(field).collect(), ..Record::default() }.into())
}

fn payload() -> Type {
    let literal = |text: &str| Type::Literal(Literal::String(text.into()));
    record([
        ("speed", Type::Number),
        ("lanes", Type::Int),
        ("age?", Type::Number),
        ("zone", Type::String),
        ("level", Type::union([literal("low"), literal("high")])),
        ("moving", Type::Bool),
        ("time", Type::Timestamp),
        ("at?", record([("lat", Type::Number)])),
        ("anything", Type::Any),
    ])
}

fn known(expr: &Expr) -> String {
    let (table, ty) = (TypeTable::default(), payload());
    let event = |_: &_| (ty.clone(), Type::Any);
    match satisfiable(expr, Context { table: &table, event: &event }) {
        Satisfiable::Never(conflict) => match conflict.earlier {
            Some(earlier) => format!("never: {} # {}", earlier.expr, conflict.later.expr),
            None => format!("never: {}", conflict.later.expr),
        },
        other => format!("{other:?}").to_lowercase(),
    }
}

fn gt(name: &str, than: f64) -> Expr {
    binary(Op::Gt, path(name), number(than))
}

fn lt(name: &str, than: f64) -> Expr {
    binary(Op::Lt, path(name), number(than))
}

fn eq(name: &str, to: &str) -> Expr {
    binary(Op::Eq, path(name), text(to))
}

fn and<const N: usize>(parts: [Expr; N]) -> Expr {
    parts.into_iter().reduce(|a, b| binary(Op::And, a, b)).expect("at least one")
}

fn or<const N: usize>(parts: [Expr; N]) -> Expr {
    parts.into_iter().reduce(|a, b| binary(Op::Or, a, b)).expect("at least one")
}

fn is_null(name: &str) -> Expr {
    binary(Op::Eq, path(name), Expr::Null)
}

#[test]
fn predicates_that_never_hold_name_the_parts_that_exclude_each_other() {
    let zone = |builtin, part| call(builtin, [own("zone"), text(part)]);
    let time = |op, at| binary(op, own("time"), text(at));
    for (expr, expected) in [
        (and([gt("speed", 50.0), lt("speed", 10.0)]), "never: speed > 50 # speed < 10"),
        (and([gt("speed", 5.0), eq("zone", "z1"), lt("speed", 5.0)]), "never: speed > 5 # speed < 5"),
        (and([gt("lanes", 1.0), lt("lanes", 2.0)]), "never: lanes > 1 # lanes < 2"),
        (binary(Op::Eq, own("lanes"), number(0.5)), "never: lanes == 0.5"),
        (and([eq("zone", "a"), eq("zone", "b")]), r#"never: zone == "a" # zone == "b""#),
        (eq("level", "hgh"), r#"never: level == "hgh""#),
        (binary(Op::In, own("level"), list([text("a"), text("b")])), r#"never: level in ["a", "b"]"#),
        (and([own("moving"), not(own("moving"))]), "never: moving # moving"),
        (and([is_null("age"), gt("age", 5.0)]), "never: age == null # age > 5"),
        (is_null("speed"), "never: speed == null"),
        (and([is_null("at"), gt("at.lat", 5.0)]), "never: at == null # at.lat > 5"),
        (binary(Op::Gt, own("speed"), Expr::Null), "never: speed > null"),
        (Expr::Bool(false), "never: false"),
        (
            and([or([gt("speed", 50.0), gt("speed", 90.0)]), lt("speed", 10.0)]),
            "never: speed > 50 # speed < 10",
        ),
        (not(or([gt("speed", 5.0), lt("speed", 10.0)])), "never: speed > 5 # speed < 10"),
        (
            and([zone(Builtin::StartsWith, "a"), zone(Builtin::StartsWith, "b")]),
            r#"never: starts-with(zone, "a") # starts-with(zone, "b")"#,
        ),
        (
            and([eq("zone", "ab"), zone(Builtin::EndsWith, "a")]),
            r#"never: zone == "ab" # ends-with(zone, "a")"#,
        ),
        (
            and([binary(Op::Matches, own("zone"), text("z[0-9]")), eq("zone", "y1")]),
            r#"never: zone matches "z[0-9]" # zone == "y1""#,
        ),
        (
            and([time(Op::Lt, "2000-01-01T00:00:00Z"), time(Op::Gt, "2000-01-01T01:00:00+01:00")]),
            r#"never: time < "2000-01-01T00:00:00Z" # time > "2000-01-01T01:00:00+01:00""#,
        ),
        (binary(Op::Lt, call(Builtin::Len, [own("zone")]), number(0.0)), "never: len(zone) < 0"),
        (
            and([binary(Op::Lt, number(50.0), own("speed")), lt("speed", 10.0)]),
            "never: 50 < speed # speed < 10",
        ),
        (and([gt("anything", 5.0), eq("anything", "x")]), r#"never: anything > 5 # anything == "x""#),
    ] {
        assert_eq!(known(&expr), expected, "{expr}");
    }
}

#[test]
fn predicates_that_always_hold() {
    for (expr, expected) in [
        (or([gt("speed", 5.0), not(gt("speed", 5.0))]), "always"),
        (or([gt("speed", 5.0), lt("speed", 6.0)]), "always"),
        (or([gt("age", 5.0), lt("age", 6.0)]), "sometimes"),
        (or([gt("age", 5.0), lt("age", 6.0), is_null("age")]), "always"),
        (or([gt("anything", 5.0), lt("anything", 6.0), is_null("anything")]), "sometimes"),
        (binary(Op::In, own("level"), list([text("low"), text("high")])), "always"),
        (binary(Op::Ne, own("level"), text("mid")), "always"),
        (Expr::Bool(true), "always"),
        (or([own("moving"), not(own("moving"))]), "always"),
        (not(and([gt("lanes", 1.0), lt("lanes", 2.0)])), "always"),
        (gt("speed", 50.0), "sometimes"),
        (binary(Op::Eq, own("zone"), own("level")), "unknown"),
    ] {
        assert_eq!(known(&expr), expected, "{expr}");
    }
}

#[test]
fn too_many_cases_are_unknown() {
    let pair = |i: u32| or([gt("speed", f64::from(i)), gt("age", f64::from(i))]);
    let expr = (0..20).map(pair).reduce(|a, b| binary(Op::And, a, b)).expect("twenty");
    assert_eq!(known(&expr), "unknown");
}

#[test]
fn a_stronger_predicate_implies_a_weaker_one() {
    let (table, ty) = (TypeTable::default(), payload());
    let event = |_: &_| (ty.clone(), Type::Any);
    let context = Context { table: &table, event: &event };
    let same = binary(Op::Eq, own("zone"), own("level"));
    for (a, b, expected) in [
        (gt("speed", 50.0), gt("speed", 40.0), Some(true)),
        (gt("speed", 40.0), gt("speed", 50.0), Some(false)),
        (gt("age", 40.0), not(is_null("age")), Some(true)),
        (not(is_null("age")), gt("age", 40.0), Some(false)),
        (and([gt("speed", 50.0), eq("zone", "a")]), eq("zone", "a"), Some(true)),
        (eq("zone", "a"), binary(Op::In, own("zone"), list([text("a"), text("b")])), Some(true)),
        (eq("zone", "ab"), call(Builtin::StartsWith, [own("zone"), text("a")]), Some(true)),
        (eq("zone", "a"), or([gt("speed", 5.0), not(gt("speed", 5.0))]), Some(true)),
        (same.clone(), same.clone(), Some(true)),
        (same, gt("speed", 5.0), None),
        (gt("anything", 50.0), gt("anything", 40.0), Some(true)),
    ] {
        assert_eq!(implies(&a, &b, context), expected, "{a} implies {b}");
    }
}

#[test]
fn conjuncts_are_counted_from_the_left() {
    let expr = and([gt("speed", 1.0), or([own("moving"), gt("age", 2.0)]), eq("zone", "z")]);
    let texts: Vec<String> = conjuncts(&expr).iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["speed > 1", "moving or age > 2", r#"zone == "z""#]);
    let never = and([gt("speed", 5.0), own("moving"), or([lt("speed", 1.0), lt("speed", 2.0)])]);
    let (table, ty) = (TypeTable::default(), payload());
    let event = |_: &_| (ty.clone(), Type::Any);
    let Satisfiable::Never(conflict) = satisfiable(&never, Context { table: &table, event: &event }) else {
        panic!("it never holds");
    };
    assert_eq!((conflict.earlier.map(|part| part.conjunct), conflict.later.conjunct), (Some(0), 2));
}
