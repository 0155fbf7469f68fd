//! The Service in front of a source that listens: Argo's own is a ClusterIP and meant for tests
//! (`argo-events/pkg/reconciler/eventsource/resource.go`, `buildService`), so each gets a NodePort.

use super::{
    ResourceBody, Stage,
    context::Context,
    event_source,
    names::budget,
    resource::{Pairs, spec},
    tree::Tree,
};
use crate::{catalog::SourceKind, spec::Source, value::Value};
use serde::Serialize;

/// Upstream: `k8s.io/api/core/v1` ServiceSpec.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct ServiceSpec<'a> {
    #[serde(rename = "type")]
    ty: &'static str,
    selector: Pairs<'a>,
    ports: Vec<Port>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Port {
    name: String,
    port: u16,
    target_port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_port: Option<u16>,
}

/// Every ingress.
pub(super) fn expand(cx: &mut Context<'_>) {
    let orc = cx.orc;
    for source in &orc.spec.sources {
        let Some(kind) = crate::catalog::sources::find(&source.kind).filter(|kind| kind.listens) else {
            continue;
        };
        let declaration = cx.declaration("source", &source.name);
        let event_source = cx.name(&source.name, budget::EVENT_SOURCE, &declaration);
        let name = cx.name(&format!("{}-ingress", source.name), budget::LABEL, &declaration);
        // The labels of the pods: `argo-events/pkg/reconciler/eventsource/controller.go`.
        let selector =
            [("controller", "eventsource-controller".into()), ("eventsource-name", event_source.into())];
        let body = ServiceSpec {
            ty: "NodePort",
            selector: Pairs(selector.into_iter().map(|(key, value)| (key.into(), value)).collect()),
            ports: ports(cx, kind, source),
        };
        cx.push(
            Stage::EventsEverywhere,
            ("v1", "Service"),
            name,
            declaration,
            ResourceBody::Service(spec(body)),
        )
        .describe(source.description.as_deref());
    }
}

/// The ports on which the events of a source arrive, each once, in the order of the events.
fn ports(cx: &Context<'_>, kind: &SourceKind, source: &Source) -> Vec<Port> {
    let node_port =
        source.fields.get("node-port").and_then(Value::as_i64).and_then(|port| port.try_into().ok());
    let mut ports: Vec<Port> = Vec::new();
    for event in &source.events {
        let upstream = event_source::event(cx, kind, source, event);
        // `port` of the webhook itself; of kinds that register one with a service it stands under `webhook`.
        let port = upstream.get(&["port"]).or_else(|| upstream.get(&["webhook", "port"]));
        let Some(port) = port.and_then(number) else { continue };
        if ports.iter().all(|known| known.port != port) {
            ports.push(Port { name: format!("http-{port}"), port, target_port: port, node_port });
        }
    }
    ports
}

fn number(tree: &Tree<'_>) -> Option<u16> {
    match tree {
        Tree::Text(text) => text.parse().ok(),
        Tree::Int(number) => (*number).try_into().ok(),
        _ => None,
    }
}
