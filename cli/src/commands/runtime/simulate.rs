//! `efl runtime simulate`: how placement behaves, without a cluster.

use super::{Exit, Failure};
use crate::{terminal::Terminal, write};
use clap::{
    ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use efl_compiler::units::Duration;
use efl_placement::sim::{Contender, Outcome, PERIOD, Scenario, Slowness, Summary, chart, run_slowly};
use std::{ops::RangeInclusive, path::PathBuf, str::FromStr};

/// Simulate how placement moves pipelines while load changes
///
/// Clusters and pipelines are made up, the deciding code is that of the runtime. The same seed has the same result on every
/// machine. Imbalance is the standard deviation of the clusters' loads; a blind move is one to or from a cluster whose
/// metrics had not arrived for a minute; the first move is counted from what happens in `step`, `loss` and `herd`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl runtime simulate                                every scenario, with the runtime's strategy
  efl runtime simulate --scenario herd --seed 1..10   one of them, with ten kinds of noise
  efl runtime simulate --scenario herd --compare      beside the paper's argmin and others
  efl runtime simulate --scenario herd --compare --svg herd.svg
                                                      the same as a picture
  efl runtime simulate --window 5m --transit 2m       metrics that are slow, and moves that take time
  efl runtime simulate --compare --format json        for programs, run by run")]
pub(crate) struct Simulate {
    /// What happens; every scenario when left out
    #[arg(long, value_name = "SCENARIO", value_parser = scenarios())]
    scenario: Option<Scenario>,
    /// The seed of the noise, or several as `1..10`
    #[arg(long, value_name = "N", default_value = "1")]
    seed: Seeds,
    /// Who decides
    #[arg(long, value_name = "STRATEGY", default_value = "balanced", value_parser = strategies())]
    strategy: Contender,
    /// What a metric is the mean of: the range of `rate()` in the fleet's queries
    #[arg(long, value_name = "DURATION", default_value = "1m")]
    window: Duration,
    /// How long a move takes, while both clusters carry the pipeline
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    transit: Duration,
    /// All strategies, one below the other
    #[arg(long, conflicts_with = "strategy")]
    compare: bool,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Draw the runs of the first seed, too: loads over time, and moves
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// How the result is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// A table, the mean of all seeds
    Human,
    /// A list with one object for each run
    Json,
}

/// One seed or several.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Seeds(RangeInclusive<u64>);

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            text.parse::<u64>().map_err(|_| "a seed is a number, and several are `1..10`".to_owned())
        };
        let (first, last) = match text.split_once("..") {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(text)?, number(text)?),
        };
        match last.checked_sub(first) {
            None => Err(format!("`{text}` has no seed: the first is after the last")),
            Some(more) if more >= 1_000 => Err("at most 1000 seeds".to_owned()),
            Some(_) => Ok(Self(first..=last)),
        }
    }
}

fn scenarios() -> impl TypedValueParser<Value = Scenario> {
    let values = Scenario::ALL.map(|scenario| PossibleValue::new(scenario.name()).help(scenario.about()));
    PossibleValuesParser::new(values).map(|name| {
        Scenario::ALL.into_iter().find(|scenario| scenario.name() == name).expect("it is one of them")
    })
}

fn strategies() -> impl TypedValueParser<Value = Contender> {
    let values = Contender::ALL.map(|contender| PossibleValue::new(contender.name()).help(contender.about()));
    PossibleValuesParser::new(values).map(|name| {
        Contender::ALL.into_iter().find(|contender| contender.name() == name).expect("it is one of them")
    })
}

impl Simulate {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let scenarios = self.scenario.map_or_else(|| Scenario::ALL.to_vec(), |scenario| vec![scenario]);
        let contenders = if self.compare { Contender::ALL.to_vec() } else { vec![self.strategy] };
        let slowness = Slowness { window: periods(self.window).max(1), transit: periods(self.transit) };
        let mut outcomes: Vec<Vec<Vec<Outcome>>> = Vec::new();
        for scenario in scenarios {
            let runs = |contender: &Contender| {
                let run = |seed| run_slowly(scenario, seed, *contender, slowness);
                self.seed.0.clone().map(run).collect()
            };
            outcomes.push(contenders.iter().map(runs).collect());
        }
        if let Some(path) = &self.svg {
            let first: Vec<&Outcome> = outcomes.iter().flatten().filter_map(|runs| runs.first()).collect();
            let failed = |e| Failure::new(format!("cannot write `{}`: {e}", path.display()));
            write::write(path, &chart(&first)).map_err(failed)?;
        }
        Terminal::print(&match self.format {
            Format::Human => outcomes.iter().map(|runs| table(runs)).collect::<Vec<_>>().join("\n"),
            Format::Json => json(&outcomes.into_iter().flatten().flatten().collect::<Vec<_>>())?,
        })?;
        Ok(Exit::Ok)
    }
}

/// How many periods a duration is, rounded up.
const fn periods(duration: Duration) -> u64 {
    duration.0.div_ceil(PERIOD * 1_000)
}

fn json(outcomes: &[Outcome]) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(outcomes);
    text.map(|text| text + "\n").map_err(|e| Failure::new(format!("cannot write JSON: {e}")))
}

/// The contenders of one scenario.
fn table(runs: &[Vec<Outcome>]) -> String {
    let summaries: Vec<Summary> = runs.iter().filter_map(|runs| Summary::of(runs)).collect();
    let Some(first) = summaries.first() else { return String::new() };
    let rows = summaries.iter().map(Summary::cells);
    let rows: Vec<[String; 8]> = [Summary::HEADINGS.map(str::to_owned)].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..Summary::HEADINGS.len()).map(width).collect();
    let mut text = format!("{}: {}\n", first.scenario.name(), first.scenario.about());
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text.push_str("  ");
        text.push_str(&cells.collect::<Vec<_>>().join("  "));
        text.push('\n');
    }
    text
}
