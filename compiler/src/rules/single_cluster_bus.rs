//! E0708 single-cluster-bus.

use super::Places;
use crate::{diag::Diagnostic, elab::candidates, ir};

super::rule! {
    code: "E0708",
    name: "single-cluster-bus",
    level: Error,
    summary: "A bus without `url` (or the EventBus `default`) with several candidates.",
    page: include_str!("pages/E0708.md"),
}

/// A bus inside one cluster, and several candidates: a move would leave the events behind.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Option<Diagnostic> {
    let bus = orc.spec.event_bus.as_ref();
    let shared = bus.is_some_and(|b| b.jetstream_exotic.is_some());
    let several = candidates(orc).is_some_and(|c| c.len() > 1);
    (!shared && several).then(|| {
        let what = if bus.is_some() { "a bus without `url`" } else { "the EventBus `default`" };
        let message = format!("{what} is inside one cluster, and the pipeline may run on several");
        Diagnostic::new(&RULE, places.bus(), message)
            .help("share one JetStream: bus NAME: jetstream { url: \"tls://HOST:4222\" }, and `bus: NAME` here")
    })
}
