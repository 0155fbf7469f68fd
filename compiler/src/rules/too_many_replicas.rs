//! E0704 too-many-replicas.

use super::Places;
use crate::{diag::Diagnostic, elab::candidates, ir};

super::rule! {
    code: "E0704",
    name: "too-many-replicas",
    level: Error,
    summary: "More replicas than candidates.",
    page: include_str!("pages/E0704.md"),
}

/// More replicas than candidates.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Option<Diagnostic> {
    let candidates = candidates(orc)?;
    let replicas = orc.spec.placement.replicas as usize;
    (replicas > candidates.len() && !candidates.is_empty()).then(|| {
        let message = format!("`replicas: {replicas}`, but there are {} candidates", candidates.len());
        Diagnostic::new(&RULE, places.placement_field("replicas"), message)
    })
}
