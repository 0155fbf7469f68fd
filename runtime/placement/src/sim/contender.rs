//! Those who are compared: the engine, and what others do or the paper says.

use super::world::{World, name};
use crate::{Question, State, Strategy, decide_fleet};
use serde::Serialize;

/// Who decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contender {
    /// Nobody: everything stays where it is in the beginning.
    Never,
    /// The engine with `strategy: least-loaded`.
    LeastLoaded,
    /// Loads stretched between the least and the most loaded cluster, as many schedulers do, with a dead band.
    MinMax,
    /// Margin, periods and cooldown, and nothing else.
    Hysteresis,
    /// The engine with `strategy: balanced`.
    Balanced,
}

impl Contender {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Never, Self::LeastLoaded, Self::MinMax, Self::Hysteresis, Self::Balanced];

    /// What it does, in a line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Never => "nobody decides: everything stays where it is in the beginning",
            Self::LeastLoaded => "the paper's plain argmin: the least loaded cluster, in every period",
            Self::MinMax => {
                "argmin over loads stretched between the least and the most loaded cluster, with a dead band of 10%"
            }
            Self::Hysteresis => "10% better for three periods in a row, and 5 minutes since its last move",
            Self::Balanced => "what the runtime does by default",
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::LeastLoaded => "least-loaded",
            Self::MinMax => "min-max",
            Self::Hysteresis => "hysteresis",
            Self::Balanced => "balanced",
        }
    }
}

/// A contender at work.
pub(crate) enum Player {
    /// Does nothing.
    Never,
    /// The engine itself.
    Engine { questions: Vec<Question>, states: Vec<State> },
    /// Each pipeline for itself, by measured loads alone.
    MinMax,
    /// The same; for each pipeline the periods in which another was better, and the period of the last move.
    Hysteresis(Vec<(u32, Option<u64>)>),
}

/// The dead band of those who are no engine.
const BAND: f64 = 0.1;
/// Their cooldown, in periods.
const COOLDOWN: u64 = 20;

impl Player {
    pub(crate) fn new(contender: Contender, world: &World) -> Self {
        let strategy = match contender {
            Contender::Never => return Self::Never,
            Contender::MinMax => return Self::MinMax,
            Contender::Hysteresis => return Self::Hysteresis(vec![(0, None); world.places.len()]),
            Contender::LeastLoaded => Strategy::LeastLoaded,
            Contender::Balanced => Strategy::Balanced,
        };
        let mut questions = world.questions();
        for question in &mut questions {
            question.policy.strategy = strategy;
        }
        let start = |place: &usize| State { selected: vec![name(*place)], ..State::default() };
        Self::Engine { questions, states: world.places.iter().map(start).collect() }
    }

    /// Where every pipeline is to run now.
    pub(crate) fn decide(&mut self, world: &World) -> Vec<usize> {
        match self {
            Self::Never => world.places.clone(),
            Self::Engine { questions, states } => {
                for (pipeline, question) in questions.iter_mut().enumerate() {
                    // The paper's argmin waits for nothing.
                    question.moving =
                        question.policy.strategy == Strategy::Balanced && world.is_moving(pipeline);
                }
                let pipelines: Vec<(&Question, &State)> = questions.iter().zip(states.iter()).collect();
                let answers = decide_fleet(&world.fleet(), &pipelines, world.now());
                *states = answers.into_iter().map(|(_, state)| state).collect();
                let number = |state: &State| state.selected[0].trim_start_matches("cluster-").parse();
                states.iter().map(|state| number(state).map_or(0, |number: usize| number - 1)).collect()
            }
            Self::MinMax => {
                let loads = loads(world);
                let least = loads.iter().flatten().copied().fold(f64::INFINITY, f64::min);
                let most = loads.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
                let stretched = |load: f64| if most > least { (load - least) / (most - least) } else { 0.0 };
                let Some((target, best)) = least_of(&loads) else { return world.places.clone() };
                let stays = |place: usize| loads[place].is_none_or(|l| stretched(l) - stretched(best) < BAND);
                world.places.iter().map(|place| if stays(*place) { *place } else { target }).collect()
            }
            Self::Hysteresis(memory) => {
                let loads = loads(world);
                let Some((target, best)) = least_of(&loads) else { return world.places.clone() };
                let decide = |(place, (streak, moved)): (&usize, &mut (u32, Option<u64>))| {
                    let better = loads[*place].is_some_and(|load| load - best >= BAND);
                    *streak = if better { *streak + 1 } else { 0 };
                    let cool = moved.is_none_or(|at| world.period - at >= COOLDOWN);
                    if *streak < 3 || !cool {
                        return *place;
                    }
                    (*streak, *moved) = (0, Some(world.period));
                    target
                };
                world.places.iter().zip(memory.iter_mut()).map(decide).collect()
            }
        }
    }
}

/// The last samples of the clusters that are there: who has no rule for late samples takes them as they are.
fn loads(world: &World) -> Vec<Option<f64>> {
    let load = |cluster| world.sample(cluster).filter(|_| world.is_up(cluster));
    (0..world.clusters()).map(load).collect()
}

fn least_of(loads: &[Option<f64>]) -> Option<(usize, f64)> {
    let known = loads.iter().enumerate().filter_map(|(at, load)| Some((at, (*load)?)));
    known.min_by(|a, b| a.1.total_cmp(&b.1))
}
