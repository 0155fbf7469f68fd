//! The Orchestrator itself: the one resource that a user applies.

use super::{
    Clusters, Resource, ResourceBody, Stage,
    context::Context,
    resource::{Pairs, spec},
};
use crate::{
    ir,
    spec::{API_VERSION, Management, OrchestratorSpec},
};
use std::fmt::Write as _;

/// The Orchestrator, as one that the runtime applies or that is applied with all of its resources.
pub fn orchestrator(orc: &ir::Orchestrator, management: Management) -> Resource<'_> {
    let cx = Context::new(orc, &Clusters::default());
    let mut annotations = Pairs(vec![("efl.dev/declaration".into(), orc.name.as_str().into())]);
    if let Some(description) = &orc.description {
        annotations.push("efl.dev/description", description.as_str());
    }
    if let Some(origins) = origins(orc) {
        annotations.push("efl.dev/origins", origins);
    }
    let body = OrchestratorSpec { management, ..orc.spec.clone() };
    Resource {
        api_version: API_VERSION,
        kind: "Orchestrator",
        name: orc.name.clone(),
        namespace: &orc.namespace,
        declaration: orc.name.clone(),
        stage: Stage::Control,
        labels: cx.labels(),
        annotations,
        body: ResourceBody::Orchestrator(Box::new(spec(body))),
    }
}

/// Where each declaration stands, one per line: `crossing-safety/rule/crossing crossing.efl:41`. Only here, so that a
/// line inserted changes no other object.
fn origins(orc: &ir::Orchestrator) -> Option<String> {
    let mut text = String::new();
    for origin in &orc.origins {
        let _ = writeln!(text, "{} {}:{}", origin.declaration, origin.file, origin.line); // a String takes everything
    }
    (!text.is_empty()).then_some(text)
}
