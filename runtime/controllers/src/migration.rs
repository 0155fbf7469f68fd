//! A move as a state machine without memory: what stands where in each phase, and which phase follows from what is seen.
//!
//! ```text
//! Prepare   base and functions on both           until they are there
//! Warm      the same                             until the functions are ready there
//! Switch    logic and shared sources on both     until they are ready there
//! Drain     logic and sources on the new alone   until the runs on the old have ended
//! Remove    everything on the new alone          until the old are clear
//! Abort     everything on the old alone          until the new are clear, and then some time
//! ```
//!
//! The phase is written before what it changes. A controller that is killed anywhere reads it and goes on.

use efl_compiler::{
    expand::StageClusters,
    spec::{Migration, MigrationPhase as Phase, PlacementPolicy},
};
use std::time::Duration;

/// How long `Prepare`, `Warm` and `Switch` may take before the move is given up.
const PATIENCE: Duration = Duration::from_mins(5);
/// How long nothing is tried again after the first move that was given up; it doubles with each.
const PENANCE: Duration = Duration::from_mins(2);
/// The longest penance.
const LONGEST_PENANCE: Duration = Duration::from_hours(1);

/// Whether the sources that move may run on two clusters at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handover {
    /// They share the work (`group`).
    Overlap,
    /// They leave the one before they start on the other (`exclusive`).
    Exclusive,
}

/// What is seen while a pipeline moves.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(clippy::struct_excessive_bools)] // each is one observation
pub struct Seen {
    /// Base and functions have arrived on every new cluster.
    pub arrived: bool,
    /// Functions are ready on every new cluster.
    pub warm: bool,
    /// Logic, and sources that overlap, are ready on every new cluster.
    pub switched: bool,
    /// Logic and sources have left the old clusters.
    pub handed_over: bool,
    /// How many runs are under way on the old clusters, or why that cannot be told.
    pub runs: Result<usize, String>,
    /// Every old cluster that is not a new one is gone from Karmada's sight.
    pub source_dead: bool,
    /// A new cluster that is not an old one is gone.
    pub target_dead: bool,
    /// Nothing is left on the old clusters.
    pub old_clear: bool,
    /// Nothing is left on the new clusters that are not old ones.
    pub new_clear: bool,
    /// Placement wants something else by now.
    pub obsolete: bool,
}

/// Nothing is seen.
impl Default for Seen {
    fn default() -> Self {
        Self {
            arrived: false,
            warm: false,
            switched: false,
            handed_over: false,
            runs: Err("nothing is seen".to_owned()),
            source_dead: false,
            target_dead: false,
            old_clear: false,
            new_clear: false,
            obsolete: false,
        }
    }
}

/// What follows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// Wait; why.
    Stay(String),
    /// Another phase begins.
    Enter(Phase),
    /// It has arrived: it runs on the new clusters.
    Arrived {
        /// Whether something may be left on a cluster that cannot be reached.
        leftovers: bool,
    },
    /// It was given up: it runs on the old clusters, and may be tried again.
    GivenUp,
}

/// The names in `a`, then those of `b` that are not in it.
fn union(a: &[String], b: &[String]) -> Vec<String> {
    let mut all = a.to_vec();
    all.extend(b.iter().filter(|name| !a.contains(name)).cloned());
    all
}

/// What stands where, given where everything would stand on the old clusters and on the new.
pub fn stages(phase: Phase, old: &StageClusters, new: &StageClusters, handover: Handover) -> StageClusters {
    let both = |a: &[String], b: &[String]| union(a, b);
    let everywhere = both(&old.everywhere, &new.everywhere);
    let stages = match phase {
        Phase::Abort => return old.clone(),
        Phase::Remove => return new.clone(),
        Phase::Prepare | Phase::Warm => StageClusters {
            functions: both(&old.functions, &new.functions),
            logic: old.logic.clone(),
            events: old.events.clone(),
            everywhere,
            base: both(&old.base, &new.base),
        },
        Phase::Switch => StageClusters {
            functions: both(&old.functions, &new.functions),
            logic: both(&old.logic, &new.logic),
            events: if handover == Handover::Overlap {
                both(&old.events, &new.events)
            } else {
                old.events.clone()
            },
            everywhere,
            base: both(&old.base, &new.base),
        },
        Phase::Drain => StageClusters {
            functions: both(&old.functions, &new.functions),
            logic: new.logic.clone(),
            events: new.events.clone(),
            everywhere,
            base: both(&old.base, &new.base),
        },
    };
    stages.with_base()
}

/// What follows from what is seen, `since` the phase began.
pub fn next(migration: &Migration, policy: &PlacementPolicy, seen: &Seen, since: Duration) -> Next {
    let before_switch = matches!(migration.phase, Phase::Prepare | Phase::Warm | Phase::Switch);
    if before_switch {
        // A pipeline whose cluster is dead has nowhere to go back to.
        if seen.target_dead || (seen.obsolete && !seen.source_dead && migration.phase != Phase::Switch) {
            return Next::Enter(Phase::Abort);
        }
        if since >= PATIENCE && !seen.source_dead {
            return Next::Enter(Phase::Abort);
        }
    }
    let wait = |until: &str| Next::Stay(until.to_owned());
    match migration.phase {
        Phase::Prepare if seen.arrived => Next::Enter(Phase::Warm),
        Phase::Prepare => wait("functions are on their way"),
        Phase::Warm if seen.warm => Next::Enter(Phase::Switch),
        Phase::Warm => wait("functions are getting ready"),
        Phase::Switch if seen.switched => Next::Enter(Phase::Drain),
        Phase::Switch => wait("sensors and sources are getting ready"),
        Phase::Drain if seen.source_dead => Next::Enter(Phase::Remove),
        Phase::Drain => drain(policy, seen, since),
        Phase::Remove if seen.old_clear => Next::Arrived { leftovers: false },
        Phase::Remove if seen.source_dead => Next::Arrived { leftovers: true },
        Phase::Remove => wait("the old clusters are being cleared"),
        Phase::Abort if since >= penance(migration.attempt) && (seen.new_clear || seen.target_dead) => {
            Next::GivenUp
        }
        Phase::Abort if seen.new_clear => wait("it was given up; another try comes later"),
        Phase::Abort => wait("it is given up; the new clusters are being cleared"),
    }
}

fn drain(policy: &PlacementPolicy, seen: &Seen, since: Duration) -> Next {
    if seen.handed_over && seen.runs == Ok(0) {
        return Next::Enter(Phase::Remove);
    }
    let forced = policy.force_after.is_some_and(|after| since >= Duration::from_millis(after.0));
    if seen.handed_over && forced {
        return Next::Enter(Phase::Remove);
    }
    let late = since >= Duration::from_millis(policy.drain_timeout.0);
    Next::Stay(match (seen.handed_over, &seen.runs) {
        (false, _) => "sensors and sources are leaving the old clusters".to_owned(),
        (true, Err(why)) => format!("the runs on the old clusters cannot be counted: {why}"),
        (true, Ok(1)) if late => "a run on the old clusters takes longer than drain-timeout".to_owned(),
        (true, Ok(runs)) if late => format!("{runs} runs on the old clusters take longer than drain-timeout"),
        (true, Ok(runs)) => format!("runs on the old clusters are ending: {runs} left"),
    })
}

/// How long nothing is tried after a number of moves were given up.
pub fn penance(attempt: u32) -> Duration {
    PENANCE.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(LONGEST_PENANCE)
}

#[cfg(test)]
mod tests {
    use super::{Handover, Next, PATIENCE, Seen, next, penance, stages};
    use efl_compiler::{
        expand::StageClusters,
        spec::{Limit, Migration, MigrationPhase as Phase, PlacementPolicy, Strategy},
        units,
    };
    use std::time::Duration;

    const PHASES: [Phase; 6] =
        [Phase::Prepare, Phase::Warm, Phase::Switch, Phase::Drain, Phase::Remove, Phase::Abort];

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    fn on(cluster: &str) -> StageClusters {
        let here = names(&[cluster]);
        StageClusters {
            functions: here.clone(),
            logic: here.clone(),
            events: here,
            everywhere: names(&["a", "b"]),
            ..StageClusters::default()
        }
        .with_base()
    }

    fn policy() -> PlacementPolicy {
        PlacementPolicy {
            strategy: Strategy::Balanced,
            margin: 0.1,
            hold: units::Duration::from_secs(120),
            limit: Limit { cpu: 0.9, memory: 0.9 },
            drain_timeout: units::Duration::from_secs(300),
            force_after: None,
        }
    }

    fn migration(phase: Phase) -> Migration {
        Migration {
            id: 2,
            from: names(&["a"]),
            to: names(&["b"]),
            phase,
            phase_started_at: None,
            deadline: None,
            attempt: 1,
        }
    }

    /// Everything that was seen to be so.
    fn all_well() -> Seen {
        Seen {
            arrived: true,
            warm: true,
            switched: true,
            handed_over: true,
            runs: Ok(0),
            old_clear: true,
            ..Seen::default()
        }
    }

    #[test]
    fn a_move_goes_through_its_phases_in_order() {
        let mut phase = Phase::Prepare;
        let mut passed = vec![phase];
        while let Next::Enter(then) = next(&migration(phase), &policy(), &all_well(), Duration::ZERO) {
            phase = then;
            passed.push(phase);
        }
        assert_eq!(passed, [Phase::Prepare, Phase::Warm, Phase::Switch, Phase::Drain, Phase::Remove]);
        let end = next(&migration(phase), &policy(), &all_well(), Duration::ZERO);
        assert_eq!(end, Next::Arrived { leftovers: false });
    }

    #[test]
    fn something_that_works_stands_somewhere_in_every_phase() {
        for handover in [Handover::Overlap, Handover::Exclusive] {
            for phase in PHASES {
                let stages = stages(phase, &on("a"), &on("b"), handover);
                for (what, clusters) in
                    [("functions", &stages.functions), ("logic", &stages.logic), ("events", &stages.events)]
                {
                    assert!(!clusters.is_empty(), "{what} in {phase:?}");
                    for cluster in clusters {
                        assert!(
                            stages.base.contains(cluster),
                            "{what} without base on {cluster} in {phase:?}"
                        );
                    }
                }
                // Logic never stands where there are no functions.
                assert!(stages.logic.iter().all(|c| stages.functions.contains(c)), "{phase:?}");
            }
        }
    }

    #[test]
    fn exclusive_sources_never_stand_on_both() {
        for phase in PHASES {
            let stages = stages(phase, &on("a"), &on("b"), Handover::Exclusive);
            assert_eq!(stages.events.len(), 1, "{phase:?}");
        }
        let switch = stages(Phase::Switch, &on("a"), &on("b"), Handover::Overlap);
        assert_eq!(switch.events, names(&["a", "b"]));
    }

    #[test]
    fn what_was_not_seen_is_waited_for() {
        for phase in PHASES {
            let then = next(&migration(phase), &policy(), &Seen::default(), Duration::from_secs(1));
            assert!(matches!(then, Next::Stay(_)), "{phase:?}: {then:?}");
        }
    }

    #[test]
    fn before_the_switch_a_move_is_given_up_and_after_it_never() {
        for phase in PHASES {
            let late = next(&migration(phase), &policy(), &Seen::default(), PATIENCE);
            let dead = next(
                &migration(phase),
                &policy(),
                &Seen { target_dead: true, ..Seen::default() },
                Duration::ZERO,
            );
            if matches!(phase, Phase::Prepare | Phase::Warm | Phase::Switch) {
                assert_eq!(late, Next::Enter(Phase::Abort), "{phase:?}");
                assert_eq!(dead, Next::Enter(Phase::Abort), "{phase:?}");
            } else {
                assert_ne!(dead, Next::Enter(Phase::Abort), "{phase:?}");
            }
        }
    }

    #[test]
    fn a_pipeline_whose_cluster_is_dead_waits_for_the_new_one_as_long_as_it_takes() {
        let seen = Seen { source_dead: true, obsolete: false, ..Seen::default() };
        let then = next(&migration(Phase::Warm), &policy(), &seen, PATIENCE * 10);
        assert!(matches!(then, Next::Stay(_)), "{then:?}");
        let then = next(&migration(Phase::Drain), &policy(), &seen, Duration::ZERO);
        assert_eq!(then, Next::Enter(Phase::Remove));
        assert_eq!(
            next(&migration(Phase::Remove), &policy(), &seen, Duration::ZERO),
            Next::Arrived { leftovers: true }
        );
    }

    #[test]
    fn runs_are_cut_only_when_that_was_asked_for() {
        let running = Seen { handed_over: true, runs: Ok(3), ..Seen::default() };
        let long = Duration::from_hours(1);
        let Next::Stay(why) = next(&migration(Phase::Drain), &policy(), &running, long) else {
            panic!("runs were cut");
        };
        assert!(why.contains("3 runs") && why.contains("drain-timeout"), "{why}");
        let forced = PlacementPolicy { force_after: Some(units::Duration::from_secs(600)), ..policy() };
        assert_eq!(next(&migration(Phase::Drain), &forced, &running, long), Next::Enter(Phase::Remove));
        assert!(matches!(
            next(&migration(Phase::Drain), &forced, &running, Duration::from_secs(400)),
            Next::Stay(_)
        ));
    }

    #[test]
    fn each_try_is_further_from_the_one_before() {
        assert!(penance(2) == 2 * penance(1) && penance(40) <= Duration::from_hours(1));
        let cleared = Seen { new_clear: true, ..Seen::default() };
        assert!(matches!(next(&migration(Phase::Abort), &policy(), &cleared, Duration::ZERO), Next::Stay(_)));
        assert_eq!(next(&migration(Phase::Abort), &policy(), &cleared, penance(1)), Next::GivenUp);
    }
}
