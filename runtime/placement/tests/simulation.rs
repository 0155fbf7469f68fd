//! The targets of placement, on every seed.

use efl_placement::sim::{Contender, Outcome, Scenario, run};

fn seeds(scenario: Scenario, contender: Contender) -> impl Iterator<Item = Outcome> {
    (1..=10).map(move |seed| run(scenario, seed, contender))
}

#[test]
fn at_most_one_move_per_pipeline_and_hour_where_load_is_stationary() {
    for scenario in [Scenario::Stationary, Scenario::Noise, Scenario::Diurnal] {
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
    for scenario in [Scenario::Stationary, Scenario::Noise, Scenario::Loss, Scenario::Herd] {
        for (ours, argmin) in
            seeds(scenario, Contender::Balanced).zip(seeds(scenario, Contender::LeastLoaded))
        {
            let (name, seed) = (scenario.name(), ours.seed);
            assert!(ours.moves_per_hour <= 20.0, "{name} {seed}: {}", ours.moves_per_hour);
            assert!(argmin.moves_per_hour >= 2_000.0, "{name} {seed}: {}", argmin.moves_per_hour);
            assert!(ours.imbalance < argmin.imbalance / 5.0, "{name} {seed}");
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
        assert!(most < 0.8 && last > 0.5, "seed {}: {most} {last}", outcome.seed);
    }
}

#[test]
fn the_same_seed_has_the_same_outcome() {
    let outcome = || run(Scenario::Noise, 3, Contender::Balanced);
    assert_eq!(outcome(), outcome());
    assert_ne!(outcome().trace, run(Scenario::Noise, 4, Contender::Balanced).trace);
}
