//! The PlacementDecision: the question that placement answers in its status.

use super::{Clusters, ResourceBody, Stage, clusters, context::Context, resource::spec};
use crate::{
    spec::{API_VERSION, Function, PlacementDecisionSpec, PlacementPolicy, ResourceRequest},
    units::Quantity,
};

/// The question, where there is anything to choose from.
pub(super) fn expand(cx: &mut Context<'_>, inventory: &Clusters) {
    let orc = cx.orc;
    let candidates = clusters::candidates(orc, inventory);
    if candidates.is_empty() {
        return;
    }
    let placement = &orc.spec.placement;
    let body = PlacementDecisionSpec {
        candidates,
        replicas: placement.replicas,
        pin: placement.pin.clone(),
        weights: placement.weights,
        metrics: placement.metrics.clone(),
        request: request(&orc.spec.functions),
        policy: PlacementPolicy {
            strategy: placement.strategy,
            margin: placement.margin,
            hold: placement.hold,
            limit: placement.limit,
            drain_timeout: placement.drain_timeout,
            force_after: placement.force_after,
        },
    };
    let resource = cx.push(
        Stage::Control,
        (API_VERSION, "PlacementDecision"),
        orc.name.clone(),
        format!("{}/placement", orc.name),
        ResourceBody::PlacementDecision(Box::new(spec(body))),
    );
    // It stands beside its Orchestrator, wherever the resources go.
    resource.namespace = &orc.namespace;
}

/// What the functions reserve when each has as many copies as it must have, and at least one.
fn request(functions: &[Function]) -> ResourceRequest {
    let (mut cpu, mut memory) = (0.0, 0.0);
    for function in functions {
        let copies = f64::from(function.scale.map_or(1, |scale| scale.min.max(1)));
        let amount = |range: Option<&crate::spec::ResourceRange>| {
            let range = range?;
            range.request.as_ref().or(range.limit.as_ref())?.value()
        };
        cpu += copies * amount(function.resources.cpu.as_ref()).unwrap_or_default();
        memory += copies * amount(function.resources.memory.as_ref()).unwrap_or_default();
    }
    let (milli, mebi) = ((cpu * 1e3).ceil(), (memory / 1_048_576.0).ceil());
    ResourceRequest { cpu: Quantity(format!("{milli}m")), memory: Quantity(format!("{mebi}Mi")) }
}
