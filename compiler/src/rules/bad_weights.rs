//! E0701 bad-weights.

use crate::{diag::Diagnostic, spec::Placement};
use efl_grammar::TextRange;

super::rule! {
    code: "E0701",
    name: "bad-weights",
    level: Error,
    summary: "A negative weight, or all weights zero.",
    page: include_str!("pages/E0701.md"),
}

/// Weights by which no cluster could be better than another.
pub(crate) fn check(placement: &Placement, range: TextRange) -> Option<Diagnostic> {
    let metrics: f64 = placement.metrics.iter().map(|m| m.weight).sum();
    (placement.weights.cpu + placement.weights.memory + metrics <= 0.0)
        .then(|| Diagnostic::new(&RULE, range, "all weights are zero: no cluster could be better than another"))
}
