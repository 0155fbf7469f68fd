//! Tables of what fits where.

use super::*;

fn text(value: &str) -> Type {
    Type::Literal(Literal::String(value.into()))
}

fn number(value: f64) -> Type {
    Type::Literal(Literal::Number(value))
}

fn flag(value: bool) -> Type {
    Type::Literal(Literal::Bool(value))
}

fn list(item: Type) -> Type {
    Type::List(item.into())
}

fn map(value: Type) -> Type {
    Type::Map(value.into())
}

fn either<const N: usize>(parts: [Type; N]) -> Type {
    Type::union(parts)
}

/// A record; a `?` behind a key makes it optional, a key `...` makes the record open.
fn record<const N: usize>(fields: [(&str, Type); N]) -> Type {
    let mut record = Record::default();
    for (key, ty) in fields {
        if key == "..." {
            record.open = true;
            continue;
        }
        let name = key.trim_end_matches('?').into();
        record.fields.push(RecordField { name, ty, optional: key.ends_with('?'), doc: None });
    }
    Type::Record(record.into())
}

fn named(name: &str, ty: Type) -> Type {
    let Type::Record(record) = ty else { return ty };
    Type::Record(Record { name: Some(name.into()), ..(*record).clone() }.into())
}

fn name(name: &str) -> Type {
    Type::Named(name.into())
}

/// `type Tree = { value: number, children: list<Tree> }` and the same shape under another name.
fn trees() -> TypeTable {
    let mut table = TypeTable::default();
    let shape = |own: &str| record([("value", Type::Number), ("children", list(name(own)))]);
    table.insert("Tree".into(), shape("Tree"));
    table.insert("Wood".into(), shape("Wood"));
    table.insert("Text".into(), record([("value", Type::String), ("children", list(name("Text")))]));
    table.insert("Loop".into(), name("Loop"));
    table
}

#[test]
fn types_are_written_as_efl() {
    let vehicle = named("Vehicle", record([("plate", Type::String), ("speed?", Type::Number)]));
    for (ty, expected) in [
        (Type::Any, "any"),
        (either([text("low"), text("high")]), r#""low" | "high""#),
        (either([list(either([Type::Int, Type::Null])), Type::Null]), "list<int | null> | null"),
        (map(list(Type::Timestamp)), "map<list<timestamp>>"),
        (record([]), "{}"),
        (record([("a", Type::String), ("b?", Type::Number)]), "{ a: string, b?: number }"),
        (
            record([("a b", Type::Bool), ("in", flag(true)), ("x-1", number(-0.5))]),
            r#"{ "a b": bool, in: true, x-1: -0.5 }"#,
        ),
        (list(vehicle.clone()), "list<Vehicle>"),
        (text("a\"\\\n${x} $y\u{7}é"), r#""a\"\\\n\${x} $y\u{7}é""#),
    ] {
        assert_eq!(ty.to_string(), expected);
    }
    assert_eq!(vehicle.definition().to_string(), "{ plate: string, speed?: number }");
}

#[test]
fn values_fit_where_their_type_says() {
    let time = "2000-01-01T00:00:00Z";
    let a = |ty| record([("a", ty)]);
    for (from, to) in [
        (Type::Any, Type::Int),
        (Type::Int, Type::Any),
        (Type::Error, Type::Null),
        (list(Type::Any), list(Type::String)),
        (Type::Int, Type::Number),
        (number(3.0), Type::Int),
        (number(0.5), Type::Number),
        (flag(true), Type::Bool),
        (text("x"), Type::String),
        (text(time), Type::Timestamp),
        (Type::Timestamp, Type::String),
        (Type::Bool, either([flag(true), flag(false)])),
        (text("low"), either([text("low"), text("high")])),
        (either([text("low"), text("high")]), Type::String),
        (either([Type::Int, Type::Null]), either([Type::Null, Type::Number])),
        (record([("a", Type::Int), ("b", Type::Bool)]), a(Type::Number)),
        (record([]), record([("a?", Type::Number)])),
        (a(Type::Null), record([("a?", Type::Number)])),
        (a(Type::Int.or_null()), record([("a?", Type::Number)])),
        (record([("a?", Type::Int)]), a(Type::Number.or_null())),
        (record([("a?", Type::Int)]), a(Type::Any)),
        (record([("...", Type::Any)]), a(Type::Number)),
        (a(Type::Int), map(Type::Number)),
        (map(Type::Int), record([("a?", Type::Number)])),
        (a(Type::Int), either([Type::String, record([("a", Type::Number)])])),
    ] {
        assert!(from.assignable_to(&to), "`{from}` fits `{to}`");
    }
}

#[test]
fn a_mismatch_names_its_place() {
    let low_high = || either([text("low"), text("high")]);
    let at = |ty| record([("plate", Type::String), ("at", record([("lat", ty)]))]);
    for (from, to, message) in [
        (Type::String, Type::Number, "expected `number`, found `string`"),
        (Type::Number, Type::Int, "expected `int`, found `number`"),
        (number(0.5), Type::Int, "expected `int`, found `0.5`"),
        (Type::String, Type::Timestamp, "expected `timestamp`, found `string`"),
        (text("soon"), Type::Timestamp, "expected `timestamp`, found `\"soon\"`"),
        (text("mid"), low_high(), "expected `\"low\" | \"high\"`, found `\"mid\"`"),
        (Type::Bool, flag(true), "expected `true`, found `bool`"),
        (Type::Int.or_null(), Type::Int, "expected `int`, found `int | null`"),
        (Type::Null, Type::Int, "expected `int`, found `null`"),
        (record([]), at(Type::Int), "field `plate` is missing"),
        (at(Type::String), at(Type::Int), "field `at.lat` is `string`, expected `int`"),
        (at(Type::String), at(Type::Int).or_null(), "field `at.lat` is `string`, expected `int`"),
        (list(record([])), list(at(Type::Int)), "field `[].plate` is missing"),
        (
            record([("a?", Type::Int)]),
            record([("a", Type::Int)]),
            "field `a` is optional here and required there",
        ),
        (map(Type::Int), record([("a", Type::Int)]), "field `a` is optional here and required there"),
        (
            record([("a", Type::Int.or_null())]),
            record([("a", Type::Int)]),
            "field `a` is `int | null`, expected `int`",
        ),
    ] {
        let found = TypeTable::default().missing_or_wrong(&from, &to).map(|mismatch| mismatch.to_string());
        assert_eq!(found.as_deref(), Some(message), "`{from}` to `{to}`");
    }
}

#[test]
fn a_record_written_out_has_no_unknown_fields() {
    let table = TypeTable::default();
    let target = record([("a?", Type::Int), ("b?", record([("c?", Type::Int)]))]);
    for (from, to, message) in [
        (record([("a", Type::Int)]), target.clone(), None),
        (record([("x", Type::Int)]), target.clone(), Some("field `x` is unknown")),
        (
            record([("b", record([("x", Type::Int)]))]),
            target.clone().or_null(),
            Some("field `b.x` is unknown"),
        ),
        (record([("x", Type::Int)]), record([("...", Type::Any)]), None),
        (record([("x", Type::Int)]), map(Type::Int), None),
        (record([("x", Type::Int)]), Type::Any, None),
    ] {
        let found = table.unknown_field(&from, &to).map(|mismatch| mismatch.to_string());
        assert_eq!(found.as_deref(), message, "`{from}` to `{to}`");
    }
}

#[test]
fn recursive_types_fit_by_their_shape() {
    let table = trees();
    let leaf = record([("value", Type::Int), ("children", list(name("Tree")))]);
    assert!(table.assignable(&name("Tree"), &name("Tree")));
    assert!(table.assignable(&name("Tree"), &name("Wood")));
    assert!(table.assignable(&leaf, &name("Wood")));
    assert!(!table.assignable(&name("Tree"), &name("Text")));
    assert!(table.assignable(&name("Loop"), &Type::Int), "its own error was reported");
    assert_eq!(table.member(&name("Tree"), "children"), Lookup::Found(list(name("Tree"))));
    assert_eq!(table.element(&list(name("Tree"))), Some(name("Tree")));
}

#[test]
fn unlike_types_are_not_compared() {
    let table = TypeTable::default();
    let level = either([text("low"), text("high")]);
    for (a, b, equal, ordered) in [
        (Type::Int, number(0.5), true, true),
        (Type::Int.or_null(), Type::Number, true, true),
        (Type::Int, Type::String, false, false),
        (Type::Int.or_null(), Type::String.or_null(), false, false),
        (Type::Int, Type::Null, true, false),
        (level.clone(), text("mid"), true, false),
        (level, Type::String, true, false),
        (Type::Timestamp, text("2000-01-01T00:00:00Z"), true, true),
        (Type::Timestamp, text("soon"), true, false),
        (Type::Timestamp, Type::String, true, false),
        (Type::Any, Type::Int, true, true),
        (Type::Any, Type::Timestamp, true, true),
        (Type::Any, Type::String, true, false),
        (list(Type::Int), list(Type::String), true, false),
        (list(Type::Int), record([]), false, false),
        (Type::Bool, flag(true), true, false),
    ] {
        assert_eq!(table.comparable(&a, &b), equal, "`{a}` == `{b}`");
        assert_eq!(table.ordered(&a, &b), ordered, "`{a}` < `{b}`");
        assert_eq!(table.ordered(&b, &a), ordered, "`{b}` < `{a}`");
    }
}

#[test]
fn fields_are_found_through_alternatives() {
    let table = TypeTable::default();
    let a = |ty| record([("a", ty)]);
    for (ty, expected) in [
        (a(Type::Int), Lookup::Found(Type::Int)),
        (record([("a?", Type::Int)]), Lookup::Optional(Type::Int)),
        (a(Type::Int).or_null(), Lookup::Optional(Type::Int)),
        (either([a(Type::Int), a(Type::String)]), Lookup::Found(either([Type::Int, Type::String]))),
        (either([a(Type::Int), record([])]), Lookup::Optional(Type::Int)),
        (map(Type::Int), Lookup::Optional(Type::Int)),
        (record([]), Lookup::Missing),
        (record([("...", Type::Any)]), Lookup::Unknown),
        (Type::Any, Lookup::Unknown),
        (Type::String, Lookup::Missing),
        (Type::Null, Lookup::Missing),
    ] {
        assert_eq!(table.member(&ty, "a"), expected, "`{ty}`.a");
    }
}

#[test]
fn elements_are_found() {
    let table = TypeTable::default();
    let both = record([("a", Type::Int), ("b?", Type::String)]);
    for (ty, key, expected) in [
        (list(Type::Int), Type::Int, Some(Type::Int.or_null())),
        (list(Type::Int), Type::String, None),
        (map(Type::Int), Type::String, Some(Type::Int.or_null())),
        (both.clone(), text("a"), Some(Type::Int)),
        (both.clone(), text("b"), Some(Type::String.or_null())),
        (both.clone(), text("c"), None),
        (both, Type::String, Some(either([Type::Int, Type::String, Type::Null]))),
        (Type::Any, Type::Int, Some(Type::Any)),
        (Type::String, Type::Int, None),
    ] {
        assert_eq!(table.index(&ty, &key), expected, "`{ty}`[{key}]");
    }
    assert_eq!(table.element(&list(Type::Int)), Some(Type::Int));
    assert_eq!(table.element(&list(Type::Int).or_null()), None);
    assert_eq!(table.element(&Type::Any), Some(Type::Any));
}

#[test]
fn joins_keep_what_is_known() {
    let table = TypeTable::default();
    for (a, b, expected) in [
        (Type::Int, Type::Number, Type::Number),
        (text("a"), Type::String, Type::String),
        (text("a"), text("b"), either([text("a"), text("b")])),
        (Type::Int, Type::Null, Type::Int.or_null()),
        (Type::Int, Type::Any, Type::Any),
        (list(Type::Int), list(Type::String), list(either([Type::Int, Type::String]))),
        (record([]), record([]), record([])),
    ] {
        assert_eq!(table.join(&a, &b), expected);
    }
    assert_eq!(either([text("a"), text("b"), number(1.0)]).widened(), either([Type::String, Type::Int]));
}
