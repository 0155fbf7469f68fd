//! The EventBus: each orchestrator owns one, because the exotic kind is only a pointer to a JetStream elsewhere.

use super::{ResourceBody, Stage, context::Context, names::budget, resource::spec, tree::Tree};
use crate::{
    spec::{JetstreamExotic, JetstreamNative, StreamConfig, Tls},
    value::KeyRef,
};
use serde::Serialize;
use std::borrow::Cow;

/// Upstream: `argo-events/pkg/apis/events/v1alpha1/eventbus_types.go`.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventBusSpec<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    jetstream: Option<Native<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jetstream_exotic: Option<Exotic<'a>>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Native<'a> {
    version: &'a str,
    replicas: u32,
    stream_config: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Exotic<'a> {
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_secret: Option<&'a KeyRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tree<'a>>,
    stream_config: String,
}

/// The EventBus, where the orchestrator names one.
pub(super) fn expand(cx: &mut Context<'_>) {
    let orc = cx.orc;
    let Some(bus) = &orc.spec.event_bus else { return };
    let body = EventBusSpec {
        jetstream: bus.jetstream.as_ref().map(native),
        jetstream_exotic: bus.jetstream_exotic.as_ref().map(exotic),
    };
    cx.within(&orc.name, budget::LABEL, &orc.name);
    cx.push(
        Stage::Base,
        ("argoproj.io/v1alpha1", "EventBus"),
        orc.name.clone(),
        orc.name.clone(),
        ResourceBody::EventBus(spec(body)),
    );
}

fn native(bus: &JetstreamNative) -> Native<'_> {
    Native { version: &bus.version, replicas: bus.replicas, stream_config: stream_config(&bus.stream) }
}

fn exotic(bus: &JetstreamExotic) -> Exotic<'_> {
    Exotic {
        url: &bus.url,
        access_secret: bus.access_secret.as_ref(),
        tls: bus.tls.as_ref().map(tls),
        stream_config: stream_config(&bus.stream),
    }
}

/// Upstream: `argo-events/pkg/apis/events/v1alpha1/tls.go`.
fn tls(tls: &Tls) -> Tree<'_> {
    let mut tree = Tree::map();
    let secrets = [("caCertSecret", &tls.ca), ("clientCertSecret", &tls.cert), ("clientKeySecret", &tls.key)];
    for (key, secret) in secrets {
        if let Some(secret) = secret {
            tree.set(&[key], key_ref(secret));
        }
    }
    if tls.insecure {
        tree.set(&["insecureSkipVerify"], Tree::Bool(true));
    }
    tree
}

/// A key selector: `{name, key}`.
pub(super) fn key_ref(key: &KeyRef) -> Tree<'_> {
    let pair = |key: &'static str, text| (Cow::Borrowed(key), Tree::text(text));
    Tree::Map(vec![pair("name", key.name.as_str()), pair("key", key.key.as_str())])
}

/// Every limit is written out: what is left out is no default but no limit
/// (`argo-events/pkg/eventbus/jetstream/base/jetstream.go`).
fn stream_config(stream: &StreamConfig) -> String {
    format!(
        "maxMsgs: {}\nmaxAge: {}\nmaxBytes: {}\nreplicas: {}\nduplicates: {}\nretention: 0\ndiscard: 0\n",
        stream.max_msgs,
        stream.max_age.to_go(),
        stream.max_bytes,
        stream.replicas,
        stream.duplicates.to_go(),
    )
}
