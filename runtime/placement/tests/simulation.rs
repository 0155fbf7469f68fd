//! The targets of placement, on every seed, and the page that shows them.

mod page;

use efl_placement::sim::{Contender, Outcome, Scenario, Slowness, run, run_slowly};
use std::{collections::HashMap, sync::LazyLock, thread};

/// Every run that is asked for here: each scenario and contender with the seeds 1 to 10.
static RUNS: LazyLock<HashMap<(&str, &str), Vec<Outcome>>> = LazyLock::new(|| {
    let all = |scenario: Scenario| {
        let runs = |contender: Contender| (1..=10).map(|seed| run(scenario, seed, contender)).collect();
        Contender::ALL.map(|contender| ((scenario.name(), contender.name()), runs(contender)))
    };
    thread::scope(|scope| {
        let threads = Scenario::ALL.map(|scenario| scope.spawn(move || all(scenario)));
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
});

fn seeds(scenario: Scenario, contender: Contender) -> &'static [Outcome] {
    &RUNS[&(scenario.name(), contender.name())]
}

/// The runs of each scenario of two hours.
type Runs = Vec<Vec<Outcome>>;

/// The runs of the engine in slower worlds, by what is slow.
static SLOW: LazyLock<Vec<(&str, Runs)>> = LazyLock::new(|| {
    let worlds = [
        ("a metric is the mean of 5 minutes", Slowness { window: 20, ..Slowness::default() }),
        ("a move takes 2 minutes", Slowness { transit: 8, ..Slowness::default() }),
        ("a move takes 10 minutes", Slowness { transit: 40, ..Slowness::default() }),
        ("5 minutes and 2 minutes", Slowness { window: 20, transit: 8 }),
    ];
    let runs = |slowness, scenario| {
        (1..=10).map(|seed| run_slowly(scenario, seed, Contender::Balanced, slowness)).collect()
    };
    let all = |slowness| short().map(|scenario| runs(slowness, scenario)).collect();
    worlds.into_iter().map(|(name, slowness)| (name, all(slowness))).collect()
});

/// The scenarios of two hours.
fn short() -> impl Iterator<Item = Scenario> {
    Scenario::ALL.into_iter().filter(|scenario| *scenario != Scenario::Diurnal)
}

#[test]
fn a_slow_world_changes_little() {
    for (world, scenarios) in SLOW.iter() {
        for outcome in scenarios.iter().flatten() {
            let name = format!("{world}, {} {}", outcome.scenario.name(), outcome.seed);
            assert!(outcome.moves_per_hour <= 25.0, "{name}: {}", outcome.moves_per_hour);
            assert!(outcome.moves_per_pipeline_hour <= 1.0, "{name}");
            assert!(outcome.scenario != Scenario::Step || outcome.moves == 1, "{name}: {}", outcome.moves);
            assert_eq!(outcome.blind_moves, 0, "{name}");
        }
    }
}

#[test]
fn at_most_one_move_per_pipeline_and_hour() {
    for scenario in Scenario::ALL {
        for outcome in seeds(scenario, Contender::Balanced) {
            let (name, seed) = (scenario.name(), outcome.seed);
            assert!(
                outcome.moves_per_pipeline_hour <= 1.0,
                "{name} {seed}: {}",
                outcome.moves_per_pipeline_hour
            );
        }
    }
}

#[test]
fn a_step_is_answered_by_exactly_one_move() {
    for outcome in seeds(Scenario::Step, Contender::Balanced) {
        assert_eq!(outcome.moves, 1, "seed {}", outcome.seed);
        assert!(outcome.reaction.is_some_and(|seconds| seconds <= 120), "seed {}", outcome.seed);
    }
}

#[test]
fn at_most_twenty_moves_an_hour_where_argmin_makes_thousands() {
    for scenario in Scenario::ALL.into_iter().filter(|scenario| *scenario != Scenario::Step) {
        let pairs = seeds(scenario, Contender::Balanced).iter().zip(seeds(scenario, Contender::LeastLoaded));
        for (ours, argmin) in pairs {
            let (name, seed) = (scenario.name(), ours.seed);
            assert!(ours.moves_per_hour <= 20.0, "{name} {seed}: {}", ours.moves_per_hour);
            assert!(argmin.moves_per_hour >= 2_000.0, "{name} {seed}: {}", argmin.moves_per_hour);
            assert!(ours.imbalance < argmin.imbalance / 5.0, "{name} {seed}");
        }
    }
}

#[test]
fn it_is_better_than_doing_nothing() {
    for scenario in Scenario::ALL {
        let pairs = seeds(scenario, Contender::Balanced).iter().zip(seeds(scenario, Contender::Never));
        for (ours, never) in pairs {
            assert!(ours.imbalance <= never.imbalance, "{} {}", scenario.name(), ours.seed);
            // In `loss` the load rises while nobody can see it.
            let overloaded = scenario != Scenario::Loss && ours.overloaded > never.overloaded + 0.01;
            assert!(!overloaded, "{} {}", scenario.name(), ours.seed);
        }
    }
}

#[test]
fn nothing_moves_to_or_from_what_is_not_seen() {
    for outcome in seeds(Scenario::Loss, Contender::Balanced) {
        assert_eq!(outcome.blind_moves, 0, "seed {}", outcome.seed);
    }
}

#[test]
fn an_empty_cluster_is_filled_and_not_overrun() {
    for outcome in seeds(Scenario::Herd, Contender::Balanced) {
        let newcomer = outcome.trace.loads[9].iter().flatten().copied();
        let most = newcomer.clone().fold(0.0, f64::max);
        let last = newcomer.last().expect("it is there");
        assert!(most < 0.85 && last > 0.5, "seed {}: {most} {last}", outcome.seed);
    }
}

#[test]
fn the_same_seed_has_the_same_outcome() {
    let again = run(Scenario::Noise, 3, Contender::Balanced);
    let noise = seeds(Scenario::Noise, Contender::Balanced);
    assert_eq!(again, noise[2]);
    assert_ne!(again.trace, noise[3].trace);
}
