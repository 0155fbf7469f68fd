//! E0712 pin-splits-nothing.

use super::Places;
use crate::{diag::Diagnostic, elab::candidates, ir};

super::rule! {
    code: "E0712",
    name: "pin-splits-nothing",
    level: Hint,
    summary: "A pin names every candidate: the stage is on all of them, always.",
    page: include_str!("pages/E0712.md"),
}

/// Pins that leave no candidate out, where there are several.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let Some(candidates) = candidates(orc).filter(|c| c.len() > 1) else { return Vec::new() };
    let pin = &orc.spec.placement.pin;
    let stages = [("events", &pin.events), ("logic", &pin.logic), ("functions", &pin.functions)];
    let all = stages.into_iter().filter(|(_, pinned)| candidates.iter().all(|c| pinned.contains(c)));
    let diagnostic = |(stage, _)| {
        let message = format!("`{stage}` is pinned to every candidate: it never moves, and is everywhere");
        Diagnostic::new(&RULE, places.pin(stage), message)
    };
    all.map(diagnostic).collect()
}
