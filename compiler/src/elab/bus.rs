//! Buses.

use super::{
    Cx,
    block::{Given, nested_value_range},
    named,
};
use crate::{
    catalog::blocks,
    diag::Diagnostic,
    index::{Kind, Meaning},
    rules,
    spec::{EventBus, JetstreamExotic, JetstreamNative, StreamConfig, Tls},
    value::{KeyRef, Value},
};
use efl_grammar::ast::{self, AstNode, HasMembers};

impl Cx<'_> {
    /// A bus's declaration.
    pub(crate) fn bus(&mut self, decl: &ast::Bus) -> Option<EventBus> {
        let place = named(decl).map_or_else(|| decl.range(), |(_, r)| r);
        self.define(Kind::Bus, named(decl).as_ref(), None);
        if let Some(kind) = decl.kind()
            && kind.text() != "jetstream"
        {
            let known = ["jetstream".to_owned()];
            self.unknown(&rules::unknown_bus_kind::RULE, "kind of bus", &kind.text(), kind.range(), &known);
            return None;
        }
        let given = self.given(&decl.members(), &blocks::BUS_JETSTREAM);
        self.note_block(decl.syntax(), &[&blocks::BUS_JETSTREAM], &given);
        if let Some(kind) = decl.kind() {
            self.note(&kind, || Meaning::Word);
        }
        self.check_presence(&given, &blocks::BUS_JETSTREAM, place, decl);
        self.check_bus(&given, decl);
        Some(lower(&given.value()))
    }

    fn check_bus(&mut self, given: &Given, decl: &ast::Bus) {
        let range = |key: &str| given.place(key).unwrap_or_default();
        for key in ["version", "replicas"] {
            if let (Some(url), Some(range)) = (given.place("url"), given.place(key)) {
                let message =
                    format!("`{key}` is of a bus inside the cluster; one with `url` runs elsewhere");
                let diagnostic = Diagnostic::new(&rules::exclusive_fields::RULE, range, message);
                self.report(diagnostic.label(url, "`url` is given here"));
            }
        }
        let limits = stream(given.get("stream"));
        if limits.duplicates > limits.max_age {
            let members = decl.members();
            let of = |key| nested_value_range(&members, "stream", key);
            let range = of("duplicates").or_else(|| of("max-age")).unwrap_or_default();
            let message = format!(
                "`duplicates: {}` is longer than `max-age: {}`, for which events are kept at all",
                limits.duplicates, limits.max_age
            );
            self.error(&rules::period_order::RULE, range, message);
        }
        if let Some(url) = given.get("url").and_then(Value::as_str)
            && let Some(diagnostic) = rules::bus_without_tls::check(url, range("url"))
        {
            self.report(diagnostic);
        }
        let replicas = [given.get("replicas"), given.get("stream").and_then(|s| s.get("replicas"))];
        for (value, key) in replicas.into_iter().zip(["replicas", "stream"]) {
            if let Some(n) = value.and_then(Value::as_i64)
                && let Some(diagnostic) = rules::even_stream_replicas::check(n, range(key))
            {
                self.report(diagnostic);
            }
        }
    }
}

fn lower(value: &Value) -> EventBus {
    let stream = stream(value.get("stream"));
    match value.get("url").and_then(Value::as_str) {
        Some(url) => {
            let access_secret = secret(value.get("auth"));
            let tls = value.get("tls").map(tls);
            let exotic = JetstreamExotic { url: url.to_owned(), access_secret, tls, stream };
            EventBus { jetstream_exotic: Some(exotic), jetstream: None }
        }
        None => {
            let version = value.get("version").and_then(Value::as_str).unwrap_or("latest").to_owned();
            let replicas = u32_of(value.get("replicas")).unwrap_or(3);
            EventBus {
                jetstream_exotic: None,
                jetstream: Some(JetstreamNative { version, replicas, stream }),
            }
        }
    }
}

fn stream(value: Option<&Value>) -> StreamConfig {
    let default = StreamConfig::default();
    let Some(value) = value else { return default };
    let duration = |key: &str| value.get(key).and_then(Value::as_str).and_then(|t| t.parse().ok());
    StreamConfig {
        replicas: u32_of(value.get("replicas")).unwrap_or(default.replicas),
        max_age: duration("max-age").unwrap_or(default.max_age),
        duplicates: duration("duplicates").unwrap_or(default.duplicates),
        max_msgs: value.get("max-msgs").and_then(Value::as_i64).unwrap_or(default.max_msgs),
        max_bytes: value.get("max-bytes").and_then(bytes).unwrap_or(default.max_bytes),
    }
}

/// A size in bytes: a number, or a quantity (`10Gi`).
fn bytes(value: &Value) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation)] // quantities of bytes are whole and far below 2^63
    let of_text = |text: &str| crate::units::Quantity(text.to_owned()).value().map(|v| v as i64);
    value.as_i64().or_else(|| value.as_str().and_then(of_text))
}

fn tls(value: &Value) -> Tls {
    Tls {
        ca: secret(value.get("ca")),
        cert: secret(value.get("cert")),
        key: secret(value.get("key")),
        insecure: value.get("insecure").and_then(Value::as_bool).unwrap_or(false),
    }
}

/// The reference of a `secret(…)`.
pub(crate) fn secret(value: Option<&Value>) -> Option<KeyRef> {
    if let Some(Value::Secret(reference)) = value { Some(reference.clone()) } else { None }
}

/// A whole number that fits.
pub(crate) fn u32_of(value: Option<&Value>) -> Option<u32> {
    u32::try_from(value?.as_i64()?).ok()
}
