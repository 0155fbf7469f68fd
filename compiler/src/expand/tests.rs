//! Snapshots of whole expansions, to be read as an expert would read the YAML.

use super::{Clusters, Decision, Resource, expand, output, plan};
use crate::{
    ir::{
        Body, Call, CallArgs, CallResult, Callee, Cluster, Event, Expr, Input, Logic, Orchestrator, Param,
        Rule, Scope, Signature, Stmt, Term, Workflow,
    },
    spec::{self, EventBus, JetstreamExotic, OrchestratorSpec, Scale, SourceEvent},
    types::{Record, RecordField, Type},
    units::Duration,
    value::{KeyRef, Value},
};
use std::{fmt::Write as _, sync::Arc};

/// An orchestrator under construction.
pub(super) struct Builder {
    pub(super) orc: Orchestrator,
}

/// A type of required fields.
pub(super) fn record(fields: &[(&str, Type)]) -> Type {
    let field = |(name, ty): &(&str, Type)| RecordField {
        name: (*name).into(),
        ty: ty.clone(),
        optional: false,
        doc: None,
    };
    Type::Record(Arc::new(Record {
        name: None,
        fields: fields.iter().map(field).collect(),
        open: false,
        ..Record::default()
    }))
}

pub(super) fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

pub(super) fn fields(entries: &[(&str, Value)]) -> Value {
    Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

pub(super) fn event(name: &str) -> Expr {
    Expr::Payload(Scope::Event(name.to_owned()))
}

pub(super) fn local(name: &str) -> Expr {
    Expr::Local(name.to_owned())
}

pub(super) fn member(base: Expr, name: &str) -> Expr {
    Expr::Member(Box::new(base), name.to_owned())
}

pub(super) fn string(value: &str) -> Expr {
    Expr::String(value.to_owned())
}

pub(super) fn term(source: &str, event: &str) -> Logic {
    Logic::Event(Term {
        source: Some(source.to_owned()),
        event: event.to_owned(),
        qualified: false,
        name: event.to_owned(),
        predicate: None,
    })
}

pub(super) fn param(name: &str) -> Param {
    Param { name: name.to_owned(), ty: Type::Any, optional: false, default: None }
}

/// A call of a function with named arguments.
pub(super) fn call(function: &str, args: &[(&str, Expr)], result: CallResult) -> Stmt {
    let args = args.iter().map(|(name, expr)| ((*name).to_owned(), expr.clone())).collect();
    let callee = Callee::Function(function.to_owned());
    Stmt::Call(Call { callee, args: CallArgs::Named(args), result, retry: None, timeout: None })
}

impl Builder {
    pub(super) fn new(name: &str) -> Self {
        let orc = Orchestrator {
            name: name.to_owned(),
            namespace: "smart-city".to_owned(),
            description: None,
            spec: OrchestratorSpec::default(),
            events: Vec::new(),
            functions: Vec::new(),
            workflows: Vec::new(),
            rules: Vec::new(),
            origins: Vec::new(),
            selector: None,
            fleet: None,
        };
        Self { orc }
    }

    /// A webhook source with events of one payload type.
    pub(super) fn webhook(mut self, name: &str, events: &[&str], payload: &Type) -> Self {
        let event = |name: &&str| SourceEvent {
            name: (*name).to_owned(),
            fields: fields(&[("path", text(&format!("/{name}")))]),
            ..SourceEvent::default()
        };
        self.orc.spec.sources.push(spec::Source {
            name: name.to_owned(),
            kind: "webhook".to_owned(),
            fields: fields(&[
                ("port", Value::Number(12_000.0)),
                ("auth", Value::Secret(KeyRef { name: name.to_owned(), key: "token".to_owned() })),
            ]),
            events: events.iter().map(event).collect(),
            description: None,
        });
        self.orc.events.extend(events.iter().map(|event| Event {
            source: Some(name.to_owned()),
            name: (*event).to_owned(),
            payload: payload.clone(),
            meta: Type::Any,
        }));
        self
    }

    pub(super) fn function(mut self, name: &str, params: &[&str], output: Option<Type>) -> Self {
        self.orc.spec.functions.push(spec::Function {
            name: name.to_owned(),
            image: format!("registry.city.example/{name}:1.4"),
            ..spec::Function::default()
        });
        let input = if params.is_empty() {
            Input::Any
        } else {
            Input::Named(params.iter().map(|name| param(name)).collect())
        };
        self.orc.functions.push(Signature { input, output });
        self
    }

    pub(super) fn workflow(mut self, name: &str, params: &[&str], body: Body) -> Self {
        self.orc.spec.workflows.push(spec::Workflow { name: name.to_owned(), ..spec::Workflow::default() });
        let input = Input::Named(params.iter().map(|name| param(name)).collect());
        self.orc.workflows.push(Workflow { signature: Signature { input, output: None }, body });
        self
    }

    pub(super) fn rule(mut self, name: &str, logic: Logic, stmts: Vec<Stmt>) -> Self {
        self.orc.spec.rules.push(spec::Rule { name: name.to_owned(), ..spec::Rule::default() });
        self.orc.rules.push(Rule { logic, condition: None, body: Body { stmts, ..Body::default() } });
        self
    }
}

pub(super) fn clusters(names: &[&str]) -> Clusters {
    let cluster = |(at, name): (usize, &&str)| Cluster {
        name: (*name).to_owned(),
        gateway: Some(format!("10.0.0.1{at}:31080")),
        fields: Value::default(),
    };
    Clusters {
        domain: Some("fn.city.example".to_owned()),
        call_address: None,
        clusters: names.iter().enumerate().map(cluster).collect(),
    }
}

/// The YAML of every resource, in order.
pub(super) fn yaml(orc: &Orchestrator, inventory: &Clusters, selected: &[&str]) -> String {
    let decision = Decision { selected: selected.iter().map(|name| (*name).to_owned()).collect() };
    let resources = expand(orc, inventory, &decision).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let mut out = String::new();
    for resource in &resources {
        let _ = writeln!(out, "---");
        crate::yaml::write(&mut out, resource).expect("a resource has YAML");
    }
    out
}

/// The paper's scenario: a vehicle and a pedestrian.
fn crossing() -> Orchestrator {
    let vehicle = record(&[("plate", Type::String), ("speed", Type::Number), ("zone", Type::String)]);
    let level = record(&[("level", Type::String)]);
    let mut builder = Builder::new("crossing-safety")
        .webhook("roadside", &["vehicle", "pedestrian"], &vehicle)
        .function("classify", &["vehicle"], Some(level))
        .function("alert", &["plate", "level"], None)
        .function("record", &[], None);
    let classify = &mut builder.orc.spec.functions[0];
    classify.description = Some("Says how bad it is.".to_owned());
    classify.scale = Some(Scale { min: 0, max: 20 });
    classify.concurrency = Some(50);
    classify.timeout = Some(Duration::from_secs(20));
    builder.orc.spec.functions[1].env = vec![
        spec::EnvVar { name: "CHANNEL".to_owned(), value: Some("on".to_owned()), secret: None, config: None },
        spec::EnvVar {
            name: "TOKEN".to_owned(),
            value: None,
            secret: Some(KeyRef { name: "alert".to_owned(), key: "token".to_owned() }),
            config: None,
        },
    ];
    builder.orc.spec.event_bus = Some(EventBus {
        jetstream_exotic: Some(JetstreamExotic {
            url: "tls://nats.mgmt.example:4222".to_owned(),
            access_secret: Some(KeyRef { name: "nats-client".to_owned(), key: "auth.yaml".to_owned() }),
            ..JetstreamExotic::default()
        }),
        jetstream: None,
    });
    let alert = call(
        "alert",
        &[("plate", member(local("vehicle"), "plate")), ("level", member(local("verdict"), "level"))],
        CallResult::Unused,
    );
    let whole = |function: &str, expr: Expr| {
        let args = CallArgs::Whole(expr);
        let callee = Callee::Function(function.to_owned());
        Stmt::Call(Call { callee, args, result: CallResult::Unused, retry: None, timeout: None })
    };
    let high = Expr::Binary(
        crate::ir::Op::Eq,
        Box::new(member(local("verdict"), "level")),
        Box::new(string("high")),
    );
    let failed = Expr::Record(vec![
        ("plate".to_owned(), member(local("vehicle"), "plate")),
        ("failed".to_owned(), Expr::Bool(true)),
    ]);
    let respond = Body {
        stmts: vec![
            call("classify", &[("vehicle", local("vehicle"))], CallResult::Let("verdict".to_owned())),
            Stmt::If(
                vec![(high, vec![Stmt::Parallel(vec![alert, whole("record", local("vehicle"))])])],
                Vec::new(),
            ),
        ],
        on_failure: vec![whole("record", failed)],
        on_exit: Vec::new(),
    };
    let run = Stmt::Call(Call {
        callee: Callee::Workflow("respond".to_owned()),
        args: CallArgs::Named(vec![("vehicle".to_owned(), event("vehicle"))]),
        result: CallResult::Unused,
        retry: None,
        timeout: None,
    });
    let alarm = call(
        "alert",
        &[("plate", member(event("vehicle"), "plate")), ("level", string("high"))],
        CallResult::Unused,
    );
    builder
        .workflow("respond", &["vehicle"], respond)
        .rule(
            "crossing",
            Logic::And(vec![term("roadside", "vehicle"), term("roadside", "pedestrian")]),
            vec![run],
        )
        .rule("alarm", term("roadside", "vehicle"), vec![alarm])
        .orc
}

#[test]
fn the_papers_scenario() {
    let inventory = clusters(&["edge-a", "edge-b", "cloud"]);
    insta::assert_snapshot!(yaml(&crossing(), &inventory, &["edge-a"]));
}

#[test]
fn without_clusters_there_are_no_policies() {
    let orc = crossing();
    let resources = expand(&orc, &Clusters::default(), &Decision::default()).expect("it expands");
    assert!(resources.iter().all(|resource| !resource.api_version.starts_with("policy")));
    let host = "crossing-safety-alert.smart-city.svc.cluster.local";
    assert!(yaml(&orc, &Clusters::default(), &[]).contains(host));
}

/// What a resource of a kind and name is, as JSON.
fn json(resources: &[Resource<'_>], kind: &str, name: &str) -> serde_json::Value {
    let found = resources.iter().find(|resource| resource.kind == kind && resource.name == name);
    serde_json::to_value(found.unwrap_or_else(|| panic!("no {kind} {name}"))).expect("a resource has JSON")
}

fn expanded<'a>(orc: &'a Orchestrator, inventory: &Clusters, selected: &[&str]) -> Vec<Resource<'a>> {
    let decision = Decision { selected: selected.iter().map(|name| (*name).to_owned()).collect() };
    expand(orc, inventory, &decision).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// The crossing with its functions on one cluster and its logic on another.
fn split() -> Orchestrator {
    let mut orc = crossing();
    orc.spec.placement.pin.functions = vec!["cloud".to_owned()];
    orc.spec.rules[1].dead_letter = Some("record".to_owned());
    orc
}

#[test]
fn split_stages_call_the_functions_at_their_gateway() {
    let (orc, inventory) = (split(), clusters(&["edge-a", "edge-b", "cloud"]));
    let resources = expanded(&orc, &inventory, &["edge-a"]);
    let overrides: Vec<&Resource<'_>> = resources.iter().filter(|r| r.kind == "OverridePolicy").collect();
    let text: Vec<String> = overrides.iter().map(|r| crate::yaml::to_string(*r).expect("YAML")).collect();
    insta::assert_snapshot!(text.join("---\n"));
    let policy = |stage: &str| json(&resources, "PropagationPolicy", &format!("crossing-safety-{stage}"));
    assert_eq!(policy("base")["spec"]["dependentOverrides"], serde_json::json!(["crossing-safety"]));
    assert_eq!(policy("logic")["spec"]["dependentOverrides"], serde_json::json!(["crossing-safety-sensor"]));
    let clusters =
        |stage: &str| policy(stage)["spec"]["placement"]["clusterAffinity"]["clusterNames"].clone();
    assert_eq!(clusters("functions"), serde_json::json!(["cloud"]));
    assert_eq!(clusters("logic"), serde_json::json!(["edge-a"]));
    assert_eq!(clusters("base"), serde_json::json!(["cloud", "edge-a", "edge-b"]));
}

#[test]
fn every_override_replaces_something_that_is_there() {
    let (orc, inventory) = (split(), clusters(&["edge-a", "edge-b", "cloud"]));
    let resources = expanded(&orc, &inventory, &["edge-a"]);
    let mut operations = 0;
    for policy in resources.iter().filter(|resource| resource.kind == "OverridePolicy") {
        let policy = json(&resources, "OverridePolicy", &policy.name);
        for selector in policy["spec"]["resourceSelectors"].as_array().expect("selectors") {
            let text = |key: &str| selector[key].as_str().expect("a text");
            let target = json(&resources, text("kind"), text("name"));
            for operation in
                policy["spec"]["overrideRules"][0]["overriders"]["plaintext"].as_array().expect("some")
            {
                let there = target.pointer(operation["path"].as_str().expect("a path"));
                assert_eq!(there, Some(&serde_json::json!("http://kourier-internal.kourier-system.svc")));
                operations += 1;
            }
        }
    }
    assert_eq!(operations, 3, "a template, a trigger, a dead letter");
}

#[test]
fn a_member_gets_what_is_sent_there() {
    let (orc, inventory) = (split(), clusters(&["edge-a", "edge-b", "cloud"]));
    let resources = expanded(&orc, &inventory, &["edge-a"]);
    let kinds = |cluster: &str| {
        let mut kinds: Vec<&str> = output::for_cluster(&resources, cluster).iter().map(|r| r.kind).collect();
        kinds.retain(|kind| !["Role", "RoleBinding", "ServiceAccount", "Secret"].contains(kind));
        kinds
    };
    let base = ["EventBus", "WorkflowTemplate"];
    assert_eq!(kinds("cloud"), [&base[..], &["Service"; 3], &["EventSource", "Service"]].concat());
    assert_eq!(kinds("edge-a"), [&base[..], &["Sensor"; 2], &["EventSource", "Service"]].concat());
    assert_eq!(kinds("edge-b"), [&base[..], &["EventSource", "Service"]].concat());
    let at = |cluster: &str| {
        let sent = output::for_cluster(&resources, cluster);
        let template = json(&sent, "WorkflowTemplate", "crossing-safety-respond");
        template.pointer(super::workflow_template::ADDRESS).cloned().expect("an address")
    };
    assert_eq!(at("edge-a"), "http://10.0.0.12:31080");
    assert_eq!(at("cloud"), "http://kourier-internal.kourier-system.svc");
    // Without policies there is one cluster, which gets all.
    let alone = expanded(&orc, &Clusters::default(), &[]);
    assert_eq!(output::for_cluster(&alone, "any").len(), alone.len());
}

#[test]
fn a_gateway_that_is_missing_is_an_error() {
    let (orc, mut inventory) = (split(), clusters(&["edge-a", "edge-b", "cloud"]));
    inventory.clusters[2].gateway = None;
    let decision = Decision { selected: vec!["edge-a".to_owned()] };
    let errors = expand(&orc, &inventory, &decision).expect_err("it cannot be called");
    assert_eq!(
        errors[0].to_string(),
        "crossing-safety/placement: functions run on `cloud`, which has no gateway to be called at from `edge-a`"
    );
}

#[test]
fn patches_reach_the_resources_of_their_declaration() {
    let mut orc = crossing();
    let patch = |declaration: &str, kind: &str, patch: Value| spec::Patch {
        declaration: declaration.to_owned(),
        kind: kind.to_owned(),
        patch,
    };
    let annotation = fields(&[("metadata", fields(&[("annotations", fields(&[("team", text("roads"))]))]))]);
    let replicas =
        fields(&[("spec", fields(&[("replicas", Value::Number(2.0)), ("template", Value::Null)]))]);
    orc.spec.patches = vec![
        patch("crossing-safety/function/alert", "Service", annotation.clone()),
        patch("crossing-safety", "Sensor", replicas),
        // Policies depend on where it runs: there may be none.
        patch("crossing-safety", "OverridePolicy", annotation.clone()),
    ];
    let resources = expanded(&orc, &Clusters::default(), &[]);
    let alert = json(&resources, "Service", "crossing-safety-alert");
    assert_eq!(alert["metadata"]["annotations"]["team"], "roads");
    assert_eq!(alert["metadata"]["annotations"]["efl.dev/declaration"], "crossing-safety/function/alert");
    assert_eq!(
        json(&resources, "Service", "crossing-safety-record")["metadata"]["annotations"].get("team"),
        None
    );
    for name in ["crossing-safety", "crossing-safety-join"] {
        let sensor = json(&resources, "Sensor", name);
        assert_eq!(
            (&sensor["spec"]["replicas"], sensor["spec"].get("template")),
            (&serde_json::json!(2), None)
        );
    }
    let rename = fields(&[("metadata", fields(&[("name", text("other"))]))]);
    orc.spec.patches = vec![
        patch("crossing-safety/function/alert", "Service", rename),
        patch("crossing-safety/function/alert", "Sensor", annotation),
    ];
    let errors = expand(&orc, &Clusters::default(), &Decision::default()).expect_err("neither can be");
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    insta::assert_debug_snapshot!(messages, @r#"
    [
        "a patch cannot change the apiVersion, kind, name or namespace of a resource",
        "there is no Sensor to patch here",
    ]
    "#);
}

#[test]
fn the_plan_of_the_native_engine_reads_back() {
    let mut orc = crossing();
    orc.spec.engine = spec::Engine::Efl;
    let resources = expanded(&orc, &Clusters::default(), &[]);
    assert!(resources.iter().all(|r| !["Sensor", "WorkflowTemplate", "Role"].contains(&r.kind)));
    let map = json(&resources, "ConfigMap", "crossing-safety-plan");
    let text = map["data"][plan::PLAN_KEY].as_str().expect("a plan");
    let read = plan::EventPlan::read(text).expect("it reads back");
    assert_eq!(read.rules, orc.spec.rules);
    assert_eq!(read.events[0].subject, "default.crossing-safety-roadside.vehicle");
    assert_eq!(read.functions[1].host, "crossing-safety-alert.smart-city.svc.cluster.local");
    let newer = text.replacen("\"version\": 1", "\"version\": 2", 1);
    let error = plan::EventPlan::read(&newer).expect_err("it is newer");
    assert_eq!(error.message, "the plan has version 2, this engine knows 1");
}

#[test]
fn internal_events_have_a_source_beside_the_logic() {
    let mut orc = crossing();
    orc.spec.events =
        vec![spec::InternalEvent { name: "alarm".to_owned(), ..spec::InternalEvent::default() }];
    let resources = expanded(&orc, &Clusters::default(), &[]);
    let source = json(&resources, "EventSource", "crossing-safety-emit");
    insta::assert_json_snapshot!(source["spec"], @r#"
    {
      "eventBusName": "crossing-safety",
      "service": {
        "ports": [
          {
            "port": 12000,
            "targetPort": 12000
          }
        ]
      },
      "webhook": {
        "alarm": {
          "endpoint": "/alarm",
          "port": "12000",
          "method": "POST",
          "url": ""
        }
      }
    }
    "#);
}

#[test]
fn names_of_workflows_leave_no_room_for_accidents() {
    let events: Vec<String> = (0..9).map(|at| format!("e{at}")).collect();
    let names: Vec<&str> = events.iter().map(String::as_str).collect();
    let terms = || names.iter().map(|name| term("s", name)).collect::<Vec<_>>();
    let run = || vec![call("f", &[("x", Expr::Number(1.0))], CallResult::Unused)];
    let digits = |logic: Logic| {
        let orc = Builder::new("o")
            .webhook("s", &names, &Type::Any)
            .function("f", &["x"], None)
            .rule("r", logic, run())
            .orc;
        let resources = expand(&orc, &Clusters::default(), &Decision::default())
            .map_err(|errors| errors[0].to_string())?;
        let sensor = resources.iter().find(|r| r.kind == "Sensor").expect("a Sensor");
        let sensor = serde_json::to_value(sensor).expect("JSON");
        let parameters = &sensor["spec"]["triggers"][0]["template"]["k8s"]["parameters"];
        Ok::<_, String>(parameters[0]["src"]["contextTemplate"].as_str().expect("a template").to_owned())
    };
    let template = |digits: usize| Ok(format!("{{{{ .Input.id | sha256sum | trunc {digits} }}}}"));
    assert_eq!(digits(term("s", "e0")), template(32));
    assert_eq!(digits(Logic::Or(terms())), template(32));
    assert_eq!(digits(Logic::And(terms())), template(3));
    let mixed = Logic::Or(vec![Logic::And(terms()[1..].to_vec()), term("s", "e0")]);
    assert_eq!(
        digits(mixed),
        Err("o/rule/r: this rule has too many events for the name of its Workflow".to_owned())
    );
}

#[test]
fn conditions_are_canonical() {
    let of = |logic: Logic| {
        let orc =
            Builder::new("o").webhook("s", &["a", "b", "c"], &Type::Any).rule("r", logic, Vec::new()).orc;
        let resources = expanded(&orc, &Clusters::default(), &[]);
        let sensor = resources.iter().find(|r| r.kind == "Sensor").expect("a Sensor");
        serde_json::to_value(sensor).expect("JSON")["spec"]["triggers"][0]["template"]["conditions"].clone()
    };
    let (a, b, c) = (|| term("s", "a"), || term("s", "b"), || term("s", "c"));
    let or = |parts: Vec<Logic>| Logic::Or(parts);
    assert_eq!(of(Logic::And(vec![a(), or(vec![b(), c()])])), of(Logic::And(vec![or(vec![c(), b()]), a()])));
    let text = of(Logic::And(vec![a(), or(vec![b(), c()])]));
    let text = text.as_str().expect("a text");
    assert!(text.starts_with('(') && text.ends_with(')') && text.contains(" || "), "{text}");
}

#[test]
fn a_sensor_that_is_too_large_is_split() {
    let mut builder = Builder::new("o").webhook("s", &["e"], &Type::Any).function("f", &["x"], None);
    for at in 0..120 {
        let long = Expr::String("x".repeat(2_000));
        builder = builder.rule(
            &format!("r{at}"),
            term("s", "e"),
            vec![call("f", &[("x", long)], CallResult::Unused)],
        );
    }
    let resources = expanded(&builder.orc, &Clusters::default(), &[]);
    let sensors: Vec<&Resource<'_>> = resources.iter().filter(|resource| resource.kind == "Sensor").collect();
    let names: Vec<&str> = sensors.iter().map(|sensor| sensor.name.as_str()).collect();
    assert_eq!(names, ["o", "o-2", "o-3", "o-4"]);
    let triggers = |sensor: &Resource<'_>| {
        let json = serde_json::to_value(sensor).expect("JSON");
        assert!(json["spec"].to_string().len() <= 96 * 1024);
        json["spec"]["triggers"].as_array().expect("triggers").len()
    };
    assert_eq!(sensors.into_iter().map(triggers).sum::<usize>(), 120);
}

#[test]
fn names_over_their_budget_are_errors() {
    let orc = Builder::new(&"o".repeat(40)).function("classify-vehicles", &[], None).orc;
    let errors = expand(&orc, &Clusters::default(), &Decision::default()).expect_err("it is too long");
    assert!(errors[0].message.ends_with("has 58 characters, 50 are possible"), "{}", errors[0].message);
}
