//! E0410 stale-halves.

use super::Places;
use crate::{diag::Diagnostic, ir::{self, Logic}, spec::Engine};

super::rule! {
    code: "E0410",
    name: "stale-halves",
    level: Hint,
    summary: "`and` without `within` or `reset` on `engine: argo`: a half waits forever.",
    page: include_str!("pages/E0410.md"),
}

/// `and` without a window: a half waits for ever. Upstream: a Sensor's state has no expiry (`argo.md` section 3.3).
pub(crate) fn check(orc: &ir::Orchestrator, places: &Places) -> Vec<Diagnostic> {
    let waiting = |(rule, spec): &(&ir::Rule, &crate::spec::Rule)| {
        orc.spec.engine == Engine::Argo && spec.reset.is_none() && joins(&rule.logic)
    };
    let diagnostic = |(_, spec): (&ir::Rule, &crate::spec::Rule)| {
        let message = "one event waits for the others for ever: yesterday's half can meet today's";
        Diagnostic::new(&RULE, places.logic(&spec.name), message)
            .help("forget halves at fixed times with `reset: cron(\"0 * * * *\")`, or use `engine: efl` and `within`")
    };
    orc.rules.iter().zip(&orc.spec.rules).filter(waiting).map(diagnostic).collect()
}

/// Whether the logic keeps anything from one event to the next.
pub(crate) fn keeps(logic: &Logic) -> bool {
    joins(logic) || absent(logic)
}

fn absent(logic: &Logic) -> bool {
    match logic {
        Logic::Event(_) => false,
        Logic::Absent { .. } => true,
        Logic::And(parts) | Logic::Or(parts) | Logic::Then(parts) => parts.iter().any(absent),
        Logic::Count { of, .. } => absent(of),
    }
}

/// Whether some way to fire needs several events.
pub(crate) fn joins(logic: &Logic) -> bool {
    match logic {
        Logic::Event(_) | Logic::Absent { .. } => false,
        Logic::And(_) | Logic::Then(_) => true,
        Logic::Or(parts) => parts.iter().any(joins),
        Logic::Count { of, times } => *times > 1 || joins(of),
    }
}
