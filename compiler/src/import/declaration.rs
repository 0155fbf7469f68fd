//! Declarations as text: buses, functions, workflows and rules.

use super::{
    fragment::Fragment,
    text::{Item, Writer, comment},
    value,
};
use crate::{
    catalog::blocks,
    ir::print::is_identifier,
    spec::{
        Autoscaling, Delivery, EnvVar, EventBus, Function, JetstreamExotic, JetstreamNative, Patch, Probe,
        ResourceRange, Retry, Rule, StreamConfig, Tls, Workflow,
    },
    value::{KeyRef, Value},
};

/// How long a rule's head may be on one line.
const HEAD: usize = 96;

/// A name as it may stand in a program: a wrong one stays wrong, but declares nothing else.
pub(super) fn safe(name: &str) -> String {
    let char = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '.' { c } else { '-' };
    if is_identifier(name) { name.to_owned() } else { name.chars().map(char).collect() }
}

pub(super) fn line(text: String) -> Item {
    Item::Line(text)
}

pub(super) fn quoted(key: &str, text: &str) -> Item {
    value::field(key, None, &Value::String(text.to_owned()))
}

fn secret(key: &str, reference: &KeyRef) -> Item {
    line(format!("{key}: {}", value::key_ref("secret", reference)))
}

pub(super) fn number(key: &str, number: impl std::fmt::Display) -> Item {
    line(format!("{key}: {number}"))
}

fn texts(key: &str, list: &[String]) -> Option<Item> {
    let list: Vec<Value> = list.iter().cloned().map(Value::String).collect();
    (!list.is_empty()).then(|| value::field(key, None, &Value::List(list)))
}

pub(super) fn write_bus(writer: &mut Writer, name: &str, bus: &EventBus) {
    let items = match (&bus.jetstream_exotic, &bus.jetstream) {
        (Some(exotic), _) => exotic_items(exotic),
        (None, Some(native)) => native_items(native),
        (None, None) => Vec::new(),
    };
    writer.open(&format!("bus {}: jetstream", safe(name)));
    writer.items(&items);
    writer.close();
}

fn exotic_items(bus: &JetstreamExotic) -> Vec<Item> {
    let mut items = vec![quoted("url", &bus.url)];
    items.extend(bus.access_secret.as_ref().map(|auth| secret("auth", auth)));
    items.extend(bus.tls.as_ref().map(tls_block));
    items.extend(stream_block(&bus.stream));
    items
}

fn native_items(bus: &JetstreamNative) -> Vec<Item> {
    let mut items = vec![quoted("version", &bus.version), number("replicas", bus.replicas)];
    items.extend(stream_block(&bus.stream));
    items
}

fn tls_block(tls: &Tls) -> Item {
    let keys = [("ca", &tls.ca), ("cert", &tls.cert), ("key", &tls.key)];
    let mut items: Vec<Item> =
        keys.iter().filter_map(|(key, reference)| Some(secret(key, reference.as_ref()?))).collect();
    if tls.insecure {
        items.push(line("insecure: true".to_owned()));
    }
    Item::Block("tls".to_owned(), items)
}

/// `stream { … }` with what is not the default.
fn stream_block(stream: &StreamConfig) -> Option<Item> {
    let default = StreamConfig::default();
    let mut items = Vec::new();
    let mut push = |key: &str, differs: bool, text: String| {
        if differs {
            items.push(line(format!("{key}: {text}")));
        }
    };
    push("replicas", stream.replicas != default.replicas, stream.replicas.to_string());
    push("max-age", stream.max_age != default.max_age, stream.max_age.to_string());
    push("duplicates", stream.duplicates != default.duplicates, stream.duplicates.to_string());
    push("max-msgs", stream.max_msgs != default.max_msgs, stream.max_msgs.to_string());
    push("max-bytes", stream.max_bytes != default.max_bytes, bytes(stream.max_bytes));
    (!items.is_empty()).then(|| Item::Block("stream".to_owned(), items))
}

/// A number of bytes as EFL writes it: in the largest unit that divides it.
pub(super) fn bytes(bytes: i64) -> String {
    let units = [("Ti", 1_i64 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
    match units.iter().find(|(_, size)| bytes > 0 && bytes % size == 0) {
        Some((unit, size)) => format!("{}{unit}", bytes / size),
        None => bytes.to_string(),
    }
}

pub(super) fn patch_item(patch: &Patch) -> Item {
    Item::Block(format!("patch {}", safe(&patch.kind)), value::data_items(&patch.patch))
}

pub(super) fn write_function(writer: &mut Writer, orc: &str, function: &Function, patches: &[&Patch]) {
    let name = &function.name;
    writer.remarks(&if orc.is_empty() {
        format!("function/{name}")
    } else {
        format!("{orc}/function/{name}")
    });
    writer.doc(function.description.as_deref());
    let input = function.input.as_deref().map(|text| Fragment::Parameters.pasted(text)).unwrap_or_default();
    let output = function.output.as_deref().map(|text| format!(" -> {}", Fragment::Type.pasted(text)));
    let mut items = function_items(function);
    items.extend(patches.iter().map(|patch| patch_item(patch)));
    let head = format!("function {}{input}{}", safe(name), output.unwrap_or_default());
    if items.len() == 1 {
        writer.item(&Item::Block(head, items));
    } else {
        writer.open(&head);
        writer.items(&items);
        writer.close();
    }
}

fn function_items(function: &Function) -> Vec<Item> {
    let mut items = vec![quoted("image", &function.image)];
    items.extend(texts("command", &function.command));
    items.extend(texts("args", &function.args));
    items.extend(function.port.map(|port| number("port", port)));
    if function.http2 {
        items.push(line("http2: true".to_owned()));
    }
    items.extend(function.scale.map(|scale| match (scale.min, scale.max) {
        (min, max) if min == max => number("scale", min),
        (min, max) => line(format!("scale: {min}..{max}")),
    }));
    items.extend(function.concurrency.map(|n| number("concurrency", n)));
    items.extend(function.timeout.map(|timeout| number("timeout", timeout)));
    items.extend(function.service_account.as_ref().map(|name| quoted("service-account", name)));
    items.extend(texts("pull-secrets", &function.pull_secrets));
    if !function.env.is_empty() {
        items.push(Item::Block("env".to_owned(), function.env.iter().filter_map(variable).collect()));
    }
    let ranges = [("cpu", &function.resources.cpu), ("memory", &function.resources.memory)];
    let ranges: Vec<Item> = ranges.iter().filter_map(|(key, range)| resource(key, range.as_ref()?)).collect();
    if !ranges.is_empty() {
        items.push(Item::Block("resources".to_owned(), ranges));
    }
    if !function.autoscaling.is_empty() {
        items.push(Item::Block("autoscaling".to_owned(), autoscaling(&function.autoscaling)));
    }
    items.extend(function.ready.as_ref().map(ready));
    items
}

fn variable(var: &EnvVar) -> Option<Item> {
    let value = match var {
        EnvVar { secret: Some(reference), .. } => Value::Secret(reference.clone()),
        EnvVar { config: Some(reference), .. } => Value::Config(reference.clone()),
        EnvVar { value, .. } => Value::String(value.clone()?),
    };
    Some(value::field(&var.name, blocks::ENV.open.as_ref(), &value))
}

/// `cpu: 100m..500m`; a request or limit alone has no form.
fn resource(key: &str, range: &ResourceRange) -> Option<Item> {
    let end = |text: &str| Box::new(Value::String(text.to_owned()));
    let (request, limit) = (range.request.as_ref()?, range.limit.as_ref()?);
    let ty = blocks::RESOURCES.field(key).map(|field| field.ty);
    Some(value::field(key, ty.as_ref(), &Value::Range(end(&request.0), end(&limit.0))))
}

fn autoscaling(autoscaling: &Autoscaling) -> Vec<Item> {
    let Autoscaling { metric, target, utilization, window, scale_down_delay, activation_scale, retention } =
        autoscaling;
    let mut items = Vec::new();
    if let Some(metric) = metric {
        let ty = blocks::AUTOSCALING.field("metric").map(|field| field.ty);
        items.push(value::field("metric", ty.as_ref(), &Value::String(metric.clone())));
    }
    items.extend(target.map(|target| number("target", target)));
    items.extend(utilization.map(|percent| number("utilization", format!("{percent}%"))));
    items.extend(window.map(|window| number("window", window)));
    items.extend(scale_down_delay.map(|delay| number("scale-down-delay", delay)));
    items.extend(activation_scale.map(|scale| number("activation-scale", scale)));
    items.extend(retention.map(|retention| number("retention", retention)));
    items
}

fn ready(probe: &Probe) -> Item {
    let mut items = vec![quoted("path", &probe.path)];
    items.extend(probe.every.map(|every| number("every", every)));
    items.extend(probe.timeout.map(|timeout| number("timeout", timeout)));
    Item::Block("ready".to_owned(), items)
}

pub(super) fn write_workflow(writer: &mut Writer, orc: &str, workflow: &Workflow, patches: &[&Patch]) {
    let name = &workflow.name;
    writer.remarks(&if orc.is_empty() {
        format!("workflow/{name}")
    } else {
        format!("{orc}/workflow/{name}")
    });
    writer.doc(workflow.description.as_deref());
    let parameters = workflow.parameters.as_deref().map(|text| Fragment::Parameters.pasted(text));
    let result = workflow.result.as_deref().map(|text| format!(" -> {}", Fragment::Type.pasted(text)));
    let head = [parameters, result].map(Option::unwrap_or_default).concat();
    writer.open(&format!("workflow {}{head}", safe(name)));
    let mut items: Vec<Item> = Vec::new();
    items.extend(workflow.timeout.map(|timeout| number("timeout", timeout)));
    items.extend(workflow.ttl.map(|ttl| number("ttl", ttl)));
    items.extend(patches.iter().map(|patch| patch_item(patch)));
    write_body(writer, &items, &workflow.body);
    writer.close();
}

/// Options, and the statements behind them.
fn write_body(writer: &mut Writer, options: &[Item], statements: &str) {
    writer.items(options);
    if !options.is_empty() {
        writer.blank();
    }
    if Fragment::Body.holds(statements) {
        if !statements.is_empty() {
            writer.line(statements);
        }
    } else {
        writer.line(&comment(statements, ""));
    }
}

pub(super) fn write_rule(writer: &mut Writer, rule: &Rule) {
    writer.doc(rule.description.as_deref());
    let logic = Fragment::Logic.pasted(&rule.on);
    let mut clauses: Vec<String> = Vec::new();
    clauses.extend(rule.within.map(|within| format!("within {within}")));
    if !rule.by.is_empty() {
        let fields: Vec<String> = rule.by.iter().map(|field| safe(field)).collect();
        clauses.push(format!("by {}", fields.join(", ")));
    }
    clauses
        .extend(rule.condition.as_deref().map(|text| format!("where {}", Fragment::Condition.pasted(text))));
    let head = broken(&format!("rule {} on {logic}", safe(&rule.name)));
    let short: String = std::iter::once(head.as_str())
        .chain(clauses.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join(" ");
    if short.chars().count() <= HEAD && !short.contains('\n') {
        writer.open(&short);
    } else if clauses.is_empty() {
        writer.open(&head);
    } else {
        writer.line(&head);
        for clause in &clauses {
            writer.line(&format!("  {clause}"));
        }
        writer.line("{");
        writer.indent();
    }
    write_body(writer, &rule_options(rule), &rule.run);
    writer.close();
}

/// A head that is too long for one line, broken before each `and` and `or` of its outermost brackets.
fn broken(head: &str) -> String {
    if head.chars().count() <= HEAD || head.contains('\n') {
        return head.to_owned();
    }
    let mut places: Vec<(usize, usize)> = Vec::new();
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, c) in head.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '[' | '(' | '{' if !quoted => depth += 1,
            ']' | ')' | '}' if !quoted => depth = depth.saturating_sub(1),
            ' ' if !quoted && (head[at..].starts_with(" and ") || head[at..].starts_with(" or ")) => {
                places.push((depth, at));
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    let Some(outermost) = places.iter().map(|(depth, _)| *depth).min() else { return head.to_owned() };
    let mut out = String::new();
    let mut from = 0;
    for (_, at) in places.iter().filter(|(depth, _)| *depth == outermost) {
        out.push_str(&head[from..*at]);
        out.push_str("\n   ");
        from = *at;
    }
    out + &head[from..]
}

fn rule_options(rule: &Rule) -> Vec<Item> {
    let mut items = Vec::new();
    items.extend(rule.rate.map(|rate| number("rate", rate)));
    items.extend(
        rule.once_per.as_ref().map(|once| {
            line(format!("once-per: {} every {}", Fragment::Field.pasted(&once.field), once.every))
        }),
    );
    if rule.delivery == Delivery::AtMostOnce {
        items.push(line("delivery: at-most-once".to_owned()));
    }
    items.extend(rule.retry.as_ref().map(|retry| line(retry_text(retry))));
    items.extend(rule.dead_letter.as_ref().map(|name| line(format!("dead-letter: {}", safe(name)))));
    items.extend(rule.reset.as_ref().map(|reset| {
        let args = [Some(&reset.cron), reset.timezone.as_ref()].into_iter().flatten();
        let args: Vec<String> = args.map(|text| value::data(&Value::String(text.clone()))).collect();
        line(format!("reset: cron({})", args.join(", ")))
    }));
    if rule.pairing.is_some() {
        items.push(line("pairing: latest".to_owned()));
    }
    items
}

fn retry_text(retry: &Retry) -> String {
    match retry.backoff {
        Some(backoff) => format!("retry: {} backoff {}..{}", retry.times, backoff.from, backoff.to),
        None => format!("retry: {}", retry.times),
    }
}
