//! Dependencies of Sensors: one per (event, predicate) pair, named so that rules may come and go around it. A renamed
//! dependency loses its durable consumer with all that waits there
//! (`argo-events/pkg/eventbus/jetstream/sensor/sensor_jetstream.go`).

use super::{
    context::Context,
    predicate::{self, Arrival, DependencyFilter, MATCH_KEY},
};
use crate::{
    catalog::{Payload, RawBody, SourceKind, sources},
    ir::Term,
    value::Value,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Upstream: `argo-events/pkg/apis/events/v1alpha1/sensor_types.go`, EventDependency.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency<'a> {
    pub(super) name: String,
    event_source_name: String,
    event_name: &'a str,
    #[serde(flatten)]
    filter: DependencyFilter,
    /// What it was in the program, for people.
    #[serde(skip)]
    pub(super) text: String,
}

/// The dependency of a term; the checker has refused predicates that Argo cannot evaluate.
pub(super) fn dependency<'a>(cx: &Context<'a>, term: &'a Term) -> Dependency<'a> {
    let source = term.source.as_deref().unwrap_or("emit");
    Dependency {
        name: name(term),
        event_source_name: format!("{}-{source}", cx.orc.name),
        event_name: &term.event,
        filter: cx.filter(term),
        text: match &term.predicate {
            Some(predicate) => format!("{source}.{}[{predicate}]", term.event),
            None => format!("{source}.{}", term.event),
        },
    }
}

/// `d_` and a part of the SHA-256 of source, event and predicate: within the grammar of conditions whatever they are.
pub(super) fn name(term: &Term) -> String {
    let mut hash = Sha256::new();
    hash.update(term.source.as_deref().unwrap_or_default());
    hash.update([0]);
    hash.update(&term.event);
    hash.update([0]);
    if let Some(predicate) = &term.predicate {
        hash.update(predicate.to_string());
    }
    let mut name = "d_".to_owned();
    for byte in &hash.finalize()[..5] {
        let _ = write!(name, "{byte:02x}"); // a String takes everything
    }
    name
}

/// Where the payload of an event stands in the data that Argo publishes.
pub(super) enum Place {
    /// Under a key, as JSON.
    Key(&'static str),
    /// Under a key, written as a pipeline of a Go template makes it JSON.
    Converted(String),
    /// It is all of the data but these keys.
    Whole(Vec<&'static str>),
}

impl<'a> Context<'a> {
    /// Where the payload of a term's event stands; an internal event is one of a webhook.
    pub(super) fn place(&self, term: &Term) -> Place {
        let Some((kind, format)) = self.format(term) else { return Place::Key("body") };
        let Payload { body, meta, raw, .. } = kind.payload;
        let Some(key) = body else {
            let other = meta.iter().map(|(_, upstream, _)| *upstream);
            let answer = self.filter(term).rewrites_event().then_some(MATCH_KEY);
            return Place::Whole(std::iter::once("metadata").chain(other).chain(answer).collect());
        };
        match (format, raw) {
            ("text", RawBody::Base64) => Place::Converted(format!(".Input.{key} | b64dec | toJson")),
            ("bytes", RawBody::Text) => Place::Converted(format!(".Input.{key} | b64enc | toJson")),
            _ => Place::Key(key),
        }
    }

    /// What lets only those events of a term through that its predicate takes.
    fn filter(&self, term: &Term) -> DependencyFilter {
        let Some(predicate) = &term.predicate else { return DependencyFilter::default() };
        let (kind, format) = match self.format(term) {
            Some((kind, format)) => (Some(kind), Some(format)),
            // An internal event is one of a webhook.
            None => (sources::find("webhook"), None),
        };
        kind.map(|kind| predicate::lower(predicate, Arrival::of(kind, format))).unwrap_or_default()
    }

    /// The key under which the payload stands as it is.
    pub(super) fn body_key(&self, term: &Term) -> Option<&'static str> {
        if let Place::Key(key) = self.place(term) { Some(key) } else { None }
    }

    /// The kind of a term's source, and how its messages are read.
    fn format(&self, term: &Term) -> Option<(&'static SourceKind, &'a str)> {
        let source = self.spec.sources.iter().find(|source| Some(&source.name) == term.source.as_ref())?;
        let event = source.events.iter().find(|event| event.name == term.event);
        let own = event.and_then(|event| event.fields.get("format"));
        let format = own.or_else(|| source.fields.get("format")).and_then(Value::as_str);
        Some((sources::find(&source.kind)?, format.unwrap_or("json")))
    }

    /// The metadata of a term's event beside those of every event: (name in EFL, key in the data).
    pub(super) fn meta_keys(&self, term: &Term) -> Vec<(&'static str, &'static str)> {
        let meta = match (self.format(term), &term.source) {
            (Some((kind, _)), _) => kind.payload.meta,
            (None, None) => &[("header", "header", "")],
            (None, Some(_)) => &[],
        };
        meta.iter().map(|(name, key, _)| (*name, *key)).collect()
    }
}
