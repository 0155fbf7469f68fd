//! A run: a contender in a scenario, and what came of it.

use super::{
    contender::{Contender, Player},
    scenario::{PERIOD, Scenario},
    world::{Slowness, World},
};
use serde::Serialize;

/// What came of a run.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// What happened.
    pub scenario: Scenario,
    /// Who decided.
    pub strategy: Contender,
    /// With which noise.
    pub seed: u64,
    /// How often a pipeline moved.
    pub moves: usize,
    /// The same, of all pipelines in an hour.
    pub moves_per_hour: f64,
    /// The same, of one pipeline in an hour.
    pub moves_per_pipeline_hour: f64,
    /// How far the clusters' loads are apart: their standard deviation, the mean of all periods; 0 to 1.
    pub imbalance: f64,
    /// The load of the most loaded cluster, the mean of all periods; above 1 there is more to do than it can.
    pub peak: f64,
    /// In which part of the periods some cluster had more to do than nine tenths of what it can.
    pub overloaded: f64,
    /// Moves to or from a cluster whose metrics had not arrived for more than a minute.
    pub blind_moves: usize,
    /// How many seconds after the event of the scenario the first pipeline moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaction: Option<u64>,
    /// What happened when, for pictures.
    #[serde(skip)]
    pub trace: Trace,
}

/// What happened when.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Trace {
    /// The load of each cluster in each period; `None` while it is not there.
    pub loads: Vec<Vec<Option<f64>>>,
    /// How many pipelines moved in each period.
    pub moves: Vec<usize>,
}

/// Runs a scenario. The same arguments have the same outcome on every machine.
pub fn run(scenario: Scenario, seed: u64, strategy: Contender) -> Outcome {
    run_slowly(scenario, seed, strategy, Slowness::default())
}

/// The same in a world that is slower.
#[allow(clippy::cast_precision_loss)] // counts of a few thousands
pub fn run_slowly(scenario: Scenario, seed: u64, strategy: Contender, slowness: Slowness) -> Outcome {
    let mut world = World::new(scenario, seed, slowness);
    let mut player = Player::new(strategy, &world);
    let mut trace = Trace { loads: vec![Vec::new(); scenario.clusters()], moves: Vec::new() };
    let (mut imbalance, mut peak, mut overloaded, mut blind_moves) = (0.0, 0.0, 0_usize, 0);
    for _ in 0..scenario.periods() {
        let places = player.decide(&world);
        let moved = || world.places.iter().zip(&places).filter(|(from, to)| from != to);
        trace.moves.push(moved().count());
        blind_moves += moved().filter(|(from, to)| world.is_blind(**from) || world.is_blind(**to)).count();
        world.go(places);
        let loads: Vec<f64> =
            (0..scenario.clusters()).filter(|c| world.is_up(*c)).map(|c| world.load(c)).collect();
        let most = loads.iter().copied().fold(0.0, f64::max);
        imbalance += deviation(&loads);
        peak += most;
        overloaded += usize::from(most > 0.9);
        for (cluster, line) in trace.loads.iter_mut().enumerate() {
            line.push(world.is_up(cluster).then(|| world.load(cluster)));
        }
        world.advance();
    }
    let periods = scenario.periods() as f64;
    let hours = periods * PERIOD as f64 / 3_600.0;
    let moves: usize = trace.moves.iter().sum();
    let reaction = scenario.event().and_then(|event| {
        let after = trace.moves.iter().enumerate().skip(usize::try_from(event).unwrap_or(usize::MAX));
        let first = after.map(|(period, moves)| (period as u64, *moves)).find(|(_, moves)| *moves > 0);
        first.map(|(period, _)| (period - event) * PERIOD)
    });
    Outcome {
        scenario,
        strategy,
        seed,
        moves,
        moves_per_hour: moves as f64 / hours,
        moves_per_pipeline_hour: moves as f64 / hours / scenario.pipelines() as f64,
        imbalance: imbalance / periods,
        peak: peak / periods,
        overloaded: overloaded as f64 / periods,
        blind_moves,
        reaction,
        trace,
    }
}

#[allow(clippy::cast_precision_loss)] // clusters are few
fn deviation(loads: &[f64]) -> f64 {
    let n = loads.len() as f64;
    let mean = loads.iter().sum::<f64>() / n;
    (loads.iter().map(|load| (load - mean) * (load - mean)).sum::<f64>() / n).sqrt()
}
