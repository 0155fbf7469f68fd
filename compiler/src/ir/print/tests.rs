//! Tables of trees and their text.

use crate::{
    ir::build::{binary, local, negate, not, number, of, own, record, text},
    ir::{
        Body, Builtin, Call, CallArgs, CallResult, Callee, Expr, Input, Logic, Op, Param, Scope, Signature,
        Stmt, Term, print,
    },
    spec::{Backoff, Retry},
    types::Type,
    units::Duration,
};

#[test]
fn expressions_have_as_few_parentheses_as_they_can() {
    let (a, b, c) = (|| own("a"), || own("b"), || own("c"));
    for (expr, expected) in [
        (binary(Op::Or, binary(Op::And, a(), b()), c()), "a and b or c"),
        (binary(Op::And, binary(Op::Or, a(), b()), c()), "(a or b) and c"),
        (binary(Op::And, a(), binary(Op::And, b(), c())), "a and (b and c)"),
        (binary(Op::And, not(a()), not(binary(Op::Eq, b(), c()))), "not a and not b == c"),
        (not(binary(Op::And, a(), b())), "not (a and b)"),
        (not(not(a())), "not not a"),
        (binary(Op::Eq, not(a()), not(b())), "(not a) == (not b)"),
        (binary(Op::Eq, binary(Op::Lt, a(), b()), c()), "(a < b) == c"),
        (binary(Op::Sub, a(), binary(Op::Sub, b(), c())), "a - (b - c)"),
        (binary(Op::Sub, binary(Op::Sub, a(), b()), c()), "a - b - c"),
        (binary(Op::Mul, binary(Op::Add, a(), b()), c()), "(a + b) * c"),
        (binary(Op::Gt, binary(Op::Coalesce, a(), number(0.0)), number(-1.5)), "a ?? 0 > -1.5"),
        (binary(Op::Coalesce, a(), binary(Op::Add, b(), c())), "a ?? b + c"),
        (binary(Op::Add, binary(Op::Coalesce, a(), b()), c()), "(a ?? b) + c"),
        (binary(Op::Sub, a(), number(-2.0)), "a - -2"),
        (negate(own("a")), "-a"),
        (negate(negate(a())), "-(-a)"),
        (negate(binary(Op::Add, a(), b())), "-(a + b)"),
        (negate(Expr::Member(Box::new(a()), "b".into())), "-a.b"),
        (Expr::Member(Box::new(binary(Op::Coalesce, a(), b())), "c".into()), "(a ?? b).c"),
        (Expr::Index(Box::new(a()), Box::new(binary(Op::Add, b(), number(1.0)))), "a[b + 1]"),
        (Expr::Call(Builtin::StartsWith, vec![a(), text("x")]), r#"starts-with(a, "x")"#),
        (binary(Op::In, a(), Expr::List(vec![number(1.0), text("x"), Expr::Null])), r#"a in [1, "x", null]"#),
        (binary(Op::Matches, a(), text(r"[0-9]+\.")), r#"a matches "[0-9]+\\.""#),
        (Expr::Duration(Duration::from_secs(90)), "90s"),
    ] {
        assert_eq!(expr.to_string(), expected);
    }
}

#[test]
fn names_are_written_as_they_are_read() {
    let meta = |scope| Expr::Member(Box::new(Expr::Meta(scope)), "topic".to_owned());
    for (expr, expected) in [
        (own("max-speed"), "max-speed"),
        (own("in"), r#"value["in"]"#),
        (own("meta"), r#"value["meta"]"#),
        (own("a b"), r#"value["a b"]"#),
        (own("value"), "value"),
        (Expr::Payload(Scope::Own), "value"),
        (Expr::untyped_value(&Scope::Own), "value"),
        (Expr::Member(Box::new(Expr::untyped_value(&Scope::Own)), "celsius".into()), "value.celsius"),
        (Expr::untyped_value(&Scope::Event("gauge".into())), "gauge.value"),
        (meta(Scope::Own), "meta.topic"),
        (meta(Scope::Event("vehicle".into())), "vehicle.meta.topic"),
        (of("vehicle", "speed"), "vehicle.speed"),
        (of("vehicle", "in"), "vehicle.in"),
        (of("vehicle", "meta"), r#"vehicle["meta"]"#),
        (Expr::Member(Box::new(own("a")), "meta".into()), "a.meta"),
        (Expr::Member(Box::new(local("x")), "ä".into()), r#"x["ä"]"#),
    ] {
        assert_eq!(expr.to_string(), expected);
    }
}

#[test]
fn text_is_escaped() {
    for (expr, expected) in [
        (text("a\"b\\c\nd\re\tf\u{0}"), r#""a\"b\\c\nd\re\tf\u{0}""#),
        (text("${x} $5 $"), r#""\${x} $5 $""#),
        (text("é \u{1F600} \u{200B}"), "\"é \u{1F600} \\u{200B}\""),
        (Expr::Template(vec![text("cost: $"), local("x"), text("${")]), r#""cost: \$${x}\${""#),
        (Expr::Template(vec![own("a"), text(" \"b\"")]), r#""${a} \"b\"""#),
        (
            record([("a", number(1.0)), ("in", Expr::Null), ("b c", Expr::Bool(true))]),
            r#"{ a: 1, in: null, "b c": true }"#,
        ),
        (record([]), "{}"),
    ] {
        assert_eq!(expr.to_string(), expected);
    }
}

#[test]
fn a_record_before_a_block_is_in_parentheses() {
    let empty = || record([]);
    assert_eq!(print::head(&binary(Op::Eq, local("x"), empty())).to_string(), "x == ({})");
    assert_eq!(print::head(&Expr::List(vec![empty()])).to_string(), "[{}]");
    assert_eq!(print::head(&Expr::Member(Box::new(empty()), "a".into())).to_string(), "({}).a");
}

fn event(name: &str) -> Logic {
    Logic::Event(Term {
        source: None,
        event: name.into(),
        qualified: false,
        name: name.into(),
        predicate: None,
    })
}

#[test]
fn logic_has_as_few_parentheses_as_it_can() {
    let (a, b, c) = (|| event("a"), || event("b"), || event("c"));
    let absent = |of: Logic| Logic::Absent { of: Box::new(of), duration: Duration::from_secs(30) };
    let predicate = Some(binary(Op::Gt, own("speed"), number(50.0)));
    let term = |name: &str, qualified| Term {
        source: Some("roadside".into()),
        event: "vehicle".into(),
        qualified,
        name: name.into(),
        predicate: predicate.clone(),
    };
    for (logic, expected) in [
        (Logic::Or(vec![Logic::And(vec![a(), b()]), c()]), "a and b or c"),
        (Logic::And(vec![Logic::Or(vec![a(), b()]), c()]), "(a or b) and c"),
        (Logic::And(vec![a(), Logic::Then(vec![b(), c()])]), "a and b then c"),
        (Logic::Then(vec![a(), Logic::And(vec![b(), c()])]), "a then (b and c)"),
        (Logic::And(vec![a(), Logic::And(vec![b(), c()])]), "a and (b and c)"),
        (Logic::And(vec![a(), absent(b())]), "a and not b for 30s"),
        (absent(Logic::Or(vec![a(), b()])), "not (a or b) for 30s"),
        (absent(absent(a())), "not (not a for 30s) for 30s"),
        (Logic::Count { of: Box::new(Logic::Or(vec![a(), b()])), times: 3 }, "count(a or b, 3)"),
        (Logic::Event(term("vehicle", false)), "vehicle[speed > 50]"),
        (Logic::Event(term("fast", true)), "roadside.vehicle[speed > 50] as fast"),
    ] {
        assert_eq!(logic.to_string(), expected);
    }
}

fn call(name: &str, args: CallArgs, result: CallResult) -> Call {
    Call { callee: Callee::Function(name.into()), args, result, retry: None, timeout: None }
}

fn unused(name: &str, args: CallArgs) -> Stmt {
    Stmt::Call(call(name, args, CallResult::Unused))
}

#[test]
fn the_flagship_body_is_written_as_its_author_wrote_it() {
    let vehicle = || local("vehicle");
    let plate = || Expr::Member(Box::new(vehicle()), "plate".into());
    let level = || Expr::Member(Box::new(local("verdict")), "level".into());
    let one = CallArgs::Named(vec![("vehicle".into(), vehicle())]);
    let two = CallArgs::Named(vec![("plate".into(), plate()), ("level".into(), level())]);
    let both = Stmt::Parallel(vec![unused("alert", two), unused("record", CallArgs::Whole(vehicle()))]);
    let failed = record([("plate", plate()), ("failed", Expr::Bool(true))]);
    let body = Body {
        stmts: vec![
            Stmt::Call(call("classify", one, CallResult::Let("verdict".into()))),
            Stmt::If(vec![(binary(Op::Eq, level(), text("high")), vec![both])], vec![]),
        ],
        on_failure: vec![unused("record", CallArgs::Whole(failed))],
        on_exit: vec![],
    };
    let one_parameter = |callee: &Callee| *callee == Callee::Function("classify".into());
    let expected = r#"let verdict = classify(vehicle)
if verdict.level == "high" {
  parallel {
    alert(plate: vehicle.plate, level: verdict.level)
    record(vehicle)
  }
}
on failure {
  record({ plate: vehicle.plate, failed: true })
}"#;
    assert_eq!(print::body(&body, &one_parameter).to_string(), expected);
}

#[test]
fn every_statement_is_written() {
    let policy = Retry {
        times: 3,
        backoff: Some(Backoff { from: Duration::from_secs(1), to: Duration::from_secs(30) }),
    };
    let none = || CallArgs::Named(vec![]);
    let careful = Call {
        retry: Some(policy.clone()),
        timeout: Some(Duration::from_secs(10)),
        ..call("f", none(), CallResult::Return)
    };
    let branch = |flag| (Expr::Bool(flag), vec![unused("f", none())]);
    let stmts = vec![
        Stmt::Let("x".into(), number(1.0)),
        Stmt::If(vec![branch(true), branch(false)], vec![Stmt::Wait(Duration(500))]),
        Stmt::For { var: "x".into(), list: Expr::List(vec![number(1.0)]), max: Some(5), body: vec![] },
        Stmt::For { var: "x".into(), list: local("xs"), max: None, body: vec![Stmt::Call(careful)] },
        Stmt::Retry(policy, vec![unused("f", none())]),
        Stmt::Emit("alarm".into(), record([("level", number(2.0))])),
        Stmt::Emit("gauge".into(), number(31.0)),
        Stmt::Emit("tick".into(), Expr::Null),
        Stmt::Return(local("x")),
    ];
    let expected = "\
let x = 1
if true {
  f()
} else if false {
  f()
} else {
  wait 500ms
}
for x in [1] max 5 {}
for x in xs {
  return f() retry 3 backoff 1s..30s timeout 10s
}
retry 3 backoff 1s..30s {
  f()
}
emit alarm { level: 2 }
emit gauge { value: 31 }
emit tick
return x";
    assert_eq!(Body { stmts, ..Body::default() }.to_string(), expected);
}

#[test]
fn signatures_are_written_behind_the_name() {
    let param = |name: &str, optional, default| Param { name: name.into(), ty: Type::Int, optional, default };
    let named = vec![param("a", false, None), param("b", true, None), param("c", true, Some(number(3.0)))];
    for (input, output, expected) in [
        (Input::Any, None, ""),
        (Input::Whole(Type::String), Some(Type::Bool), "(string) -> bool"),
        (Input::Named(named), None, "(a: int, b?: int, c: int = 3)"),
    ] {
        assert_eq!(Signature { input, output }.to_string(), expected);
    }
}
