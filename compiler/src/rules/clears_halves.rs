//! E0415 clears-halves.

use super::{Places, stale_halves::joins};
use crate::{diag::Diagnostic, ir::{self, Logic}};

super::rule! {
    code: "E0415",
    name: "clears-halves",
    level: Hint,
    summary: "In `(a and b) or c` an event `c` also forgets a waiting `a` or `b`.",
    page: include_str!("pages/E0415.md"),
}

/// In `(a and b) or c` an event `c` also forgets a waiting half.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let mixed = |logic: &Logic| match logic {
        Logic::Or(parts) => parts.iter().any(joins) && parts.iter().any(|p| !joins(p)),
        _ => false,
    };
    let rules = orc.rules.iter().zip(&orc.spec.rules).filter(|(rule, _)| mixed(&rule.logic));
    let diagnostic = |(_, spec): (&ir::Rule, &crate::spec::Rule)| {
        let message = "when one branch fires, the halves that wait in the others are forgotten too";
        Diagnostic::new(&RULE, places.logic(&spec.name), message).help("make a rule of each branch to keep them apart")
    };
    rules.map(diagnostic).collect()
}
