//! E0705 missing-gateway.

use super::Places;
use crate::{diag::Diagnostic, elab::candidates, ir};

super::rule! {
    code: "E0705",
    name: "missing-gateway",
    level: Error,
    summary: "Stages are split over clusters and a candidate has no `gateway`.",
    page: include_str!("pages/E0705.md"),
}

/// Stages on different clusters, and a cluster whose functions cannot be called from outside.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let pin = &orc.spec.placement.pin;
    let (Some(fleet), Some(candidates)) = (&orc.fleet, candidates(orc)) else { return Vec::new() };
    let split = pin.functions != pin.logic && !(pin.functions.is_empty() && pin.logic.is_empty());
    if !split || orc.spec.functions.is_empty() {
        return Vec::new();
    }
    let of_functions = if pin.functions.is_empty() { &candidates } else { &pin.functions };
    let lacks = |name: &&String| fleet.clusters.iter().any(|c| c.name == **name && c.gateway.is_none());
    let diagnostic = |name: &String| {
        let message = format!("functions may run on `{name}` and their callers elsewhere, but `{name}` has no `gateway`");
        let stage = if pin.functions.is_empty() { "logic" } else { "functions" };
        Diagnostic::new(&RULE, places.pin(stage), message).help("give the cluster its address in the fleet file: gateway: \"HOST:PORT\"")
    };
    of_functions.iter().filter(lacks).map(diagnostic).collect()
}
