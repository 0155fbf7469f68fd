//! EventSources: one per source. Which upstream key a field goes to and how it is written stands in the catalog.

use super::{
    ResourceBody, Stage,
    context::Context,
    event_bus::key_ref,
    names::budget,
    resource::{Pairs, Resource, spec},
    tree::Tree,
};
use crate::{
    catalog::{Block, Encode, FieldType, Handover, SourceKind},
    spec::{Engine, Source, SourceEvent},
    units::{Duration, Quantity},
    value::Value,
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::borrow::Cow;

/// Upstream: `argo-events/pkg/apis/events/v1alpha1/eventsource_types.go`.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct EventSourceSpec<'a> {
    event_bus_name: Option<&'a str>,
    service_account: Option<&'a str>,
    replicas: Option<i64>,
    service_ports: Vec<u16>,
    key: &'static str,
    events: Vec<(Cow<'a, str>, Tree<'a>)>,
}

impl Serialize for EventSourceSpec<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(bus) = self.event_bus_name {
            map.serialize_entry("eventBusName", bus)?;
        }
        if let Some(account) = self.service_account {
            map.serialize_entry("template", &Pairs(vec![("serviceAccountName".into(), account.into())]))?;
        }
        if let Some(replicas) = self.replicas {
            map.serialize_entry("replicas", &replicas)?;
        }
        if !self.service_ports.is_empty() {
            map.serialize_entry("service", &service(&self.service_ports))?;
        }
        map.serialize_entry(self.key, &Events(&self.events))?;
        map.end()
    }
}

struct Events<'e, 'a>(&'e [(Cow<'a, str>, Tree<'a>)]);

impl Serialize for Events<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, event)| (name, event)))
    }
}

/// The port of the source of internal events.
pub(super) const EMIT_PORT: u16 = 12_000;

/// The ClusterIP service that Argo makes beside the source.
fn service(ports: &[u16]) -> Tree<'static> {
    let port = |port: &u16| {
        let number = |key: &'static str| (Cow::Borrowed(key), Tree::Int(i64::from(*port)));
        Tree::Map(vec![number("port"), number("targetPort")])
    };
    Tree::Map(vec![("ports".into(), Tree::List(ports.iter().map(port).collect()))])
}

/// The stage a kind of source travels with.
pub(super) fn stage(kind: &SourceKind) -> Stage {
    match kind.handover {
        Handover::Everywhere => Stage::EventsEverywhere,
        Handover::Group | Handover::Exclusive => Stage::Events,
    }
}

/// Every EventSource.
pub(super) fn expand(cx: &mut Context<'_>) {
    let orc = cx.orc;
    for source in &orc.spec.sources {
        let declaration = cx.declaration("source", &source.name);
        let Some(kind) = crate::catalog::sources::find(&source.kind) else {
            cx.error(
                declaration,
                format!("there is no source kind `{}`", source.kind),
                "see `efl explain source`",
            );
            continue;
        };
        let name = cx.name(&source.name, budget::EVENT_SOURCE, &declaration);
        let events = source.events.iter().map(|e| (e.name.as_str().into(), event(cx, kind, source, e)));
        let body = EventSourceSpec {
            event_bus_name: cx.bus(),
            service_account: source.fields.get("service-account").and_then(Value::as_str),
            replicas: source.fields.get("replicas").and_then(Value::as_i64),
            service_ports: Vec::new(),
            key: kind.key,
            events: events.collect(),
        };
        push(cx, stage(kind), name, declaration, body).describe(source.description.as_deref());
    }
    if !orc.spec.events.is_empty() && orc.spec.engine == Engine::Argo {
        emit(cx);
    }
}

/// The source of internal events, which Workflows post to. It stands where they run.
fn emit(cx: &mut Context<'_>) {
    let orc = cx.orc;
    let declaration = orc.name.clone();
    let name = cx.name("emit", budget::EVENT_SOURCE, &declaration);
    let entry = |key: &'static str, value: String| (Cow::Borrowed(key), Tree::text(value));
    let webhook = |name: &str| {
        let endpoint = entry("endpoint", format!("/{name}"));
        let port = entry("port", EMIT_PORT.to_string());
        Tree::Map(vec![endpoint, port, entry("method", "POST".to_owned()), entry("url", String::new())])
    };
    let body = EventSourceSpec {
        event_bus_name: cx.bus(),
        service_account: None,
        replicas: None,
        service_ports: vec![EMIT_PORT],
        key: "webhook",
        events: orc
            .spec
            .events
            .iter()
            .map(|event| (event.name.as_str().into(), webhook(&event.name)))
            .collect(),
    };
    push(cx, Stage::Logic, name, declaration, body);
}

fn push<'c, 'a>(
    cx: &'c mut Context<'a>,
    stage: Stage,
    name: String,
    declaration: String,
    body: EventSourceSpec<'a>,
) -> &'c mut Resource<'a> {
    let body = ResourceBody::EventSource(spec(body));
    cx.push(stage, ("argoproj.io/v1alpha1", "EventSource"), name, declaration, body)
}

/// What an event is upstream: its own fields over those of its source, then what its kind always has.
pub(super) fn event<'a>(
    cx: &Context<'_>,
    kind: &SourceKind,
    source: &'a Source,
    event: &'a SourceEvent,
) -> Tree<'a> {
    let name = format!("{}-{}-{}", cx.orc.name, source.name, event.name);
    let given = Given { layers: [&event.fields, &source.fields], name: &name };
    let mut tree = Tree::map();
    given.block(&mut tree, kind.block);
    let format = given.get("format").and_then(Value::as_str);
    if kind.payload.json_body && format.is_none_or(|format| format == "json") {
        tree.set(&["jsonBody"], Tree::Bool(true));
    }
    tree
}

/// The fields that an author gave, the nearest first.
struct Given<'a, 'n> {
    layers: [&'a Value; 2],
    name: &'n str,
}

impl<'a> Given<'a, '_> {
    fn get(&self, field: &str) -> Option<&'a Value> {
        self.layers.iter().find_map(|layer| layer.get(field))
    }

    /// Writes what a block becomes.
    fn block(&self, tree: &mut Tree<'a>, block: &Block) {
        for field in block.fields {
            if let (Some(value), Some(upstream)) = (self.get(field.name), field.upstream) {
                tree.set(upstream.path, self.encode(&field.ty, upstream.encode, value));
            }
        }
        for nested in block.blocks {
            if let Some(value) = self.get(nested.name) {
                Given { layers: [value, &Value::Null], name: self.name }.block(tree, nested.block);
            }
        }
        for constant in block.always {
            let given = constant.unless.iter().any(|field| self.get(field).is_some());
            if !given && tree.get(constant.path).is_none() {
                let json = constant.json.replace("{name}", self.name);
                tree.set(
                    constant.path,
                    serde_json::from_str::<serde_json::Value>(&json).map_or(Tree::Null, Tree::from),
                );
            }
        }
    }

    /// A value as it is written upstream.
    fn encode(&self, ty: &FieldType, encode: Encode, value: &'a Value) -> Tree<'a> {
        match (ty, value) {
            (FieldType::Record(block), Value::Map(_)) => {
                let mut tree = Tree::map();
                Given { layers: [value, &Value::Null], name: self.name }.block(&mut tree, block);
                tree
            }
            (FieldType::List(of @ FieldType::Record(_)), Value::List(items)) => {
                Tree::List(items.iter().map(|item| self.encode(of, encode, item)).collect())
            }
            _ => encoded(encode, value),
        }
    }
}

/// A value without parts of its own as it is written upstream.
fn encoded(encode: Encode, value: &Value) -> Tree<'_> {
    let words = |separator: &str, word: fn(&str) -> String| {
        let items = value.as_list().unwrap_or_default().iter().filter_map(Value::as_str);
        Tree::text(items.map(word).collect::<Vec<_>>().join(separator))
    };
    let duration = || value.as_str().and_then(|text| text.parse::<Duration>().ok());
    let written = match (encode, value) {
        (Encode::Text, Value::Number(number)) => Some(Tree::text(number.to_string())),
        (Encode::Text, Value::Bool(flag)) => Some(Tree::text(flag.to_string())),
        (Encode::GoDuration, _) => duration().map(|duration| Tree::text(duration.to_go())),
        (Encode::Seconds, _) => duration().and_then(|d| i64::try_from(d.as_secs_ceil()).ok()).map(Tree::Int),
        (Encode::SecretKey, Value::Secret(key)) | (Encode::ConfigKey, Value::Config(key)) => {
            Some(key_ref(key))
        }
        (Encode::Joined, Value::List(_)) => Some(words(",", str::to_owned)),
        (Encode::UpperPiped, Value::List(_)) => Some(words("|", str::to_uppercase)),
        (Encode::Bytes, Value::String(text)) => bytes(text).map(Tree::Int),
        (Encode::Upper, Value::String(text)) => Some(Tree::text(text.to_uppercase())),
        (Encode::Upper, Value::List(items)) => {
            Some(Tree::List(items.iter().map(|item| encoded(encode, item)).collect()))
        }
        (Encode::ExDates, Value::List(items)) => {
            Some(Tree::List(items.iter().filter_map(Value::as_str).map(exception).collect()))
        }
        _ => None,
    };
    written.unwrap_or_else(|| plain(value))
}

/// `64Mi` as a number of bytes.
fn bytes(text: &str) -> Option<i64> {
    let value = Quantity(text.to_owned()).value()?;
    #[allow(clippy::cast_possible_truncation)] // the guard bounds it
    (value < 9e15).then_some(value as i64)
}

/// `2026-12-25` as an exception of RFC 5545.
fn exception(date: &str) -> Tree<'static> {
    Tree::text(format!("EXDATE:{}T000000Z", date.replace('-', "")))
}

/// A value as it is.
pub(super) fn plain(value: &Value) -> Tree<'_> {
    let reference = |key: &'static str, inner| Tree::Map(vec![(Cow::Borrowed(key), key_ref(inner))]);
    match value {
        Value::Null => Tree::Null,
        Value::Bool(flag) => Tree::Bool(*flag),
        Value::Number(number) => value.as_i64().map_or(Tree::Number(*number), Tree::Int),
        Value::String(text) => Tree::text(text),
        Value::List(items) => Tree::List(items.iter().map(plain).collect()),
        Value::Map(entries) => {
            Tree::Map(entries.iter().map(|(k, v)| (k.as_str().into(), plain(v))).collect())
        }
        Value::Range(min, max) => Tree::Map(vec![("min".into(), plain(min)), ("max".into(), plain(max))]),
        Value::Secret(key) => reference("secretKeyRef", key),
        Value::Config(key) => reference("configMapKeyRef", key),
    }
}
