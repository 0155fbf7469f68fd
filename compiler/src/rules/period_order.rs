//! E0711 period-order.

use crate::{diag::Diagnostic, spec::Placement};
use efl_grammar::TextRange;

super::rule! {
    code: "E0711",
    name: "period-order",
    level: Error,
    summary: "Periods that contradict each other: `force-after` ≤ `drain-timeout`, `stale-after` < `every`.",
    page: include_str!("pages/E0711.md"),
}

/// Runs cut before they may finish.
pub(crate) fn check(placement: &Placement, range: TextRange) -> Option<Diagnostic> {
    let force = placement.force_after?;
    (force <= placement.drain_timeout).then(|| {
        let message = format!("`force-after: {force}` is not after `drain-timeout: {}`", placement.drain_timeout);
        Diagnostic::new(&RULE, range, message)
    })
}
