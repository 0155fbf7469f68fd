//! Random Orchestrators that are valid, out of a list of choices: the shorter and smaller the list, the simpler.

use efl_compiler::{
    catalog::{Block, Field, FieldType, Presence, SourceKind, sources},
    spec::{
        Autoscaling, Backoff, Delivery, Engine, EnvVar, EventBus, Function, InternalEvent, JetstreamExotic,
        JetstreamNative, Limit, Management, MetricWeight, NamedType, OncePer, OrchestratorSpec, Patch, Pins,
        Placement, Probe, Reset, ResourceRange, Resources, Retry, Rule, Scale, Source, SourceEvent, Strategy,
        StreamConfig, Tls, Weights, Workflow,
    },
    units::{Duration, Quantity, Rate},
    value::{KeyRef, Value},
};
use proptest::{
    strategy::{Strategy as _, ValueTree},
    string::string_regex,
    test_runner::TestRunner,
};
use std::collections::BTreeSet;

/// A walk through choices; when they are used up every further one is 0.
pub(crate) struct Choices<'a> {
    rest: &'a [u32],
    count: u32,
}

impl<'a> Choices<'a> {
    pub(crate) fn new(choices: &'a [u32]) -> Self {
        Self { rest: choices, count: 0 }
    }

    /// A number below a bound.
    fn below(&mut self, bound: usize) -> usize {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *first as usize % bound.max(1)
    }

    fn flag(&mut self) -> bool {
        self.below(2) == 1
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    pub(crate) fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| make(self))
    }

    /// A number that no other call gave.
    fn fresh(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    fn list<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }

    fn text(&mut self) -> String {
        let texts = [
            "a",
            "two words",
            "\"quoted\"",
            "${x}",
            "back\\slash",
            "é\u{200B}\u{1F600}",
            "a\nb\tc",
            "$",
            "// no",
        ];
        self.one(&texts).to_owned()
    }

    /// What a doc comment can say.
    pub(crate) fn line(&mut self) -> String {
        self.one(&["Says it.", "Two\nlines", "/ slash", "  indented", "a\n\nb", "\"${x}\" */"]).to_owned()
    }

    fn duration(&mut self) -> Duration {
        Duration::from_secs(self.one(&[10, 60, 90, 120, 3600, 7200, 86_400]))
    }

    fn reference(&mut self) -> KeyRef {
        KeyRef {
            name: format!("object-{}", self.below(3)),
            key: self.one(&["key", "a.b", "k\"q"]).to_owned(),
        }
    }
}

/// The types that events and functions may name.
const TYPES: [(&str, &str); 2] =
    [("Vehicle", "{ plate: string, speed: number }"), ("Zone", "{ id: string, tags: list<string> }")];

/// A valid spec, in the form in which the compiler writes it.
pub(crate) fn spec(c: &mut Choices<'_>) -> OrchestratorSpec {
    let mut spec = OrchestratorSpec {
        management: c.one(&[Management::Controller, Management::External]),
        target_namespace: c.maybe(|_| "other".to_owned()),
        engine: c.one(&[Engine::Argo, Engine::Efl]),
        event_bus: c.maybe(bus),
        placement: placement(c),
        ..OrchestratorSpec::default()
    };
    // A bus inside one cluster is for one.
    if spec.placement.clusters.len() > 1 {
        spec.event_bus = Some(exotic(c));
    }
    for at in 0..=c.below(3) {
        let kind = sources::all()[c.below(sources::all().len())];
        spec.sources.push(source(c, kind, at));
    }
    for at in 0..=c.below(2) {
        spec.functions.push(function(c, at));
    }
    if spec.engine == Engine::Efl {
        spec.events = c.list(2, |c| InternalEvent {
            name: format!("internal-{}", c.fresh()),
            ty: c.maybe(|c| ty(c)),
            description: c.maybe(Choices::line),
        });
    }
    spec.workflows = c.list(2, workflow);
    let rules = c.below(4);
    for _ in 0..rules {
        let rule = rule(c, &spec);
        spec.rules.push(rule);
    }
    spec.patches = patches(c, &spec);
    spec.types = used_types(&spec);
    spec
}

/// A spec with one to three sources and nothing else.
pub(crate) fn sources_alone(c: &mut Choices<'_>) -> OrchestratorSpec {
    let mut spec = OrchestratorSpec::default();
    for at in 0..=c.below(2) {
        let kind = sources::all()[c.below(sources::all().len())];
        let mut source = source(c, kind, at);
        // Types and what people read are no part of an EventSource.
        source.events.iter_mut().for_each(|event| event.ty = None);
        // What is said by leaving it out is not written back.
        without_defaults(kind.block, &mut source.fields);
        source.events.iter_mut().for_each(|event| without_defaults(kind.block, &mut event.fields));
        spec.sources.push(source);
    }
    spec
}

/// Drops fields that are what they are anyway.
fn without_defaults(block: &'static Block, fields: &mut Value) {
    let Value::Map(entries) = fields else { return };
    entries.retain(|(name, value)| match block.field(name).map(|field| field.presence) {
        Some(Presence::Default(default)) => {
            let text = match value {
                Value::Bool(flag) => flag.to_string(),
                Value::Number(number) => number.to_string(),
                Value::String(text) => text.clone(),
                _ => return true,
            };
            text != default.trim_matches('"')
        }
        _ => true,
    });
    for (name, value) in entries {
        if let Some(nested) = block.nested(name) {
            without_defaults(nested.block, value);
        }
        match (block.field(name).map(|field| field.ty), value) {
            (Some(FieldType::Record(block)), value) => without_defaults(block, value),
            (Some(FieldType::List(FieldType::Record(block))), Value::List(items)) => {
                for item in items {
                    without_defaults(block, item);
                }
            }
            _ => {}
        }
    }
}

/// Two functions that take anything.
pub(crate) fn functions(c: &mut Choices<'_>) -> Vec<Function> {
    let plain = |function: Function| Function { input: None, output: None, ..function };
    vec![plain(function(c, 0)), plain(function(c, 1))]
}

fn used_types(spec: &OrchestratorSpec) -> Vec<NamedType> {
    let mut used = BTreeSet::new();
    let events = spec.sources.iter().flat_map(|s| &s.events).filter_map(|e| e.ty.clone());
    let internal = spec.events.iter().filter_map(|e| e.ty.clone());
    let functions = spec.functions.iter().flat_map(|f| [f.input.clone(), f.output.clone()]).flatten();
    let workflows = spec.workflows.iter().filter_map(|w| w.parameters.clone());
    for text in events.chain(internal).chain(functions).chain(workflows) {
        used.extend(TYPES.iter().filter(|(name, _)| text.contains(name)).copied());
    }
    used.into_iter().map(|(name, ty)| NamedType { name: name.to_owned(), ty: ty.to_owned() }).collect()
}

fn ty(c: &mut Choices<'_>) -> String {
    let types =
        ["any", "Vehicle", "Zone", "{ a: int, \"b c\"?: \"low\" | \"high\" }", "list<number>", "map<string>"];
    c.one(&types).to_owned()
}

fn bus(c: &mut Choices<'_>) -> EventBus {
    if !c.flag() {
        return exotic(c);
    }
    let native =
        JetstreamNative { version: "latest".to_owned(), replicas: c.one(&[3, 1]), stream: stream(c) };
    EventBus { jetstream_exotic: None, jetstream: Some(native) }
}

fn stream(c: &mut Choices<'_>) -> StreamConfig {
    StreamConfig {
        replicas: c.one(&[3, 1, 5]),
        max_age: c.duration(),
        duplicates: Duration::from_secs(c.one(&[10, 5])),
        max_msgs: c.one(&[1_000_000, -1, 5]),
        max_bytes: c.one(&[-1, 1 << 30, 1_000_001, 3 << 20]),
    }
}

fn exotic(c: &mut Choices<'_>) -> EventBus {
    let exotic = JetstreamExotic {
        url: "tls://nats.example:4222".to_owned(),
        access_secret: c.maybe(Choices::reference),
        tls: c.maybe(|c| {
            let pair = c.maybe(|c| (c.reference(), c.reference()));
            let (cert, key) = pair.unzip();
            Tls { ca: c.maybe(Choices::reference), cert, key, insecure: c.flag() }
        }),
        stream: stream(c),
    };
    EventBus { jetstream_exotic: Some(exotic), jetstream: None }
}

fn placement(c: &mut Choices<'_>) -> Placement {
    if c.flag() {
        return Placement::default();
    }
    let all = ["edge-a", "edge-b", "pipe", "shared", "cloud"].map(str::to_owned);
    let clusters = all[..=c.below(all.len())].to_vec();
    let mut placement = Placement {
        weights: Weights { cpu: c.one(&[0.5, 1.0, 3.25]), memory: c.one(&[0.5, 0.0]) },
        metrics: c.list(1, |c| MetricWeight { name: "queue-depth".to_owned(), weight: c.one(&[0.2, 1.0]) }),
        strategy: c.one(&[Strategy::Balanced, Strategy::LeastLoaded]),
        margin: c.one(&[0.1, 0.07, 0.125, 0.29, 0.0, 1.0]),
        hold: c.duration(),
        limit: Limit { cpu: c.one(&[0.9, 0.57]), memory: c.one(&[0.9, 0.995]) },
        drain_timeout: c.duration(),
        ..Placement::default()
    };
    placement.force_after = c.maybe(|_| Duration(placement.drain_timeout.0 * 2));
    if c.flag() {
        placement.cluster_selector = Some("region == \"riverside\" and labels.tier != null".to_owned());
    } else {
        let some = |c: &mut Choices<'_>| clusters[..c.below(clusters.len() + 1)].to_vec();
        placement.pin = Pins { events: some(c), logic: some(c), functions: some(c) };
        placement.replicas = c.one(&[1, u32::try_from(clusters.len()).expect("a few")]);
        placement.clusters = clusters;
    }
    placement
}

fn source(c: &mut Choices<'_>, kind: &'static SourceKind, at: usize) -> Source {
    let name = format!("s{at}");
    let events = 1 + c.below(3);
    let chosen = chosen(c, kind.block);
    let (mut fields, mut own_fields) = (Vec::new(), Vec::new());
    for own in kind.own().fields {
        if c.flag() {
            own_fields.push((own.name.to_owned(), value(c, &own.ty)));
        }
    }
    for name in &chosen {
        if !kind.per_event.contains(name) && c.flag() {
            fields.push(given(c, kind.block, name));
        }
    }
    let events = (0..events).map(|n| {
        let own = chosen.iter().filter(|name| !fields.iter().any(|(known, _)| known == *name));
        let own: Vec<_> = own.map(|name| given(c, kind.block, name)).collect();
        SourceEvent {
            name: format!("{name}-e{n}"),
            ty: c.maybe(|c| if chosen.contains(&"format") { "string".to_owned() } else { ty(c) }),
            description: c.maybe(Choices::line),
            fields: Value::Map(own),
        }
    });
    let events = events.collect();
    // The compiler keeps them in the order in which they stand.
    own_fields.extend(fields);
    let description = c.maybe(Choices::line);
    let mut source =
        Source { name, kind: kind.name.to_owned(), description, fields: Value::Map(own_fields), events };
    own_ports(&mut source.fields, at);
    source.events.iter_mut().for_each(|event| own_ports(&mut event.fields, at));
    source
}

/// Gives a source ports that no other one has.
#[expect(clippy::cast_precision_loss, reason = "a few sources")]
fn own_ports(value: &mut Value, at: usize) {
    let Value::Map(entries) = value else { return };
    for (name, value) in entries {
        match name.as_str() {
            "port" => *value = Value::Number(12_000.0 + at as f64),
            "node-port" => *value = Value::Number(30_000.0 + at as f64),
            _ => own_ports(value, at),
        }
    }
}

/// The fields and nested blocks of a block that are given: what is required, of each group one alternative, and some.
fn chosen(c: &mut Choices<'_>, block: &'static Block) -> Vec<&'static str> {
    let mut chosen: Vec<&'static str> = Vec::new();
    for group in block.groups {
        if group.required || c.flag() {
            chosen.extend(group.alternatives[c.below(group.alternatives.len())]);
        }
    }
    let grouped = |name: &str| block.groups.iter().any(|g| g.alternatives.iter().any(|a| a.contains(&name)));
    for field in block.fields.iter().filter(|field| !grouped(field.name)) {
        if field.presence == Presence::Required || c.flag() {
            chosen.push(field.name);
        }
    }
    for nested in block.blocks.iter().filter(|nested| !grouped(nested.name)) {
        if c.flag() {
            chosen.push(nested.name);
        }
    }
    chosen
}

fn given(c: &mut Choices<'_>, block: &'static Block, name: &'static str) -> (String, Value) {
    let value = match (block.field(name), block.nested(name)) {
        (Some(Field { name: "path", ty: FieldType::HttpPath, .. }), _) => {
            Value::String(format!("/path-{}", c.fresh()))
        }
        // A body that is text is no record.
        (Some(Field { name: "format", .. }), _) => Value::String("json".to_owned()),
        (Some(field), _) => value(c, &field.ty),
        (None, Some(nested)) => record(c, nested.block),
        (None, None) => panic!("{} has no `{name}`", block.name),
    };
    (name.to_owned(), value)
}

fn record(c: &mut Choices<'_>, block: &'static Block) -> Value {
    let chosen = chosen(c, block);
    Value::Map(chosen.into_iter().map(|name| given(c, block, name)).collect())
}

/// A value of a type.
fn value(c: &mut Choices<'_>, ty: &FieldType) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    match ty {
        FieldType::Text { .. } => Value::String(c.text()),
        FieldType::Pattern { regex, .. } => Value::String(matching(regex)),
        FieldType::Url { schemes } => {
            Value::String(format!("{}://host.example:80/x?y=1", schemes.first().unwrap_or(&"http")))
        }
        FieldType::HttpPath => text("/a/{b}"),
        FieldType::Cron => text(c.one(&["0 * * * *", "30 2 * * 1-5"])),
        FieldType::Timezone => text("Europe/Berlin"),
        FieldType::DnsLabel => text("some-name"),
        FieldType::PromQl => text("sum(x{a=\"b\"})"),
        FieldType::Bool => Value::Bool(c.flag()),
        #[expect(clippy::cast_precision_loss, reason = "a few units above the least")]
        FieldType::Int { min, .. } => Value::Number((*min).max(0) as f64 + c.one(&[1.0, 3.0])),
        FieldType::Number { min, .. } => Value::Number(min.max(0.0) + c.one(&[0.5, 0.25])),
        FieldType::Duration { min, max } => {
            let wanted = c.duration().0.clamp(*min, *max);
            Value::String(Duration(wanted).to_string())
        }
        FieldType::Cpu => text(c.one(&["100m", "2", "0.5"])),
        FieldType::Bytes => text(c.one(&["64Mi", "1Gi", "1000"])),
        FieldType::Percent => Value::Number(c.one(&[0.1, 0.29, 0.57])),
        FieldType::Word(words) => text(words[c.below(words.len())]),
        FieldType::Secret => Value::Secret(c.reference()),
        FieldType::Config => Value::Config(c.reference()),
        FieldType::List(of) => {
            let mut list = vec![value(c, of)];
            list.extend(c.maybe(|c| value(c, of)));
            Value::List(list)
        }
        FieldType::Map(of) => {
            Value::Map(vec![("a b".to_owned(), value(c, of)), ("in".to_owned(), value(c, of))])
        }
        FieldType::Record(block) => record(c, block),
        FieldType::OneOf(types) => {
            let at = c.below(types.len());
            value(c, &types[at])
        }
        other => panic!("no source has a {other:?}"),
    }
}

/// Some text that a regular expression matches.
fn matching(regex: &str) -> String {
    if regex.contains("T[0-9]") {
        return "2026-01-31T12:00:00Z".to_owned();
    }
    // A dot stands for any character; one that is no line break, here.
    let regex = regex.replace("[^+#/]", "[a-z]").replace("[^/]", "[a-z]").replace(r"[^\s,:/]", "[a-z]");
    let tree = string_regex(&regex).expect("a pattern").new_tree(&mut TestRunner::deterministic());
    tree.expect("a value").current()
}

fn function(c: &mut Choices<'_>, at: usize) -> Function {
    let range = |c: &mut Choices<'_>, low: &[&str], high: &[&str]| ResourceRange {
        request: Some(Quantity(c.one(low).to_owned())),
        limit: Some(Quantity(c.one(high).to_owned())),
    };
    let scale = c.one(&[
        None,
        Some(Scale { min: 0, max: 20 }),
        Some(Scale { min: 2, max: 0 }),
        Some(Scale { min: 3, max: 3 }),
    ]);
    Function {
        name: format!("f{at}"),
        description: c.maybe(Choices::line),
        input: c
            .one(&[None, Some("(vehicle: Vehicle, level?: string)"), Some("(Zone)"), Some("(n: int = 3)")])
            .map(str::to_owned),
        output: c.maybe(ty),
        image: c.one(&["registry.example/f:1", "registry.example:5000/a/b:2"]).to_owned(),
        command: c.list(2, Choices::text),
        args: c.list(2, Choices::text),
        env: c.list(3, variable),
        resources: Resources {
            cpu: c.maybe(|c| range(c, &["100m", "0.5"], &["500m", "2", "0.5"])),
            memory: c.maybe(|c| range(c, &["64Mi"], &["64Mi", "1Gi", "1.5Gi"])),
        },
        port: c.maybe(|_| 8090),
        http2: c.flag(),
        scale,
        concurrency: c.maybe(|c| c.one(&[0, 50])),
        timeout: c.maybe(|c| Duration::from_secs(c.one(&[5, 90, 300]))),
        autoscaling: Autoscaling {
            metric: c.maybe(|c| c.one(&["rps", "concurrency"]).to_owned()),
            target: c.maybe(|c| c.one(&[100.0, 0.5])),
            utilization: c.maybe(|c| c.one(&[70.0, 29.0, 100.0])),
            window: c.maybe(|_| Duration::from_secs(60)),
            scale_down_delay: c.maybe(|_| Duration::from_secs(0)),
            activation_scale: (scale.is_none()).then_some(2).filter(|_| c.flag()),
            retention: c.maybe(|_| Duration::from_secs(3600)),
        },
        ready: c.maybe(|c| Probe {
            path: "/ready".to_owned(),
            every: c.maybe(|_| Duration::from_secs(5)),
            timeout: c.maybe(|_| Duration::from_secs(2)),
        }),
        service_account: c.maybe(|_| "account".to_owned()),
        pull_secrets: c.list(2, |c| format!("registry-{}", c.below(5))),
    }
}

fn variable(c: &mut Choices<'_>) -> EnvVar {
    let name = format!("{}{}", c.one(&["MODE", "with.dot", "in"]), c.fresh());
    let mut var = EnvVar { name, value: None, secret: None, config: None };
    match c.below(3) {
        0 => var.value = Some(c.text()),
        1 => var.secret = Some(c.reference()),
        _ => var.config = Some(c.reference()),
    }
    var
}

fn workflow(c: &mut Choices<'_>) -> Workflow {
    let bodies = [
        "wait 10s",
        "let x = 1\nif x == 1 {\n  wait 1s\n} else {\n  wait 2s\n}\non failure {\n  wait 3s\n}",
        "parallel {\n  wait 1s\n  wait 2s\n}\nfor item in [1, \"a${2}\", { b: null }] max 5 {\n  wait 500ms\n}",
    ];
    Workflow {
        name: format!("w{}", c.fresh()),
        description: c.maybe(Choices::line),
        parameters: c.maybe(|_| "(vehicle: Vehicle)".to_owned()),
        result: None,
        timeout: c.maybe(Choices::duration),
        ttl: c.maybe(Choices::duration),
        body: c.one(&bodies[..2]).to_owned(),
    }
}

fn rule(c: &mut Choices<'_>, spec: &OrchestratorSpec) -> Rule {
    let mut events: Vec<&str> =
        spec.sources.iter().flat_map(|s| &s.events).map(|event| event.name.as_str()).collect();
    events.extend(spec.events.iter().map(|event| event.name.as_str()));
    let (first, second) = (events[0], events[c.below(events.len())]);
    let mut rule = Rule {
        name: format!("r{}", c.fresh()),
        description: c.maybe(Choices::line),
        on: first.to_owned(),
        run: "wait 1s".to_owned(),
        rate: c.maybe(|c| Rate { times: 10, unit: c.one(&['s', 'm', 'h']) }),
        delivery: c.one(&[Delivery::AtLeastOnce, Delivery::AtMostOnce]),
        reset: c.maybe(|c| Reset {
            cron: "0 * * * *".to_owned(),
            timezone: c.maybe(|_| "Europe/Berlin".to_owned()),
        }),
        ..Rule::default()
    };
    if rule.delivery == Delivery::AtLeastOnce {
        rule.retry = c.maybe(|c| Retry {
            times: 3,
            backoff: c.maybe(|_| Backoff { from: Duration(500), to: Duration::from_secs(30) }),
        });
        rule.dead_letter = c.maybe(|_| "f0".to_owned());
    }
    if first != second {
        rule.on = c.one(&[format!("{first} and {second}"), format!("{first} or {second}")]);
    }
    if spec.engine == Engine::Efl && c.flag() {
        rule.on = format!("count({first}, 3)");
        rule.within = Some(c.duration());
        let untyped = spec.sources[0].events[0].ty.as_deref() == Some("any");
        rule.once_per =
            c.maybe(|c| OncePer { field: "plate".to_owned(), every: c.duration() }).filter(|_| untyped);
    } else if spec.engine == Engine::Efl && first != second {
        rule.on = format!("{first} and not {second} for 30s");
        rule.condition = c.maybe(|_| format!("{first}.meta.id != \"x\""));
    }
    rule
}

fn patches(c: &mut Choices<'_>, spec: &OrchestratorSpec) -> Vec<Patch> {
    let map = |entries: Vec<(&str, Value)>| {
        Value::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    };
    let text = |text: &str| Value::String(text.to_owned());
    let annotations = |c: &mut Choices<'_>| {
        let value = Value::String(c.text());
        let inner = map(vec![("example.org/a-rather-long-key-so-that-lines-break", value), ("b", text("c"))]);
        map(vec![("metadata", map(vec![("annotations", inner)]))])
    };
    let mut patches = Vec::new();
    for source in &spec.sources {
        if c.flag() {
            let tolerations =
                Value::List(vec![map(vec![("key", text("edge")), ("operator", text("Exists"))])]);
            let template = map(vec![("template", map(vec![("tolerations", tolerations)]))]);
            let declaration = format!("pipe/source/{}", source.name);
            patches.push(Patch {
                declaration,
                kind: "EventSource".to_owned(),
                patch: map(vec![("spec", template)]),
            });
        }
    }
    let mut at = if c.flag() { 0 } else { patches.len() };
    for function in &spec.functions {
        if c.flag() {
            let declaration = format!("pipe/function/{}", function.name);
            at += 1;
            patches.insert(at - 1, Patch { declaration, kind: "Service".to_owned(), patch: annotations(c) });
        }
    }
    // Those of the orchestrator come last.
    if spec.event_bus.is_some() && c.flag() {
        patches.push(Patch {
            declaration: "pipe".to_owned(),
            kind: "EventBus".to_owned(),
            patch: annotations(c),
        });
    }
    patches
}
