//! What Argo Workflows' own controller makes of lowered bodies: which functions it calls, with what, in which order.
//!
//! `tests/conformance/argo-workflow` is the program around it.

mod common;

use common::{
    files::root,
    json::normal,
    level::{level1, program},
};
use efl_compiler::{
    compile::{self, Options},
    db::Database,
    project,
    system::MemorySystem,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    process::{Command, Stdio},
};

/// A run: which template, with what, what functions answer, and what comes of it.
struct Case {
    template: &'static str,
    arguments: Value,
    answers: Value,
    phase: &'static str,
    result: Option<Value>,
    /// Function and body of each call, in order; those of one round in any.
    calls: Vec<(&'static str, Value)>,
}

impl Case {
    fn new(template: &'static str, arguments: Value) -> Self {
        Self { template, arguments, answers: json!([]), phase: "Succeeded", result: None, calls: Vec::new() }
    }

    fn answers(mut self, answers: &[(&str, Value)]) -> Self {
        let answer =
            |(host, body): &(&str, Value)| json!({ "host": host, "status": 200, "body": body.to_string() });
        self.answers = answers.iter().map(answer).collect();
        self
    }

    fn returns(mut self, result: Value) -> Self {
        self.result = Some(result);
        self
    }

    fn fails(mut self) -> Self {
        self.phase = "Failed";
        self
    }

    fn calls(mut self, function: &'static str, body: Value) -> Self {
        self.calls.push((function, body));
        self
    }
}

fn vehicle() -> Value {
    json!({ "plate": "p{{x}}", "speed": 10, "zone": "z1", "tags": ["a", "skip", "c"], "owner": { "name": "Ann" } })
}

/// [`vehicle`] with another value of a field.
fn with(key: &str, value: Value) -> Value {
    let mut vehicle = vehicle();
    vehicle[key] = value;
    vehicle
}

fn cases() -> Vec<Case> {
    let low = json!({ "level": "low" });
    let classify = |level: &str| ("w-classify", json!({ "level": level }));
    let classified = |vehicle: Value| json!({ "vehicle": vehicle });
    let plain = json!({ "plate": "p", "speed": 1, "zone": "z", "tags": [] });
    let failing = json!([{ "host": "w-classify", "status": 500, "body": "x" }]);
    let grades = json!([
        { "host": "w-classify", "status": 200, "body": low.to_string() },
        { "host": "w-grade", "contains": "1", "status": 200, "body": "1.5" },
        { "host": "w-grade", "contains": "2", "status": 200, "body": "2" },
        { "host": "w-grade", "contains": "3", "status": 500, "body": "x", "once": true },
        { "host": "w-grade", "status": 200, "body": "7" },
        { "host": "w-names", "status": 200, "body": "[\"n1\",\"n2\"]" },
    ]);
    let computed = json!({
        "sum": 3.5, "twice": 7, "half": 1.75, "rest": 1.5, "neg": -3.5, "name": "Ann", "age": null, "n": 3, "tag": "a",
        "none": null, "up": "P{{X}}", "text": "3.5 of ", "l": [1, 1.5, "x"], "has": false, "num": 4,
    });
    let many = Case::new("w-caller", json!({ "vehicle": vehicle() }))
        .calls("classify", classified(vehicle()))
        .calls("record", json!("end"))
        .calls("record", json!({ "how": "low" }))
        .calls("grade", json!({ "n": 1 }))
        .calls("grade", json!({ "n": 2 }))
        .calls("record", json!("p"))
        .calls("record", computed)
        .calls("alert", json!({ "plate": "p{{x}}", "level": "a" }))
        .calls("alert", json!({ "plate": "p{{x}}", "level": "c" }))
        .calls("names", json!({}))
        .calls("record", json!("n1"))
        .calls("record", json!("n2"))
        .calls("", json!({ "plate": "p{{x}}" }))
        .calls("record", json!("r"))
        .calls("grade", json!({ "n": 3 }))
        .calls("grade", json!({ "n": 3 }))
        .calls("record", json!(7))
        .calls("record", json!("exit"));
    vec![
        Case::new("w-early", json!({ "vehicle": with("speed", json!(200)) })).returns(json!("fast")),
        Case::new("w-early", json!({ "vehicle": vehicle() }))
            .answers(&[classify("high")])
            .returns(json!("high"))
            .calls("classify", classified(vehicle()))
            .calls("record", json!("high")),
        Case::new("w-early", json!({ "vehicle": with("zone", json!("z2")) }))
            .answers(&[classify("low")])
            .returns(json!("zone z2 10"))
            .calls("classify", classified(with("zone", json!("z2")))),
        Case::new("w-early", json!({ "vehicle": vehicle() }))
            .answers(&[classify("low")])
            .returns(json!("low"))
            .calls("classify", classified(vehicle()))
            .calls("record", json!("end")),
        Case { answers: grades, ..many },
        Case { answers: failing, ..Case::new("w-caller", json!({ "vehicle": plain })) }
            .fails()
            .calls("classify", classified(plain))
            .calls("record", json!({ "failed": "p" }))
            .calls("record", json!("exit")),
        Case::new(
            "w-guarded",
            json!({
                "vehicle": vehicle(), "pedestrian": vehicle(), "vehicle--meta": { "id": "1", "time": "t" },
                "pedestrian--meta": { "id": "2", "header": { "a": ["{{"] } },
            }),
        )
        .calls("record", json!({ "zone": "z1", "at": "t", "who": { "id": "2", "header": { "a": ["{{"] } } })),
        Case::new(
            "w-guarded",
            json!({
                "vehicle": vehicle(), "pedestrian": with("zone", json!("z2")), "vehicle--meta": null,
                "pedestrian--meta": null,
            }),
        ),
    ]
}

/// The templates of the program.
fn templates() -> Vec<Value> {
    let path = root().join("tests/conformance/argo-workflow/workflows.efl");
    let text = std::fs::read_to_string(path).expect("the program");
    let system = MemorySystem { files: BTreeMap::from([("w.efl".to_owned(), text.into())]) };
    let db = Database::load(&system, &["w.efl".to_owned()]);
    let orchestrators = project::orchestrators(&db, db.file("w.efl").expect("it was loaded"));
    let [orc] = orchestrators.as_slice() else { panic!("the program has errors") };
    let resources = compile::resources(orc, &Options::default()).expect("it expands");
    let templates = resources.iter().filter(|resource| resource.kind == "WorkflowTemplate");
    templates.map(|template| serde_json::to_value(template).expect("JSON")).collect()
}

/// JSON as the Sensor writes it into a parameter.
fn parameter((name, value): (&String, &Value)) -> Value {
    json!({ "name": name, "value": value.to_string().replace("{{", r"{\u007b") })
}

fn line(case: &Case, templates: &[Value]) -> Value {
    let parameters: Vec<Value> =
        case.arguments.as_object().expect("arguments").iter().map(parameter).collect();
    json!({
        "templates": templates,
        "workflow": {
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": { "name": "run" },
            "spec": { "workflowTemplateRef": { "name": case.template }, "arguments": { "parameters": parameters } },
        },
        "answers": case.answers,
    })
}

fn run(lines: &str) -> Vec<Value> {
    let mut child = Command::new(program("argo-workflow"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("it is piped").write_all(lines.as_bytes()).expect("it reads");
    let mut text = String::new();
    child.stdout.take().expect("it is piped").read_to_string(&mut text).expect("it answers");
    child.wait().expect("it ends");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The calls of a run in the order of its rounds; within one round, where Argo says nothing of the order, by their text.
fn calls(answer: &Value) -> Vec<(i64, String, Value)> {
    let of = |call: &Value| {
        let host = call["host"].as_str().unwrap_or_default();
        let function = host.split('.').next().unwrap_or_default().trim_start_matches("w-").to_owned();
        let body = serde_json::from_str(call["body"].as_str().unwrap_or_default()).expect("a body of JSON");
        (call["round"].as_i64().unwrap_or_default(), function, body)
    };
    let mut calls: Vec<_> = answer["calls"].as_array().into_iter().flatten().map(of).collect();
    calls.sort_by_key(|(round, function, body): &(i64, String, Value)| {
        (*round, function.clone(), body.to_string())
    });
    calls
}

#[test]
fn argo_runs_bodies_as_they_are_meant() {
    if !level1("bodies in Argo Workflows' own controller") {
        return;
    }
    let (cases, templates) = (cases(), templates());
    let lines: String = cases.iter().map(|case| line(case, &templates).to_string() + "\n").collect();
    for (case, answer) in cases.iter().zip(run(&lines)) {
        let template = case.template;
        assert_eq!(answer["invalid"], Value::Null, "{template}: Argo's linter");
        assert_eq!(answer["phase"], case.phase, "{template}: {answer:#}");
        if let Some(result) = &case.result {
            let text = answer["outputs"]["parameters"][0]["value"].as_str().unwrap_or_default();
            assert_eq!(
                serde_json::from_str::<Value>(text).ok().as_ref(),
                Some(result),
                "{template}: {answer:#}"
            );
        }
        let made: Vec<(String, Value)> = calls(&answer).into_iter().map(|(_, f, body)| (f, body)).collect();
        let expected: Vec<(String, Value)> =
            case.calls.iter().map(|(f, b)| ((*f).to_owned(), b.clone())).collect();
        let whole = |calls: &[(String, Value)]| {
            calls.iter().map(|(f, body)| (f.clone(), normal(body))).collect::<Vec<_>>()
        };
        assert_eq!(whole(&made), whole(&expected), "{template}");
    }
}
