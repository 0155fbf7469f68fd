//! `efl status`: where orchestrators run, and how they are.

use super::{Exit, Failure, deploy::Format};
use crate::{
    cluster::{Cluster, Name, refused},
    terminal::{Stream, Terminal},
};
use efl_compiler::spec::{ConditionStatus, Phase, PlacementDecisionStatus};
use efl_runtime::{
    Client,
    deploy::{self, Standing},
};
use serde_json::{Value, json};
use std::{fmt::Write as _, time::Duration};

/// Show where orchestrators run and how they are
///
/// Without a name every orchestrator has a line. With one: its conditions, why it is where it is, how each cluster scored, and
/// what is not well, at its line of the file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl status
  efl status crossing-safety --watch
  efl status smart-city/crossing-safety --format json

Exit codes: 0 all are ready, 1 some are not, or there are errors.")]
pub(crate) struct Status {
    /// An orchestrator: NAME or NAMESPACE/NAME
    name: Option<Name>,
    /// Only of this namespace
    #[arg(short, long, conflicts_with = "name")]
    namespace: Option<String>,
    /// Show it again when it changes, until Ctrl-C
    #[arg(short, long)]
    watch: bool,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    #[command(flatten)]
    cluster: Cluster,
}

impl Status {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let cluster = self.cluster.clone();
        cluster.with(async |client, _| {
            let mut last = String::new();
            loop {
                let (text, ready) = self.once(&client).await?;
                if text != last {
                    if self.watch && Terminal::is_terminal(Stream::Out) {
                        Terminal::clear();
                    }
                    Terminal::print(&text)?;
                    last = text;
                }
                if !self.watch {
                    return Ok(Exit::errors(!ready));
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        })
    }

    /// The text, and whether all are ready.
    async fn once(&self, client: &Client) -> Result<(String, bool), Failure> {
        if let Some(name) = &self.name {
            let (namespace, name) = name.find(client).await?;
            let found =
                deploy::standing(client, &namespace, &name).await.map_err(refused("read the status"))?;
            let Some(standing) = found else {
                return Err(Failure::failed(format!("there is no orchestrator {namespace}/{name}")));
            };
            let text = match self.format {
                Format::Human => detail(&standing),
                Format::Json => pretty(&json(&standing)),
            };
            return Ok((text, standing.is_ready()));
        }
        let all =
            deploy::all(client, self.namespace.as_deref()).await.map_err(refused("list orchestrators"))?;
        let ready = all.iter().all(Standing::is_ready);
        let text = match self.format {
            Format::Human if all.is_empty() => "there are no orchestrators\n".to_owned(),
            Format::Human => table(&all),
            Format::Json => pretty(&all.iter().map(json).collect::<Vec<_>>().into()),
        };
        Ok((text, ready))
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// An orchestrator for programs.
pub(crate) fn json(standing: &Standing) -> Value {
    json!({
        "namespace": standing.namespace, "name": standing.name, "generation": standing.generation,
        "ready": standing.is_ready(), "paused": standing.paused, "status": standing.status,
        "placement": standing.decision.as_ref().map(|decision| {
            let mut decision = serde_json::to_value(decision).unwrap_or_default();
            // What the engine remembers is its own.
            decision.as_object_mut().map(|map| map.shift_remove("state"));
            decision
        }),
    })
}

fn phase(standing: &Standing) -> String {
    if standing.paused {
        return "Paused".to_owned();
    }
    match standing.status.phase {
        _ if !standing.is_observed() => "Waiting".to_owned(),
        Some(phase) => format!("{phase:?}"),
        None => "Waiting".to_owned(),
    }
}

fn table(all: &[Standing]) -> String {
    let rows: Vec<[String; 4]> = all
        .iter()
        .map(|s| {
            let why = match s.status.phase {
                Some(Phase::Ready) => String::new(),
                _ => s
                    .condition("Ready")
                    .map(|c| c.message.lines().next().unwrap_or_default().to_owned())
                    .unwrap_or_default(),
            };
            [format!("{}/{}", s.namespace, s.name), phase(s), s.status.selected.join(","), why]
        })
        .collect();
    columns(&["ORCHESTRATOR", "PHASE", "CLUSTERS", ""], &rows)
}

/// A table of left-aligned columns.
pub(super) fn columns<const N: usize>(head: &[&str; N], rows: &[[String; N]]) -> String {
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([head[at].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut out = String::new();
    let head = head.map(str::to_owned);
    for row in [&head].into_iter().chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:width$}  "); // a String takes everything
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn detail(standing: &Standing) -> String {
    let mut out = format!("{}/{}: {}", standing.namespace, standing.name, phase(standing));
    if !standing.status.selected.is_empty() {
        let _ = write!(out, " on {}", standing.status.selected.join(", "));
    }
    out.push('\n');
    for condition in &standing.status.conditions {
        let mark = match condition.status {
            ConditionStatus::True => "yes",
            ConditionStatus::False => "no",
            ConditionStatus::Unknown => "?",
        };
        let _ = writeln!(
            out,
            "  {:<14} {mark:<4} {:<14} {}",
            condition.ty,
            condition.reason,
            condition.message.replace('\n', "; ")
        );
    }
    if let Some(decision) = &standing.decision {
        placement(decision, &mut out);
    }
    for problem in standing.problems() {
        let _ = writeln!(out, "  {problem}");
    }
    out
}

fn placement(decision: &PlacementDecisionStatus, out: &mut String) {
    if let Some(migration) = &decision.migration {
        let (from, to) = (migration.from.join(", "), migration.to.join(", "));
        let since = migration.phase_started_at.as_deref().unwrap_or("?");
        let _ = writeln!(out, "  moves from {from} to {to}: {:?} since {since}", migration.phase);
    }
    if let Some(first) = decision.decisions.first() {
        let at = decision.decided_at.as_deref().unwrap_or("?");
        let _ = writeln!(out, "  placement: {} (decision {} at {at})", first.reason, decision.decision_id);
    }
    let rows: Vec<[String; 4]> = decision
        .scores
        .iter()
        .map(|score| {
            let terms: Vec<String> =
                score.terms.iter().map(|(name, points)| format!("{name} {points:.3}")).collect();
            let rejected = decision.rejected.iter().find(|r| r.cluster == score.cluster);
            let why = rejected.map(|r| format!("{}: {}", r.reason, r.message)).unwrap_or_default();
            ["  ".to_owned() + &score.cluster, format!("{:.3}", score.total), terms.join(", "), why]
        })
        .collect();
    if !rows.is_empty() {
        out.push_str(&columns(&["  CLUSTER", "SCORE", "OF", ""], &rows));
    }
}
