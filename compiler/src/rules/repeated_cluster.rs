//! E0710 repeated-cluster.

use super::Places;
use crate::{diag::Diagnostic, ir};

super::rule! {
    code: "E0710",
    name: "repeated-cluster",
    level: Warning,
    summary: "A cluster twice in one list.",
    page: include_str!("pages/E0710.md"),
}

/// A cluster twice in one list.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let clusters = &orc.spec.placement.clusters;
    let repeated = clusters.iter().enumerate().filter(|(i, c)| clusters[..*i].contains(c));
    repeated
        .map(|(_, c)| Diagnostic::new(&RULE, places.placement_field("clusters"), format!("`{c}` is a candidate twice")))
        .collect()
}
