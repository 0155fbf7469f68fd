//! E0703 pin-not-candidate.

use super::Places;
use crate::{diag::Diagnostic, elab::candidates, ir};

super::rule! {
    code: "E0703",
    name: "pin-not-candidate",
    level: Error,
    summary: "A pinned cluster is no candidate.",
    page: include_str!("pages/E0703.md"),
}

/// A pinned cluster that is no candidate.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let Some(candidates) = candidates(orc) else { return Vec::new() };
    let pin = &orc.spec.placement.pin;
    let mut found = Vec::new();
    for (stage, clusters) in [("events", &pin.events), ("logic", &pin.logic), ("functions", &pin.functions)] {
        for cluster in clusters.iter().filter(|c| !candidates.contains(c)) {
            let message = format!("`{stage}` is pinned to `{cluster}`, which is no candidate");
            let diagnostic = Diagnostic::new(&RULE, places.pin(stage), message);
            found.push(diagnostic.help(format!("add `{cluster}` to `clusters`, or pin another one")));
        }
    }
    found
}
