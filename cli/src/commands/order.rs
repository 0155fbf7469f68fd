//! What a person orders: `efl pause`, `resume`, `move`, `cordon`, `uncordon`, `delete`.

use super::{Exit, Failure};
use crate::{
    cluster::{Cluster, Name, refused},
    terminal::Terminal,
};
use efl_compiler::spec::PlacementDecisionStatus;
use efl_runtime::{Client, deploy};
use std::time::{Duration, Instant};

/// Leave an orchestrator as it is, whatever happens
///
/// The runtime changes nothing of it, and does not move it, until `efl resume`. What runs goes on running.
#[derive(Debug, clap::Args)]
pub(crate) struct Pause {
    /// NAME or NAMESPACE/NAME
    name: Name,
    #[command(flatten)]
    cluster: Cluster,
}

/// Let the runtime care for a paused orchestrator again
#[derive(Debug, clap::Args)]
pub(crate) struct Resume {
    /// NAME or NAMESPACE/NAME
    name: Name,
    #[command(flatten)]
    cluster: Cluster,
}

/// Move an orchestrator to clusters of your choice
///
/// It moves without losing an event, as it does by itself, and stays there until `--auto`. `efl status --watch` shows how far
/// it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl move crossing-safety --to edge-b
  efl move crossing-safety --auto         placement chooses again")]
pub(crate) struct Move {
    /// NAME or NAMESPACE/NAME
    name: Name,
    /// The clusters, as many as the placement has replicas
    #[arg(long, value_name = "CLUSTER", value_delimiter = ',', required_unless_present = "auto")]
    to: Vec<String>,
    /// Let placement choose again
    #[arg(long, conflicts_with = "to")]
    auto: bool,
    #[command(flatten)]
    cluster: Cluster,
}

/// Keep new pipelines away from a cluster
///
/// What runs there stays; `efl move` takes it away.
#[derive(Debug, clap::Args)]
pub(crate) struct Cordon {
    /// The cluster, by Karmada's name
    member: String,
    #[command(flatten)]
    cluster: Cluster,
}

/// Let pipelines come to a cluster again
#[derive(Debug, clap::Args)]
pub(crate) struct Uncordon {
    /// The cluster, by Karmada's name
    member: String,
    #[command(flatten)]
    cluster: Cluster,
}

/// Delete orchestrators with everything they became
#[derive(Debug, clap::Args)]
pub(crate) struct Delete {
    /// NAME or NAMESPACE/NAME
    #[arg(required = true)]
    names: Vec<Name>,
    /// How long to wait until everything is gone; `0s` does not wait
    #[arg(long, value_name = "TIME", default_value = "2m")]
    wait: efl_compiler::units::Duration,
    #[command(flatten)]
    cluster: Cluster,
}

/// The orchestrator of a name, which must be there.
async fn there(client: &Client, name: &Name) -> Result<(String, String), Failure> {
    let (namespace, name) = name.find(client).await?;
    match deploy::standing(client, &namespace, &name).await.map_err(refused("read the orchestrator"))? {
        Some(_) => Ok((namespace, name)),
        None => Err(Failure::failed(format!("there is no orchestrator {namespace}/{name}"))),
    }
}

fn pause(cluster: &Cluster, name: &Name, paused: bool) -> Result<Exit, Failure> {
    cluster.with(async |client, _| {
        let (namespace, name) = there(&client, name).await?;
        let done = deploy::pause(&client, (&namespace, &name), paused).await;
        done.map_err(refused("annotate the orchestrator"))?;
        Terminal::message(&format!("{namespace}/{name} is {}", if paused { "paused" } else { "resumed" }));
        Ok(Exit::Ok)
    })
}

impl Pause {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        pause(&self.cluster, &self.name, true)
    }
}

impl Resume {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        pause(&self.cluster, &self.name, false)
    }
}

/// A member of that name, or which there are.
async fn member(client: &Client, name: &str) -> Result<(), Failure> {
    let members = deploy::members(client).await.map_err(refused("list the clusters"))?;
    if members.iter().any(|(known, ..)| known == name) {
        return Ok(());
    }
    let names: Vec<&str> = members.iter().map(|(name, ..)| name.as_str()).collect();
    let known = if names.is_empty() {
        "this is not Karmada".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    };
    Err(Failure::failed(format!("Karmada has no cluster `{name}`: {known}")))
}

/// Why an order cannot be followed now, a line for each cluster. One that never can be is refused.
fn impossible(to: &[String], decision: &PlacementDecisionStatus) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    for cluster in to {
        if !decision.scores.is_empty() && !decision.scores.iter().any(|score| score.cluster == *cluster) {
            let candidates: Vec<&str> = decision.scores.iter().map(|score| score.cluster.as_str()).collect();
            return Err(Failure::failed(format!(
                "{cluster} is not a candidate: the placement has {}",
                candidates.join(", ")
            )));
        }
        // A person may send it to where placement would not: a full cluster, one that is cordoned or not measured.
        let rejection = decision.rejected.iter().find(|rejection| {
            rejection.cluster == *cluster && !OVERRULED.contains(&rejection.reason.as_str())
        });
        if let Some(rejection) = rejection {
            lines.push(format!(
                "{cluster} is not possible now ({}: {}): it moves there when that has passed",
                rejection.reason, rejection.message
            ));
        }
    }
    Ok(lines)
}

/// The reasons of placement against a cluster that an order overrules.
const OVERRULED: [&str; 5] =
    ["StaleMetrics", "UnknownCapacity", "UnschedulablePods", "NoHeadroom", "Cordoned"];

impl Move {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        self.cluster.with(async |client, _| {
            let (namespace, name) = there(&client, &self.name).await?;
            for cluster in &self.to {
                member(&client, cluster).await?;
            }
            let standing = deploy::standing(&client, &namespace, &name).await;
            let decision = standing.map_err(refused("read the placement"))?.and_then(|found| found.decision);
            let why_not = match decision {
                Some(decision) => impossible(&self.to, &decision)?,
                None => Vec::new(),
            };
            let done = deploy::move_to(&client, (&namespace, &name), &self.to).await;
            done.map_err(refused("annotate the orchestrator"))?;
            Terminal::message(&if self.auto {
                format!("placement chooses for {namespace}/{name} again")
            } else {
                format!(
                    "{namespace}/{name} is to move to {}: efl status {namespace}/{name} --watch",
                    self.to.join(", ")
                )
            });
            for line in why_not {
                Terminal::message(&line);
            }
            Ok(Exit::Ok)
        })
    }
}

fn cordon(cluster: &Cluster, name: &str, cordoned: bool) -> Result<Exit, Failure> {
    cluster.with(async |client, _| {
        member(&client, name).await?;
        deploy::cordon(&client, name, cordoned).await.map_err(refused("annotate the cluster"))?;
        let what = if cordoned { "takes no new pipelines" } else { "takes new pipelines again" };
        Terminal::message(&format!("{name} {what}"));
        Ok(Exit::Ok)
    })
}

impl Cordon {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        cordon(&self.cluster, &self.member, true)
    }
}

impl Uncordon {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        cordon(&self.cluster, &self.member, false)
    }
}

impl Delete {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        self.cluster.with(async |client, _| {
            let mut going = Vec::new();
            for name in &self.names {
                let (namespace, name) = there(&client, name).await?;
                deploy::delete(&client, (&namespace, &name))
                    .await
                    .map_err(refused("delete the orchestrator"))?;
                going.push((namespace, name));
            }
            let (began, limit) = (Instant::now(), Duration::from_millis(self.wait.0));
            while !going.is_empty() && began.elapsed() < limit {
                let mut left = Vec::new();
                for (namespace, name) in going {
                    let still = deploy::standing(&client, &namespace, &name).await;
                    if still.map_err(refused("read the orchestrator"))?.is_some() {
                        left.push((namespace, name));
                    } else {
                        Terminal::message(&format!("{namespace}/{name} is deleted"));
                    }
                }
                going = left;
                tokio::time::sleep(Duration::from_millis(if going.is_empty() { 0 } else { 300 })).await;
            }
            if going.is_empty() || limit.is_zero() {
                return Ok(Exit::Ok);
            }
            let names: Vec<String> =
                going.iter().map(|(namespace, name)| format!("{namespace}/{name}")).collect();
            Terminal::message(&format!(
                "still being deleted: {}. Is `efl runtime run` running?",
                names.join(", ")
            ));
            Ok(Exit::Late)
        })
    }
}
