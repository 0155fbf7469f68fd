//! `efl runs`: what ran.

use super::{Exit, Failure, deploy::Format, status::columns};
use crate::{
    cluster::{Cluster, Name, pipelines, report_silent},
    terminal::Terminal,
};
use efl_compiler::units;
use efl_runtime::{
    Timestamp,
    inspect::{
        Pipeline,
        runs::{self, Run},
    },
};
use serde_json::{Value, json};

/// Show what ran, on every cluster
///
/// A run is a workflow that a rule started: where it ran, since when, how long, which events started it, and for one that failed the
/// step because of which, at the line of its file. A rule that only calls a function starts no workflow: `efl trace` and `efl logs`
/// show its calls.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl runs                                 of every orchestrator
  efl runs crossing-safety --failed --since 1h
  efl runs smart-city/crossing-safety --format json

How long a run can be seen is the `ttl` of its workflow; failed ones stay for a day unless it says otherwise.
Exit codes: 0 all clusters answered, 1 one did not, or there are errors.")]
pub(crate) struct Runs {
    /// An orchestrator: NAME or NAMESPACE/NAME
    name: Option<Name>,
    /// Only those that failed
    #[arg(long)]
    failed: bool,
    /// Only those that began so long ago, or later
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    since: Option<units::Duration>,
    /// How many at most, the latest first
    #[arg(long, value_name = "N", default_value = "50")]
    limit: usize,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    #[command(flatten)]
    cluster: Cluster,
}

/// A time on the command line.
pub(super) fn parse_time(text: &str) -> Result<units::Duration, String> {
    text.parse().map_err(|e: units::UnitError| format!("{e}; a time is `30s`, `5m` or `1h`"))
}

impl Runs {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        self.cluster.with_places(async |places| {
            let pipelines = pipelines(places, self.name.as_ref()).await?;
            let only = if self.name.is_some() { pipelines.first() } else { None };
            let mut found = runs::runs(places, only).await;
            let now = Timestamp::now();
            found.items.retain(|run| {
                (only.is_none() || pipelines.iter().any(|pipeline| pipeline.ran(run)))
                    && (!self.failed || run.failed())
                    && self.since.is_none_or(|since| is_within(run.started, now, since))
            });
            let left_out = found.items.len().saturating_sub(self.limit);
            found.items.truncate(self.limit);
            match self.format {
                Format::Json => {
                    let runs: Vec<Value> = found.items.iter().map(|run| json(run, &pipelines)).collect();
                    Terminal::print(&(serde_json::to_string_pretty(&runs).unwrap_or_default() + "\n"))?;
                }
                Format::Human if found.items.is_empty() => {
                    Terminal::message("there are no such runs; calls of rules that start no workflow are not runs: efl trace");
                }
                Format::Human => Terminal::print(&table(&found.items, &pipelines, now))?,
            }
            if left_out > 0 {
                Terminal::message(&format!("{left_out} more: --limit"));
            }
            Ok(Exit::errors(report_silent(&found.silent)))
        })
    }
}

/// Whether something is not older than a time.
pub(super) fn is_within(at: Option<Timestamp>, now: Timestamp, since: units::Duration) -> bool {
    let most = i64::try_from(since.0).unwrap_or(i64::MAX);
    at.is_none_or(|at| now.as_millisecond() - at.as_millisecond() <= most)
}

/// A time between two instants, in its largest unit or two.
pub(super) fn span(from: Timestamp, to: Timestamp) -> String {
    let seconds = (to.as_millisecond() - from.as_millisecond()).max(0) / 1000;
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        7_200..172_800 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// What was answered, as far as it fits on a line.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 160;
    let line = text.trim_end().replace('\n', " ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn table(runs: &[Run], pipelines: &[Pipeline], now: Timestamp) -> String {
    let rows: Vec<[String; 6]> = runs
        .iter()
        .map(|run| {
            let events: Vec<String> = run.events.iter().map(|(name, id)| format!("{name} {id}")).collect();
            [
                run.name.clone(),
                if run.cluster.is_empty() { "-".to_owned() } else { run.cluster.clone() },
                run.phase.clone(),
                run.started.map(|at| span(at, now) + " ago").unwrap_or_default(),
                run.started.map(|at| span(at, run.finished.unwrap_or(now))).unwrap_or_default(),
                events.join(", "),
            ]
        })
        .collect();
    let mut out = columns(&["RUN", "CLUSTER", "STATUS", "STARTED", "TOOK", "STARTED BY"], &rows);
    for run in runs {
        if let Some(why) = complaint(run, pipelines) {
            out.push_str(&why);
            out.push('\n');
        }
    }
    out
}

/// Where the cause of a failure is declared: the place in a file, if it is known, and the declaration.
fn cause(run: &Run, pipelines: &[Pipeline]) -> (Option<String>, String) {
    let declarations = run.declarations(run.culprit());
    let pipeline = pipelines.iter().find(|pipeline| pipeline.ran(run));
    for declaration in &declarations {
        if let Some(at) = pipeline.and_then(|pipeline| pipeline.standing.place(declaration)) {
            return (Some(at.to_owned()), declaration.clone());
        }
    }
    (None, declarations.into_iter().next_back().unwrap_or_default())
}

/// Why a run failed, at the line of the file.
pub(super) fn complaint(run: &Run, pipelines: &[Pipeline]) -> Option<String> {
    if !run.failed() {
        return None;
    }
    let (place, declaration) = cause(run, pipelines);
    let place = place.map(|at| format!("{at}: ")).unwrap_or_default();
    let step = run.culprit();
    let of = step.map(|step| format!("step {} of ", step.name)).unwrap_or_default();
    let why =
        step.and_then(|step| step.message.as_deref()).or(run.message.as_deref()).unwrap_or("no reason given");
    Some(format!("{place}{declaration} ({of}{}): {why}", run.name))
}

/// A run for programs.
pub(super) fn json(run: &Run, pipelines: &[Pipeline]) -> Value {
    let mut value = serde_json::to_value(run).unwrap_or_default();
    let failure = run.failed().then(|| {
        let (place, declaration) = cause(run, pipelines);
        let step = run.culprit();
        json!({
            "place": place, "declaration": declaration, "step": step.map(|step| &step.name),
            "message": step.and_then(|step| step.message.as_ref()).or(run.message.as_ref()),
        })
    });
    value["failure"] = failure.unwrap_or_default();
    value
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn a_span_is_read_at_a_glance() {
        let at = |second| efl_runtime::Timestamp::from_second(second).expect("in range");
        let spans = [5, 119, 125, 7_325, 400_000].map(|second| span(at(0), at(second)));
        assert_eq!(spans, ["5s", "119s", "2m05s", "2h02m", "4d"]);
    }
}
