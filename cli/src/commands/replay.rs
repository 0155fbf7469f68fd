//! `efl replay`: a run that failed, again.

use super::{
    Exit, Failure,
    deploy::confirmed,
    runs::{complaint, is_within, parse_time},
};
use crate::{
    cluster::{Cluster, Name, pipelines, report_silent},
    terminal::Terminal,
};
use efl_compiler::units;
use efl_runtime::{
    Timestamp,
    inspect::{
        Pipeline, Places, replay,
        runs::{self, Run},
    },
};

/// Run again what failed, after looking at it
///
/// Shows why each run failed and what it was given, asks, and starts it again, where its orchestrator runs now: with the same
/// arguments, and with the `Idempotency-Key`s of the first run, so that a function that looks at them does nothing twice. A run that
/// was repeated with success, or is being repeated, is left alone.
///
/// What can be repeated is a run, as long as it is kept (its `ttl`). A rule that only calls a function leaves none: when every try
/// has failed its events go to the rule's `dead-letter` function if it has one, and Argo keeps nothing of them.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl runs --failed                                    which there are
  efl replay crossing-respond-892508dc5b4e2e66a725861b58aef881
  efl replay --all crossing-safety --since 2h --yes

Exit codes: 0 all were started again, or there was nothing to repeat, 1 there are errors.")]
pub(crate) struct Replay {
    /// The names of runs that failed
    #[arg(value_name = "RUN", required_unless_present = "all")]
    names: Vec<String>,
    /// Every run of this orchestrator that failed: NAME or NAMESPACE/NAME
    #[arg(long, value_name = "ORCHESTRATOR", conflicts_with = "names")]
    all: Option<Name>,
    /// With --all: only those that began so long ago, or later
    #[arg(long, value_name = "TIME", requires = "all", conflicts_with = "names", value_parser = parse_time)]
    since: Option<units::Duration>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    cluster: Cluster,
}

/// The first run of one that repeats it.
fn first(run: &Run) -> &str {
    run.replay_of.as_deref().unwrap_or(&run.name)
}

impl Replay {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        self.cluster.with_places(async |places| {
            let pipelines = pipelines(places, self.all.as_ref()).await?;
            let mut all: Vec<Run> = Vec::new();
            let mut silent = Vec::new();
            for pipeline in &pipelines {
                let found = runs::runs(places, Some(pipeline)).await;
                all.extend(found.items);
                silent.extend(found.silent);
            }
            silent.sort();
            silent.dedup();
            let unknown = report_silent(&silent);
            let chosen = self.chosen(&all)?;
            if chosen.is_empty() {
                Terminal::message("there is nothing to repeat");
                return Ok(Exit::errors(unknown));
            }
            for run in &chosen {
                show(places, run, &pipelines).await?;
            }
            let these = if chosen.len() == 1 { "it".to_owned() } else { format!("these {}", chosen.len()) };
            if !self.yes && !confirmed(&format!("run {these} again?"))? {
                Terminal::message("nothing was started");
                return Ok(Exit::Ok);
            }
            for run in chosen {
                let attempt =
                    1 + all.iter().filter(|other| other.replay_of.as_deref() == Some(first(run))).count();
                let cluster = here(run, &pipelines);
                let made = replay::replay(places, run, &cluster, attempt).await;
                let made =
                    made.map_err(|why| Failure::failed(format!("cannot repeat {}: {why}", run.name)))?;
                let on = if cluster.is_empty() { String::new() } else { format!(" on {cluster}") };
                Terminal::message(&format!("{} runs again as {made}{on}: efl trace {made}", run.name));
            }
            Ok(Exit::Ok)
        })
    }

    /// The runs to repeat: of each the last try, which failed.
    fn chosen<'r>(&self, all: &'r [Run]) -> Result<Vec<&'r Run>, Failure> {
        let later = |run: &Run| all.iter().find(|other| first(other) == first(run) && !other.failed());
        if self.all.is_some() {
            let now = Timestamp::now();
            let failed =
                all.iter().filter(|run| run.failed() && run.replay_of.is_none() && later(run).is_none());
            return Ok(failed
                .filter(|run| self.since.is_none_or(|since| is_within(run.started, now, since)))
                .collect());
        }
        let mut chosen = Vec::new();
        for name in &self.names {
            let Some(run) = all.iter().find(|run| run.name == *name) else {
                return Err(Failure::failed(format!(
                    "there is no run `{name}`\n  help: efl runs --failed lists those that failed"
                )));
            };
            if !run.failed() {
                return Err(Failure::failed(format!("`{name}` has not failed: it is {}", run.phase)));
            }
            if let Some(other) = later(run) {
                return Err(Failure::failed(format!(
                    "`{name}` was repeated by {}: {}",
                    other.name, other.phase
                )));
            }
            chosen.push(run);
        }
        Ok(chosen)
    }
}

/// Where a run is repeated: where its orchestrator is now, if that is known.
fn here(run: &Run, pipelines: &[Pipeline]) -> String {
    let of = pipelines.iter().find(|pipeline| pipeline.ran(run));
    let selected = of.map(|pipeline| pipeline.standing.status.selected.as_slice()).unwrap_or_default();
    if run.cluster.is_empty() || selected.contains(&run.cluster) {
        return run.cluster.clone();
    }
    selected.first().unwrap_or(&run.cluster).clone()
}

async fn show(places: &Places, run: &Run, pipelines: &[Pipeline]) -> Result<(), Failure> {
    let arguments = replay::arguments(places, run).await;
    let arguments = arguments.map_err(|why| Failure::failed(format!("cannot read {}: {why}", run.name)))?;
    Terminal::message(&complaint(run, pipelines).unwrap_or_else(|| run.name.clone()));
    for (name, id) in &run.events {
        Terminal::message(&format!("  event {name} {id}"));
    }
    for (name, value) in arguments {
        Terminal::message(&format!("  {name} = {value}"));
    }
    Ok(())
}
