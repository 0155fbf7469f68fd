//! The differential test: a predicate means the same to the evaluator and, lowered, to Argo Events' own filter code.
//!
//! Random predicates (all operators and functions, any nesting, simple conjunctions, random patterns) and random events
//! (missing, null and wrong fields, nested data, keys that paths trip over, escaped and plain Unicode, payloads in text and
//! base64, payloads without a body) are put to both. They must agree on whether the event passes, and a transform must
//! leave the rest of the event as it was. Whole numbers are below 2^53 (`tests/spec/expressions.md`, Numbers), and keys
//! are not given twice. `EFL_CASES` and `EFL_SEED` ask for other cases.

mod common;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use common::{
    json::same,
    level::{level1, number, program, say},
    predicates::{meta, payload_for, predicate},
};
use efl_compiler::{
    catalog::{SourceKind, sources},
    eval::{Env, Event, Outcome, holds},
    expand::predicate::{Arrival, MATCH_KEY, lower, unsupported},
    ir::Expr,
};
use proptest::{
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

/// How an event comes: the kind of its source and its format.
const ARRIVALS: &[(&str, Option<&str>)] = &[
    ("mqtt", None),
    ("mqtt", None),
    ("mqtt", Some("json")),
    ("mqtt", Some("text")),
    ("mqtt", Some("bytes")),
    ("redis", Some("bytes")),
    ("calendar", None),
    ("webhook", None),
];

/// A predicate, and an event with its meaning.
#[derive(Clone, Debug)]
struct Case {
    predicate: Expr,
    arrival: (&'static str, Option<&'static str>),
    payload: Value,
    meta: Value,
    /// Whether what is not ASCII is escaped in the event's text.
    escape: bool,
}

fn case() -> impl Strategy<Value = Case> {
    (predicate(), select(ARRIVALS), meta(), any::<bool>()).prop_flat_map(
        |(predicate, arrival, meta, escape)| {
            payload_for(&predicate).prop_map(move |payload| Case {
                payload: as_it_can_be(payload, arrival),
                predicate: predicate.clone(),
                arrival,
                meta: meta.clone(),
                escape,
            })
        },
    )
}

/// A payload as the source can send it: text where it reads text, a record where it has no body.
fn as_it_can_be(payload: Value, (kind, format): (&str, Option<&str>)) -> Value {
    let text = |payload: &Value| payload.as_str().map_or_else(|| payload.to_string(), str::to_owned);
    match (kind, format) {
        (_, Some("text")) => Value::from(text(&payload)),
        (_, Some("bytes")) => Value::from(STANDARD.encode(text(&payload))),
        ("calendar", _) => {
            let mut record = if payload.is_object() { payload } else { json!({ "eventTime": payload }) };
            record.as_object_mut().expect("a record").remove("metadata");
            record
        }
        _ => payload,
    }
}

impl Case {
    fn kind(&self) -> &'static SourceKind {
        sources::find(self.arrival.0).expect("a kind of the catalog")
    }

    /// The data that Argo's source would publish.
    fn data(&self) -> Value {
        let kind = self.kind();
        let mut data = json!({ "metadata": { "speed": 1 } });
        let fields = data.as_object_mut().expect("a record");
        for (name, key, _) in kind.payload.meta {
            if let Some(value) = self.meta.get(name) {
                fields.insert((*key).to_owned(), value.clone());
            }
        }
        match (kind.payload.body, self.arrival.1) {
            (Some(body), format) => {
                let value = match (self.arrival.0, format, &self.payload) {
                    ("mqtt", Some("text"), Value::String(text)) => Value::from(STANDARD.encode(text)),
                    ("redis", Some("bytes"), Value::String(text)) => Value::from(
                        String::from_utf8(STANDARD.decode(text).expect("base64")).expect("was text"),
                    ),
                    (_, _, payload) => payload.clone(),
                };
                fields.insert(body.to_owned(), value);
            }
            (None, _) => fields.extend(self.payload.as_object().expect("a record").clone()),
        }
        data
    }

    fn line(&self) -> String {
        let filter = lower(&self.predicate, Arrival::of(self.kind(), self.arrival.1));
        let mut dependency = serde_json::to_value(filter).expect("plain data");
        let names = json!({ "name": "d", "eventSourceName": "s", "eventName": "e" });
        dependency.as_object_mut().expect("a record").extend(names.as_object().expect("a record").clone());
        let data = self.data().to_string();
        let data = if self.escape { escaped(&data) } else { data };
        format!("{{\"dependency\":{dependency},\"event\":{{\"data\":{data}}}}}\n")
    }

    fn expected(&self) -> Outcome {
        let known =
            |(name, _): &(&String, &Value)| self.kind().payload.meta.iter().any(|(own, ..)| own == name);
        let fields = self.meta.as_object().expect("a record").iter().filter(known);
        let meta = Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect());
        holds(&self.predicate, &Env::of(Event { payload: &self.payload, meta: &meta }))
    }
}

/// JSON with `\u…` for what is not ASCII.
fn escaped(json: &str) -> String {
    let mut text = String::new();
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}"); // a String takes everything
            }
        }
    }
    text
}

fn cases(count: usize, seed: u64) -> Vec<Case> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = case();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("nothing is filtered").current()).collect()
}

/// What Argo's code says of each case.
fn answers(program: &str, cases: &[Case]) -> Vec<Value> {
    let mut child =
        Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program runs");
    let mut input = child.stdin.take().expect("piped");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for case in cases {
                input.write_all(case.line().as_bytes()).expect("it reads");
            }
        });
        let answers =
            output.lines().map(|line| serde_json::from_str(&line.expect("text")).expect("JSON")).collect();
        child.wait().expect("it ends");
        answers
    })
}

/// What is wrong with an answer, if anything is.
fn disagreement(case: &Case, answer: &Value) -> Option<String> {
    let expected = case.expected();
    let passes = answer["pass"] == json!(true);
    if passes != (expected == Outcome::True) {
        return Some(format!("expected {expected:?}, Argo says {answer}"));
    }
    let data = answer.get("data")?;
    if let Some(error) = answer.get("error") {
        return Some(format!("a transform fails: {error}"));
    }
    let mut left = data.clone();
    left.as_object_mut().map(|fields| fields.remove(MATCH_KEY));
    (!same(&left, &case.data())).then(|| format!("the event became {data}"))
}

#[test]
fn argo_agrees_with_the_evaluator() {
    if !level1("predicates in Argo Events' own filter code") {
        return;
    }
    let count = usize::try_from(number("EFL_CASES", 100_000)).expect("a number of cases");
    let cases = cases(count, number("EFL_SEED", 1));
    let answers = answers(&program("argo-filter"), &cases);
    assert_eq!(answers.len(), cases.len(), "an answer for each case");
    let (mut disagreements, mut held, mut errors, mut exprs) = (0, 0, 0, 0);
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(unsupported(&case.predicate), None);
        match case.expected() {
            Outcome::True => held += 1,
            Outcome::TypeError(_) => errors += 1,
            Outcome::False => {}
        }
        exprs += usize::from(answer.get("data").is_none());
        if let Some(problem) = disagreement(case, answer) {
            disagreements += 1;
            if disagreements <= 10 {
                println!("{}\n  {problem}\n  {}", case.predicate, case.line());
            }
        }
    }
    say(&format!("predicates: held={held} type-errors={errors} exprs={exprs}"));
    say(&format!("predicates: cases={} disagreements={disagreements}", cases.len()));
    assert_eq!(disagreements, 0);
}
