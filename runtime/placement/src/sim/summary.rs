//! What came of several runs, as a table.

use super::{Contender, Outcome, Scenario};
use serde::Serialize;

/// The runs of one contender in one scenario, with several seeds.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// What happened.
    pub scenario: Scenario,
    /// Who decided.
    pub strategy: Contender,
    /// How many runs there were.
    pub runs: usize,
    /// How often a pipeline moved in an hour, all pipelines together: the mean.
    pub moves_per_hour: f64,
    /// The same of one pipeline: the most of all runs.
    pub most_per_pipeline_hour: f64,
    /// The mean of [`Outcome::imbalance`].
    pub imbalance: f64,
    /// The mean of [`Outcome::peak`].
    pub peak: f64,
    /// The mean of [`Outcome::overloaded`].
    pub overloaded: f64,
    /// All [`Outcome::blind_moves`].
    pub blind_moves: usize,
    /// The mean of [`Outcome::reaction`], in seconds, of the runs that reacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaction: Option<f64>,
}

impl Summary {
    /// Of runs of one contender in one scenario; `None` of no runs.
    #[allow(clippy::cast_precision_loss)] // runs are few
    pub fn of(outcomes: &[Outcome]) -> Option<Self> {
        let first = outcomes.first()?;
        let mean = |of: fn(&Outcome) -> f64| outcomes.iter().map(of).sum::<f64>() / outcomes.len() as f64;
        let reactions: Vec<u64> = outcomes.iter().filter_map(|o| o.reaction).collect();
        let reaction = reactions.iter().sum::<u64>() as f64 / reactions.len() as f64;
        Some(Self {
            scenario: first.scenario,
            strategy: first.strategy,
            runs: outcomes.len(),
            moves_per_hour: mean(|o| o.moves_per_hour),
            most_per_pipeline_hour: outcomes.iter().map(|o| o.moves_per_pipeline_hour).fold(0.0, f64::max),
            imbalance: mean(|o| o.imbalance),
            peak: mean(|o| o.peak),
            overloaded: mean(|o| o.overloaded),
            blind_moves: outcomes.iter().map(|o| o.blind_moves).sum(),
            reaction: (!reactions.is_empty()).then_some(reaction),
        })
    }

    /// What stands above [`Self::cells`].
    pub const HEADINGS: [&str; 8] = [
        "strategy",
        "moves/h",
        "most per pipeline and h",
        "imbalance",
        "peak load",
        "time above 90%",
        "blind moves",
        "first move",
    ];

    /// A row of the table.
    pub fn cells(&self) -> [String; 8] {
        let percent = |part: f64| format!("{:.0}%", part * 100.0);
        [
            self.strategy.name().to_owned(),
            format!("{:.1}", self.moves_per_hour),
            format!("{:.2}", self.most_per_pipeline_hour),
            format!("{:.3}", self.imbalance),
            percent(self.peak),
            percent(self.overloaded),
            self.blind_moves.to_string(),
            self.reaction.map_or_else(|| "–".to_owned(), |seconds| format!("{seconds:.0} s")),
        ]
    }
}
