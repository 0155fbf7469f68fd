//! Snapshots of whole expansions, to be read as an expert would read the YAML.

use super::{Clusters, Decision, expand};
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
    Type::Record(Arc::new(Record { name: None, fields: fields.iter().map(field).collect(), open: false }))
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
