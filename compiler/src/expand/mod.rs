//! From an orchestrator to its Kubernetes resources: one pure function, and the only place that knows upstream field
//! names. One file per emitted kind; `resource.rs` is what they all share.

#![allow(clippy::doc_markdown)] // the kinds of Kubernetes are written as they are called
#![allow(clippy::struct_field_names)] // shapes are upstream's

mod accounts;
mod clusters;
mod context;
pub mod crds;
mod dependency;
mod event_bus;
mod event_source;
mod function;
mod ingress;
mod names;
mod orchestrator;
pub mod output;
mod patches;
mod placement_decision;
pub mod plan;
mod policies;
pub mod predicate;
mod resource;
mod rule;
mod sensor;
mod tree;
mod trigger;
mod workflow_body;
mod workflow_expr;
mod workflow_template;

pub use clusters::{Clusters, Decision, StageClusters, candidates};
pub use orchestrator::orchestrator;
pub use resource::{Resource, ResourceBody, Stage};

use crate::{ir, spec::Engine};
use context::Context;

/// Something that can only be seen when the resources are made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{declaration}: {message}")]
pub struct ExpandError {
    /// Where: `crossing-safety/rule/crossing`.
    pub declaration: String,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: String,
}

/// Every resource of an orchestrator but the Orchestrator itself, in the order in which they are applied.
///
/// `inventory` are the clusters of the installation. Without any (one plain cluster) no policies and no placement are
/// made.
pub fn expand<'a>(
    orc: &'a ir::Orchestrator,
    inventory: &Clusters,
    decision: &Decision,
) -> Result<Vec<Resource<'a>>, Vec<ExpandError>> {
    expand_at(orc, inventory, &StageClusters::settled(orc, inventory, decision))
}

/// [`expand`] with the clusters of each stage given: while a pipeline moves, its stages stand on different ones.
pub fn expand_at<'a>(
    orc: &'a ir::Orchestrator,
    inventory: &Clusters,
    stages: &StageClusters,
) -> Result<Vec<Resource<'a>>, Vec<ExpandError>> {
    let mut cx = Context::new(orc, inventory);
    accounts::expand(&mut cx);
    event_bus::expand(&mut cx);
    workflow_template::expand(&mut cx);
    function::expand(&mut cx);
    match orc.spec.engine {
        Engine::Argo => sensor::expand(&mut cx),
        Engine::Efl => plan::expand(&mut cx),
    }
    event_source::expand(&mut cx);
    ingress::expand(&mut cx);
    policies::expand(&mut cx, inventory, stages);
    placement_decision::expand(&mut cx, inventory);
    cx.finish()
}

#[cfg(test)]
mod tests;
