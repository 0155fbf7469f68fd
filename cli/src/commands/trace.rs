//! `efl trace`: what became of an event.

use super::{
    Exit, Failure,
    deploy::Format,
    runs::{self, complaint, parse_time, short, span},
};
use crate::{
    cluster::{Cluster, Name, pipelines, report_silent},
    terminal::Terminal,
};
use efl_compiler::units;
use efl_runtime::{
    Timestamp,
    inspect::{
        Pipeline,
        trace::{self, Arrival, Trace as Known},
    },
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

/// Show what became of an event: arrived, matched, ran where, answered
///
/// Without an id: the events that arrived lately, with the rules that fired. An id is what Argo gave the event; the name of a run
/// and the `Idempotency-Key` of a call are as good. What is known is what is in the logs of the sources and Sensors (as long as
/// their pods live), on the runs (as long as they are kept), and what functions printed with their key.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl trace                                            events of the last hour
  efl trace 77914c4d362c4e4988e62b05be7e6ab9
  efl trace crossing-heavy-cac6f64ac13d9903fde38e7e64e22484    by a key that a function was called with
  efl trace --of crossing-safety --since 10m

Exit codes: 0 it is known, 1 nothing is known of it, a cluster did not answer, or there are errors.")]
pub(crate) struct Trace {
    /// The id of an event, the name of a run, or an `Idempotency-Key`
    id: Option<String>,
    /// Only of this orchestrator: NAME or NAMESPACE/NAME
    #[arg(long, value_name = "ORCHESTRATOR")]
    of: Option<Name>,
    /// How far back logs are read
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_time)]
    since: units::Duration,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    #[command(flatten)]
    cluster: Cluster,
}

impl Trace {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        self.cluster.with_places(async |places| {
            let pipelines = pipelines(places, self.of.as_ref()).await?;
            let since = Some(Duration::from_millis(self.since.0));
            let known = trace::all(places, &pipelines, since).await;
            let silent: Vec<(String, String)> = known.silent.iter().cloned().collect();
            let Some(id) = &self.id else {
                self.print(&known, &pipelines, &lately(&known))?;
                return Ok(Exit::errors(report_silent(&silent)));
            };
            let ids = known.meant(id);
            if ids.is_empty() {
                report_silent(&silent);
                return Err(Failure::failed(format!(
                    "nothing is known of `{id}` in the last {}\n  help: --since looks further back; efl trace lists the events that arrived",
                    self.since
                )));
            }
            let known = known.of(&ids).with_prints(places, &pipelines, since).await;
            self.print(&known, &pipelines, &story(&known, &pipelines))?;
            Ok(Exit::errors(report_silent(&silent)))
        })
    }

    fn print(&self, known: &Known, pipelines: &[Pipeline], human: &str) -> Result<(), Failure> {
        match self.format {
            Format::Human if human.is_empty() => Terminal::message("no event arrived"),
            Format::Human => Terminal::print(human)?,
            Format::Json => {
                let runs: Vec<Value> = known.runs.iter().map(|run| runs::json(run, pipelines)).collect();
                let all = json!({
                    "arrivals": known.arrivals, "firings": known.firings, "runs": runs, "printed": known.printed,
                });
                Terminal::print(&(serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"))?;
            }
        }
        Ok(())
    }
}

fn clock(at: Option<Timestamp>) -> String {
    at.map(|at| at.strftime("%Y-%m-%d %H:%M:%S%.3fZ").to_string()).unwrap_or_default()
}

/// A line for each event, with what fired.
fn lately(known: &Known) -> String {
    let mut by_id: BTreeMap<(Option<Timestamp>, &str), Vec<&Arrival>> = BTreeMap::new();
    for arrival in &known.arrivals {
        by_id.entry((arrival.at, &arrival.id)).or_default().push(arrival);
    }
    let mut out = String::new();
    for ((at, id), arrivals) in by_id {
        let fired = known.firings.iter().filter(|firing| firing.ids.iter().any(|of| of == id));
        let mut rules: Vec<String> = fired
            .map(|f| format!("{}{}", f.rule, if f.error.is_some() { " (failed)" } else { "" }))
            .collect();
        rules.dedup();
        let what =
            if rules.is_empty() { "no rule is known to have fired".to_owned() } else { rules.join(", ") };
        for a in arrivals {
            let _ = writeln!(
                out,
                "{}  {id}  {} {}/{}/{}: {what}",
                clock(at),
                a.cluster,
                a.pipeline,
                a.source,
                a.event
            ); // a String takes everything
        }
    }
    out
}

/// What became of events, in the order in which it happened.
fn story(known: &Known, pipelines: &[Pipeline]) -> String {
    let place = |path: &str, kind: &str, name: &str| {
        let pipeline = pipelines.iter().find(|p| p.path() == path)?;
        let declaration = format!("{}/{kind}/{name}", pipeline.standing.name);
        pipeline.standing.place(&declaration).map(|at| format!("  {at}"))
    };
    let mut lines: Vec<(Option<Timestamp>, u8, String)> = Vec::new();
    for a in &known.arrivals {
        let how = a.error.as_ref().map(|why| format!(", and did not get onto the bus: {why}"));
        let at = place(&a.pipeline, "source", &a.source).unwrap_or_default();
        lines.push((
            a.at,
            0,
            format!(
                "arrived   {} {}/{} event {} {}{}{at}",
                a.cluster,
                a.pipeline,
                a.source,
                a.event,
                a.id,
                how.unwrap_or_default()
            ),
        ));
    }
    for f in &known.firings {
        let at = place(&f.pipeline, "rule", &f.rule).unwrap_or_default();
        let what = match (&f.error, f.dead_letter, f.call) {
            (Some(why), true, _) => format!(
                "dead      {} {}/{}: its dead-letter function failed: {why}",
                f.cluster, f.pipeline, f.rule
            ),
            (None, true, _) => format!(
                "dead      {} {}/{}: given to its dead-letter function",
                f.cluster, f.pipeline, f.rule
            ),
            (Some(why), ..) => format!("failed    {} {}/{}: {why}", f.cluster, f.pipeline, f.rule),
            (None, _, true) => {
                format!("answered  {} {}/{}: its function took the call", f.cluster, f.pipeline, f.rule)
            }
            (None, _, false) => {
                format!("matched   {} {}/{}: its workflow was started", f.cluster, f.pipeline, f.rule)
            }
        };
        lines.push((f.at, if f.call { 4 } else { 1 }, what + &at));
    }
    for run in &known.runs {
        lines.push((run.started, 2, format!("ran       {} {}/{}", run.cluster, run.target, run.name)));
        for step in run.steps.iter().filter(|step| step.finished.is_some()) {
            let said = step.message.as_deref().or(step.result.as_deref()).unwrap_or_default();
            lines.push((
                step.finished,
                4,
                format!("  step    {} {}: {} {}", run.cluster, step.name, step.phase, short(said)),
            ));
        }
        let took = match (run.started, run.finished) {
            (Some(from), Some(to)) => format!(" after {}", span(from, to)),
            _ => String::new(),
        };
        if run.finished.is_some() {
            let why = complaint(run, pipelines).map(|why| format!(": {why}")).unwrap_or_default();
            lines.push((
                run.finished,
                5,
                format!("ended     {} {}: {}{took}{why}", run.cluster, run.name, run.phase),
            ));
        }
    }
    for print in &known.printed {
        lines.push((
            print.at,
            3,
            format!("  printed {} {}: {}", print.cluster, print.function, short(&print.text)),
        ));
    }
    // Argo Workflows tells seconds only.
    lines.sort_by_key(|(at, rank, _)| (at.map(Timestamp::as_second), *rank, *at));
    let mut out = String::new();
    for (at, _, line) in lines {
        let _ = writeln!(out, "{}  {line}", clock(at)); // a String takes everything
    }
    if known.firings.is_empty() && known.runs.is_empty() {
        out.push_str("no rule is known to have fired with it: no predicate held, or the rule waits for another event\n");
    }
    out
}
