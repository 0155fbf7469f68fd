//! The differential test of workflow expressions: a condition means the same to the evaluator and, lowered, to Argo
//! Workflows' own template code.
//!
//! `tests/conformance/argo-workflow` is a program around that code: one line `{"text": "{{=…}}", "params": {…}}` in, one
//! line `{"text": …}` or `{"error": …}` out. `EFL_CASES` and `EFL_SEED` ask for other cases.

mod common;

use common::{
    json::same,
    level::{self, level1, say},
};
use efl_compiler::{
    eval::{Env, Event, Outcome, eval, holds},
    expand::{Clusters, Decision, expand},
    ir::{
        self, Body, Builtin, Call, CallArgs, CallResult, Callee, Expr, Logic, Op, Orchestrator, Rule, Scope,
        Signature, Stmt, Term,
    },
    spec::{self, OrchestratorSpec},
    types::Type,
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    process::{Command, Stdio},
};

/// How many conditions stand in one workflow.
const BATCH: usize = 100;

struct Case {
    condition: Expr,
    payload: Value,
}

/// Texts that operators trip over.
const TEXTS: &[&str] = &[
    "",
    "a",
    "A",
    "ab",
    "z1",
    "95",
    "-1.5e3",
    "true",
    "null",
    "it's",
    "a\\b",
    "{{=1}}",
    "{{x}}",
    "}}",
    "größe",
    "x\ny",
    "2024-01-02T03:04:05Z",
    "2024-01-02T03:04:05.5+01:00",
    "2023-12-31T23:59:59Z",
    "2024-01-02",
    "É",
    "\u{7f}",
    "\u{e0067}",
    "日本",
];

const NUMBERS: &[f64] =
    &[0.0, 1.0, 2.0, -1.0, 0.5, -2.5, 50.0, 95.0, 1e21, 5e-7, 12_345_678.0, 1_234_567.891];

/// Any value at all: a payload says nothing of its types.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        select(NUMBERS).prop_map(number),
        select(NUMBERS).prop_map(number),
        select(TEXTS).prop_map(Value::from),
        select(TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((select(KEYS), inner), 0..3)
                .prop_map(|entries| entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

fn number(number: f64) -> Value {
    #[allow(clippy::cast_possible_truncation)] // the guard bounds it
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

const KEYS: &[&str] = &["a", "b", "c", "d", "in", "max-speed", "it's"];

fn payload() -> impl Strategy<Value = Value> {
    vec(value(), KEYS.len())
        .prop_map(|values| {
            KEYS.iter().map(|key| (*key).to_owned()).zip(values).collect::<serde_json::Map<_, _>>()
        })
        .prop_map(Value::Object)
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

/// Something of the event, of any type.
fn path() -> impl Strategy<Value = Expr> {
    let root = || Expr::Payload(Scope::Event("e".to_owned()));
    let key = || select(KEYS).prop_map(str::to_owned);
    prop_oneof![
        6 => key().prop_map(move |key| Expr::Member(boxed(root()), key)),
        2 => (key(), key())
            .prop_map(move |(a, b)| Expr::Member(boxed(Expr::Member(boxed(root()), a)), b)),
        1 => (key(), 0..3_u8)
            .prop_map(move |(a, at)| Expr::Index(boxed(Expr::Member(boxed(root()), a)), boxed(Expr::Number(at.into())))),
        1 => (key(), key()).prop_map(move |(a, b)| {
            let of = |key| Expr::Member(boxed(root()), key);
            Expr::Index(boxed(of(a)), boxed(of(b)))
        }),
        1 => Just(root()),
    ]
}

fn call(builtin: Builtin, args: Vec<Expr>) -> Expr {
    Expr::Call(builtin, args)
}

fn binary(op: Op, a: Expr, b: Expr) -> Expr {
    Expr::Binary(op, boxed(a), boxed(b))
}

/// An expression that the checker takes for a number.
fn numeric() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![4 => path(), 2 => select(NUMBERS).prop_map(Expr::Number)];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let op = select(&[Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem][..]);
        prop_oneof![
            (op, inner.clone(), inner.clone()).prop_map(|(op, a, b)| binary(op, a, b)),
            inner.clone().prop_map(|a| Expr::Negate(boxed(a))),
            inner.clone().prop_map(|a| call(Builtin::Abs, vec![a])),
            path().prop_map(|a| call(Builtin::Len, vec![a])),
            (path(), inner).prop_map(|(a, b)| binary(Op::Coalesce, a, b)),
        ]
    })
    .boxed()
}

/// An expression that the checker takes for text.
fn textual() -> BoxedStrategy<Expr> {
    let literal = || select(TEXTS).prop_map(|text| Expr::String(text.to_owned()));
    prop_oneof![
        4 => path(),
        2 => literal(),
        1 => path().prop_map(|a| call(Builtin::Lower, vec![a])),
        1 => path().prop_map(|a| call(Builtin::Upper, vec![a])),
        1 => (path(), literal()).prop_map(|(a, b)| binary(Op::Coalesce, a, b)),
        1 => vec(prop_oneof![literal(), path(), numeric()], 1..3).prop_map(Expr::Template),
    ]
    .boxed()
}

/// Something that the checker takes for a condition.
fn condition() -> BoxedStrategy<Expr> {
    let ordered = || select(&[Op::Lt, Op::Le, Op::Gt, Op::Ge][..]);
    let equal = || select(&[Op::Eq, Op::Ne][..]);
    let time = select(&["2024-01-02T03:04:05Z", "2024-01-01T00:00:00+02:00"][..]);
    let scalar = || {
        prop_oneof![
            Just(Expr::Null),
            any::<bool>().prop_map(Expr::Bool),
            select(NUMBERS).prop_map(Expr::Number),
            select(TEXTS).prop_map(|text| Expr::String(text.to_owned())),
        ]
    };
    let part = select(&[Builtin::StartsWith, Builtin::EndsWith, Builtin::Contains][..]);
    let leaf = prop_oneof![
        4 => (ordered(), numeric(), numeric()).prop_map(|(op, a, b)| binary(op, a, b)),
        1 => (ordered(), path(), time).prop_map(|(op, a, b)| binary(op, a, Expr::String(b.to_owned()))),
        1 => (ordered(), path(), path()).prop_map(|(op, a, b)| binary(op, a, b)),
        3 => (equal(), path(), scalar()).prop_map(|(op, a, b)| binary(op, a, b)),
        1 => (equal(), path(), path()).prop_map(|(op, a, b)| binary(op, a, b)),
        1 => (equal(), numeric(), numeric()).prop_map(|(op, a, b)| binary(op, a, b)),
        1 => (equal(), textual(), textual()).prop_map(|(op, a, b)| binary(op, a, b)),
        1 => (path(), vec(scalar(), 0..3)).prop_map(|(a, items)| binary(Op::In, a, Expr::List(items))),
        1 => (path(), path()).prop_map(|(a, b)| binary(Op::In, a, b)),
        1 => (textual(), select(&["a+", "[a-z]*", "z1|9.", "(?i)A", "^a", "é|É", "x.y", "\\d+"][..]))
            .prop_map(|(a, re)| binary(Op::Matches, a, Expr::String(re.to_owned()))),
        1 => (part, textual(), textual()).prop_map(|(of, a, b)| call(of, vec![a, b])),
        2 => path(),
        1 => any::<bool>().prop_map(Expr::Bool),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| binary(Op::And, a, b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| binary(Op::Or, a, b)),
            inner.prop_map(|a| Expr::Not(boxed(a))),
        ]
    })
    .boxed()
}

/// A rule whose body asks every condition, and passes the value of it on.
fn orchestrator(cases: &[Case]) -> Orchestrator {
    let call = |argument: Expr| {
        Stmt::Call(Call {
            callee: Callee::Function("f".to_owned()),
            args: CallArgs::Whole(argument),
            result: CallResult::Unused,
            retry: None,
            timeout: None,
        })
    };
    let ask = |case: &Case| {
        Stmt::If(vec![(case.condition.clone(), vec![call(case.condition.clone())])], Vec::new())
    };
    let term = Term {
        source: Some("s".to_owned()),
        event: "e".to_owned(),
        qualified: false,
        name: "e".to_owned(),
        predicate: None,
    };
    let spec = OrchestratorSpec {
        sources: vec![spec::Source {
            name: "s".to_owned(),
            kind: "mqtt".to_owned(),
            ..spec::Source::default()
        }],
        functions: vec![spec::Function { name: "f".to_owned(), ..spec::Function::default() }],
        rules: vec![spec::Rule { name: "r".to_owned(), ..spec::Rule::default() }],
        ..OrchestratorSpec::default()
    };
    Orchestrator {
        name: "o".to_owned(),
        namespace: "n".to_owned(),
        description: None,
        spec,
        events: vec![ir::Event {
            source: Some("s".to_owned()),
            name: "e".to_owned(),
            payload: Type::Any,
            meta: Type::Any,
        }],
        functions: vec![Signature { input: ir::Input::Any, output: None }],
        workflows: Vec::new(),
        rules: vec![Rule {
            logic: Logic::Event(term),
            condition: None,
            body: Body { stmts: cases.iter().map(ask).collect(), ..Body::default() },
        }],
        origins: Vec::new(),
        selector: None,
        fleet: None,
    }
}

/// For each condition its template, and that of its value; nothing for one that is too long for Argo.
fn lowered(cases: &[Case]) -> Vec<Option<(String, String)>> {
    let orc = orchestrator(cases);
    let resources = match expand(&orc, &Clusters::default(), &Decision::default()) {
        Ok(resources) => resources,
        Err(errors) => {
            assert!(errors.iter().all(|error| error.message.contains("too long")), "{errors:?}");
            let (first, second) = cases.split_at(cases.len() / 2);
            return if first.is_empty() { vec![None] } else { [lowered(first), lowered(second)].concat() };
        }
    };
    let template = resources.iter().find(|resource| resource.kind == "WorkflowTemplate").expect("a template");
    let template = serde_json::to_value(template).expect("JSON");
    let steps = template["spec"]["templates"][0]["steps"].as_array().expect("steps").clone();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let of =
        |group: &Value| (text(&group[0]["when"]), text(&group[0]["arguments"]["parameters"][0]["value"]));
    steps.iter().map(of).map(Some).collect()
}

/// JSON as the Sensor writes it into a parameter.
fn parameter(value: &Value) -> String {
    value.to_string().replace("{{", r"{\u007b")
}

fn cases(count: usize, seed: u64) -> Vec<Case> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let case = (condition(), payload());
    let generated = (0..count).map(|_| case.new_tree(&mut runner).expect("a case").current());
    generated.map(|(condition, payload)| Case { condition, payload }).collect()
}

/// What the program answers to every line.
fn asked(lines: &str) -> Vec<Value> {
    let mut child = Command::new(level::program("argo-workflow"))
        .arg("--replace")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let lines = lines.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).expect("it reads"));
    let mut text = String::new();
    child.stdout.take().expect("it is piped").read_to_string(&mut text).expect("it answers");
    writer.join().expect("all was written");
    child.wait().expect("it ends");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn conditions_mean_the_same_to_argo() {
    if !level1("conditions in Argo Workflows' own template code") {
        return;
    }
    let count = usize::try_from(level::number("EFL_CASES", 20_000)).expect("a number of cases");
    let cases = cases(count, level::number("EFL_SEED", 1));
    let mut lines = String::new();
    let mut lowerable = Vec::new();
    for batch in cases.chunks(BATCH) {
        for (case, lowered) in batch.iter().zip(lowered(batch)) {
            let Some((condition, value)) = lowered else { continue };
            lowerable.push(case);
            let params = json!({ "inputs.parameters.e": parameter(&case.payload) });
            for text in [condition, value] {
                writeln!(lines, "{}", json!({ "text": text, "params": params }))
                    .expect("a String takes everything");
            }
        }
    }
    let answers = asked(&lines);
    let (mut wrong, mut values) = (0, 0);
    assert!(lowerable.len() * 100 > cases.len() * 99, "too many conditions are too long for Argo");
    assert_eq!(answers.len(), lowerable.len() * 2, "an answer to each line");
    for (case, answer) in lowerable.iter().zip(answers.chunks(2)) {
        let event = Event { payload: &case.payload, meta: &Value::Null };
        let env = Env::default().event("e", event);
        let expected = holds(&case.condition, &env) == Outcome::True;
        // Too many nodes: the compiler refuses such a body.
        if answer[0]["error"].as_str().is_some_and(|error| error.contains("maximum allowed nodes")) {
            continue;
        }
        let agrees = answer[0]["text"] == if expected { "true" } else { "false" };
        // Where the value has a type error the workflow may fail instead.
        let value = eval(&case.condition, &env);
        let same_value = match (&value, answer[1]["text"].as_str()) {
            (Ok(value), Some(text)) => serde_json::from_str::<Value>(text).is_ok_and(|got| same(&got, value)),
            (Ok(_), None) => false,
            (Err(_), _) => true,
        };
        values += usize::from(!same_value);
        if !agrees || !same_value {
            wrong += usize::from(!agrees);
            if wrong + values <= 20 {
                println!(
                    "{}\n  {}\n  expected {expected} {value:?}\n  got {} {}",
                    case.condition, case.payload, answer[0], answer[1]
                );
            }
        }
    }
    say(&format!("conditions: cases={} disagreements={wrong} values={values}", lowerable.len()));
    assert_eq!((wrong, values), (0, 0));
}
