//! E0414 lossy-pairing.

use super::Places;
use crate::{diag::Diagnostic, ir};

super::rule! {
    code: "E0414",
    name: "lossy-pairing",
    level: Hint,
    summary: "What `pairing: latest` can lose.",
    page: include_str!("pages/E0414.md"),
}

/// What `pairing: latest` can lose.
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let paired = orc.spec.rules.iter().filter(|r| r.pairing.is_some() && r.condition.is_some());
    let diagnostic = |rule: &crate::spec::Rule| {
        let message = "the condition is checked after Argo has consumed the pair: a pair that fails it is gone";
        Diagnostic::new(&RULE, places.logic(&rule.name), message)
            .help("with events of several zones a match can be lost; `engine: efl` checks before it consumes")
    };
    paired.map(diagnostic).collect()
}
