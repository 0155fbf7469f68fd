//! A move as a state machine without memory: what stands where in each phase, and which phase follows from what is seen.
//!
//! ```text
//! Prepare   base and functions on both           until they are there
//! Warm      the same                             until the functions are ready there
//! Switch    logic and shared sources on both     until they are ready there
//! Drain     logic and sources on the new alone   until the runs on the old have ended
//! Remove    everything on the new alone          until the old are clear
//! Abort     everything on the old alone          until the new are clear, and placement has thought again
//! ```
//!
//! Until logic has changed over (`Switch`) a move is given up when its deadline passes, its new cluster dies or placement wants
//! something else. Placement takes note and does not try the same for a while (`efl_placement::State::give_up`). When the new cluster
//! dies while the old one still has the functions (`Drain`), the move turns round: the same the other way, from `Switch` on.
//!
//! The phase is written before what it changes. A controller that is killed anywhere reads it and goes on.

use efl_compiler::{
    expand::StageClusters,
    spec::{Migration, MigrationPhase as Phase, PlacementPolicy},
};
use std::time::Duration;

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
    /// The deadline of the move has passed.
    pub late: bool,
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
            late: false,
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
    /// It is given up, and why: `Abort` begins.
    Abort(String),
    /// It turns round, and why: from the new clusters to the old ones, from `Switch` on.
    Back(String),
    /// It has arrived: it runs on the new clusters.
    Arrived {
        /// Whether something may be left on a cluster that cannot be reached.
        leftovers: bool,
    },
    /// It was given up: it runs on the old clusters.
    GivenUp {
        /// Whether something may be left on a cluster that cannot be reached.
        leftovers: bool,
    },
}

/// Whether two lists name the same clusters.
pub fn same(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|name| b.contains(name))
}

/// Whether a move that is in this phase has a deadline.
pub fn has_deadline(phase: Phase) -> bool {
    matches!(phase, Phase::Prepare | Phase::Warm | Phase::Switch)
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
    if let Some(why) = lost(migration, seen) {
        return Next::Abort(why);
    }
    if migration.phase == Phase::Drain && seen.target_dead && !seen.source_dead {
        return Next::Back(format!("{} is out of reach", migration.to.join(", ")));
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
        // Karmada forgets what is on a cluster that it does not reach.
        Phase::Remove if seen.source_dead => Next::Arrived { leftovers: true },
        Phase::Remove if seen.old_clear => Next::Arrived { leftovers: false },
        Phase::Remove => wait("the old clusters are being cleared"),
        // Before placement has taken note it would be tried again at once.
        Phase::Abort if seen.obsolete && (seen.new_clear || seen.target_dead) => {
            Next::GivenUp { leftovers: seen.target_dead }
        }
        Phase::Abort if seen.new_clear => wait("it is given up; placement decides again"),
        Phase::Abort => wait("it is given up; the new clusters are being cleared"),
    }
}

/// Why a move is given up, if it is.
fn lost(migration: &Migration, seen: &Seen) -> Option<String> {
    let to = migration.to.join(", ");
    match migration.phase {
        Phase::Prepare | Phase::Warm | Phase::Switch if seen.target_dead => {
            Some(format!("{to} is out of reach"))
        }
        // What has changed over on half of the way goes on: the other half is as far.
        Phase::Prepare | Phase::Warm if seen.obsolete && !seen.source_dead => {
            Some("placement wants something else by now".to_owned())
        }
        Phase::Prepare | Phase::Warm if seen.late => Some(format!("it was not ready on {to} in time")),
        // A pipeline whose cluster is dead has nothing better than what stands on the new one.
        Phase::Switch if seen.late && !seen.source_dead => Some(format!("it was not ready on {to} in time")),
        _ => None,
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

#[cfg(test)]
mod tests {
    use super::{Handover, Next, Seen, next, stages};
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
    fn before_the_switch_a_move_is_given_up_and_after_it_turns_round() {
        for phase in PHASES {
            let after = |seen| next(&migration(phase), &policy(), &seen, Duration::ZERO);
            let late = after(Seen { late: true, ..Seen::default() });
            let dead = after(Seen { target_dead: true, ..Seen::default() });
            let both_dead = after(Seen { target_dead: true, source_dead: true, ..Seen::default() });
            let is_given_up = |next: &Next| matches!(next, Next::Abort(why) if why.contains('b'));
            let before = super::has_deadline(phase);
            for (what, next) in [("late", &late), ("dead", &dead), ("both", &both_dead)] {
                assert_eq!(is_given_up(next), before, "{phase:?} {what}: {next:?}");
            }
            assert_eq!(matches!(dead, Next::Back(_)), phase == Phase::Drain, "{phase:?}: {dead:?}");
        }
    }

    #[test]
    fn what_stands_on_the_new_cluster_is_kept_when_the_old_one_is_dead() {
        let seen = Seen { source_dead: true, late: true, ..Seen::default() };
        let after = |phase, seen: &Seen| next(&migration(phase), &policy(), seen, Duration::ZERO);
        // Nothing works there yet: another cluster may be better.
        assert!(matches!(after(Phase::Warm, &seen), Next::Abort(_)));
        // Its logic stands there.
        assert!(matches!(after(Phase::Switch, &seen), Next::Stay(_)));
        assert_eq!(after(Phase::Drain, &seen), Next::Enter(Phase::Remove));
        assert_eq!(after(Phase::Remove, &seen), Next::Arrived { leftovers: true });
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
    fn what_was_given_up_ends_when_placement_has_taken_note() {
        let after = |seen| next(&migration(Phase::Abort), &policy(), &seen, Duration::ZERO);
        let cleared = Seen { new_clear: true, ..Seen::default() };
        assert!(matches!(after(cleared.clone()), Next::Stay(_)), "it would be tried again at once");
        let noted = Seen { obsolete: true, ..cleared };
        assert_eq!(after(noted), Next::GivenUp { leftovers: false });
        let unreachable = Seen { obsolete: true, target_dead: true, ..Seen::default() };
        assert_eq!(after(unreachable), Next::GivenUp { leftovers: true });
    }

    /// Everything that can be so of a move between `a` and `b`: what the runtime has decided, what stands, and who is alive.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
    struct World {
        /// `None`: it is over, and runs on `to`.
        phase: Option<Phase>,
        /// Where it goes; it comes from the other one.
        to: usize,
        alive: [bool; 2],
        functions: [bool; 2],
        logic: [bool; 2],
        runs: bool,
        late: bool,
        /// What placement wants.
        wants: usize,
    }

    const BEGUN: World = World {
        phase: Some(Phase::Prepare),
        to: 1,
        alive: [true; 2],
        functions: [true, false],
        logic: [true, false],
        runs: true,
        late: false,
        wants: 1,
    };

    impl World {
        fn from(&self) -> usize {
            1 - self.to
        }

        fn works_on(&self, cluster: usize) -> bool {
            self.alive[cluster] && self.functions[cluster] && self.logic[cluster]
        }

        fn works(&self) -> bool {
            self.works_on(0) || self.works_on(1)
        }

        /// Where functions and logic are to stand.
        fn wanted(&self) -> [[bool; 2]; 2] {
            let (old, new) = (on(["a", "b"][self.from()]), on(["a", "b"][self.to]));
            let stages = match self.phase {
                None => new,
                Some(phase) => stages(phase, &old, &new, Handover::Overlap),
            };
            let has = |list: &[String]| ["a", "b"].map(|name| list.iter().any(|c| c == name));
            [has(&stages.functions), has(&stages.logic)]
        }

        /// What can happen to it that the runtime does not do.
        fn fates(self) -> Vec<Self> {
            let mut fates = self.carried();
            for cluster in 0..2 {
                let mut other = self;
                other.alive[cluster] = !self.alive[cluster];
                fates.push(other);
            }
            fates.push(Self { wants: 1 - self.wants, ..self });
            fates.push(Self { late: true, ..self });
            fates.push(Self { runs: !self.runs, ..self });
            fates
        }

        /// What Karmada may have done next, of what it is told: one thing, on a cluster that is alive.
        fn carried(self) -> Vec<Self> {
            let [functions, logic] = self.wanted();
            let mut carried = Vec::new();
            for cluster in (0..2).filter(|cluster| self.alive[*cluster]) {
                if self.functions[cluster] != functions[cluster] {
                    let mut other = self;
                    other.functions[cluster] = functions[cluster];
                    carried.push(other);
                }
                if self.logic[cluster] != logic[cluster] {
                    let mut other = self;
                    other.logic[cluster] = logic[cluster];
                    carried.push(other);
                }
            }
            carried
        }

        fn seen(&self) -> Seen {
            let (from, to) = (self.from(), self.to);
            let is_clear = |cluster: usize| !self.functions[cluster] && !self.logic[cluster];
            Seen {
                arrived: self.alive[to] && self.functions[to],
                warm: self.alive[to] && self.functions[to],
                switched: self.works_on(to),
                // Karmada forgets what is on a dead cluster.
                handed_over: !self.alive[from] || !self.logic[from],
                runs: Ok(usize::from(self.runs && self.alive[from])),
                source_dead: !self.alive[from],
                target_dead: !self.alive[to],
                old_clear: is_clear(from),
                new_clear: is_clear(to),
                obsolete: self.wants != to,
                late: self.late,
            }
        }

        /// What the runtime does.
        fn steered(self) -> Self {
            let Some(phase) = self.phase else { return self };
            let back = Self { to: self.from(), late: false, ..self };
            match next(&migration(phase), &policy(), &self.seen(), Duration::ZERO) {
                Next::Stay(_) => self,
                Next::Enter(phase) => Self { phase: Some(phase), late: false, ..self },
                Next::Abort(_) => Self { phase: Some(Phase::Abort), late: false, ..self },
                Next::Back(_) => Self { phase: Some(Phase::Switch), ..back },
                Next::Arrived { .. } => Self { phase: None, ..self },
                Next::GivenUp { .. } => Self { phase: None, ..back },
            }
        }
    }

    /// Every sequence of deaths, returns, changes of mind, delays and half-done work, at every point of a move.
    #[test]
    fn whatever_happens_something_works_and_it_comes_to_an_end() {
        let mut known = std::collections::BTreeSet::from([BEGUN]);
        let mut open = vec![BEGUN];
        let (mut steps, mut ends) = (0, [0; 2]);
        while let Some(world) = open.pop() {
            // Once it is over the move has done its part.
            let Some(phase) = world.phase else {
                ends[world.to] += 1;
                continue;
            };
            let steered = world.steered();
            assert!(
                steered.to != world.to || steered.phase.is_none_or(|then| then >= phase),
                "it went back: {world:?}"
            );
            for then in world.fates().into_iter().chain([steered]) {
                steps += 1;
                // Only a death may end what works; or it ended one half of it before, on the cluster that is gone to.
                let killed = world.alive != then.alive;
                let goes_to = if phase == Phase::Abort { world.from() } else { world.to };
                let narrows = matches!(phase, Phase::Drain | Phase::Remove | Phase::Abort);
                let halved = narrows && !then.alive[goes_to];
                assert!(
                    !world.works() || then.works() || killed || halved,
                    "nothing works any more:\n{world:?}\n{then:?}"
                );
                if known.insert(then) {
                    open.push(then);
                }
            }
        }
        println!("states={} steps={steps} ended-where-it-was={} arrived={}", known.len(), ends[0], ends[1]);
        assert!(known.len() > 1_000 && ends.iter().all(|count| *count > 0));

        // Left alone, each comes to an end, and to one that works if the cluster that it ends on is alive.
        for world in known {
            let mut world = World { runs: false, ..world };
            for _ in 0..40 {
                world = world.carried().first().copied().unwrap_or(world).steered();
                if world.phase == Some(Phase::Abort) {
                    world.wants = world.from(); // placement takes note
                }
            }
            assert!(world.phase.is_none() || world.alive == [false; 2], "{world:?}");
            assert!(world.phase.is_some() || !world.alive[world.to] || world.works_on(world.to), "{world:?}");
        }
    }
}
