//! The answer, and why.

use crate::{rejection::Rejection, score::ClusterScore};
use serde::Serialize;
use std::{fmt, time::Duration};

/// Where a pipeline is to run.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// The clusters; those that stay keep their places. Empty when there is none.
    pub selected: Vec<String>,
    /// Whether they are others than before.
    pub changed: bool,
    /// Why.
    pub reason: Reason,
    /// Every candidate and every cluster where it runs, by name: the terms of each score, and why it is not possible.
    pub scores: Vec<ClusterScore>,
    /// What is so now, for the status.
    pub conditions: Conditions,
}

/// What is so of a pipeline: conditions of its status, by their names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Conditions {
    /// False when no cluster's metrics are known, or not those of one where it runs. Then it stays.
    pub metrics_fresh: bool,
    /// It came back to where it was, so its margin is doubled.
    pub thrashing: bool,
    /// It runs nowhere, or where it should not, as there is no other.
    pub no_feasible_cluster: bool,
}

/// Why a pipeline is where it is. Clusters are names.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "reason", rename_all_fields = "camelCase")]
pub enum Reason {
    /// No cluster is possible.
    NoFeasibleCluster,
    /// The first placement, or more replicas: the best.
    Placed {
        /// Where it is new.
        on: Vec<String>,
    },
    /// The same without metrics: by hash and size.
    PlacedBlind {
        /// Where it is new.
        on: Vec<String>,
    },
    /// Fewer replicas.
    Reduced {
        /// What was left.
        from: Vec<String>,
    },
    /// A person's order.
    Ordered,
    /// A cluster is dead or no candidate any more.
    Emergency {
        /// What was left.
        from: String,
        /// What was chosen.
        to: String,
        /// Why it was left.
        because: Rejection,
    },
    /// A cluster has been unfit for three periods.
    Evacuated {
        /// What was left.
        from: String,
        /// What was chosen.
        to: String,
        /// Why it was left.
        because: Rejection,
    },
    /// Another cluster has been better by the margin for three periods.
    Better {
        /// What was left.
        from: String,
        /// What was chosen.
        to: String,
        /// By how much of the score.
        gain: f64,
    },
    /// It stays: no other is better by the margin.
    Steady {
        /// The best other cluster, and by how much of the score it is better (or not).
        #[serde(skip_serializing_if = "Option::is_none")]
        challenger: Option<(String, f64)>,
        /// By how much it would have to be.
        margin: f64,
    },
    /// It would move, and waits.
    Waiting {
        /// Where to.
        to: String,
        /// By how much of the score that is better; `None` when it is not about the score.
        #[serde(skip_serializing_if = "Option::is_none")]
        gain: Option<f64>,
        /// For what.
        for_: Wait,
    },
    /// It would have to move, and there is nowhere to go.
    Stuck {
        /// The cluster that it should leave.
        on: String,
        /// Why.
        because: Rejection,
    },
    /// It stays, as the metrics of its cluster are unknown.
    Blind,
    /// It stays until its last move is done.
    Moving,
}

/// What a move waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Wait {
    /// That it stays so for three periods; how many there were.
    Periods(u8),
    /// That the last change is `hold` ago; how long that takes.
    Hold(Duration),
    /// The fleet's budget of moves.
    Budget,
}

impl Reason {
    /// In one word, for a status.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NoFeasibleCluster => "NoFeasibleCluster",
            Self::Placed { .. } => "Placed",
            Self::PlacedBlind { .. } => "PlacedBlind",
            Self::Reduced { .. } => "Reduced",
            Self::Ordered => "Ordered",
            Self::Emergency { .. } => "Emergency",
            Self::Evacuated { .. } => "Evacuated",
            Self::Better { .. } => "Better",
            Self::Steady { .. } => "Steady",
            Self::Waiting { .. } => "Waiting",
            Self::Stuck { .. } => "Stuck",
            Self::Blind => "Blind",
            Self::Moving => "Moving",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFeasibleCluster => f.write_str("no cluster is possible"),
            Self::Placed { on } => write!(f, "placed on {}, which has the most room", on.join(", ")),
            Self::PlacedBlind { on } => {
                write!(f, "placed on {} by its size, as no metrics are known", on.join(", "))
            }
            Self::Reduced { from } => write!(f, "{} left, as fewer replicas are wanted", from.join(", ")),
            Self::Ordered => f.write_str("placed by order"),
            Self::Emergency { from, to, because } => write!(f, "from {from} to {to} at once: {because}"),
            Self::Evacuated { from, to, because } => write!(f, "from {from} to {to}: {because}"),
            Self::Better { from, to, gain } => {
                write!(f, "from {from} to {to}, which is better by {}", Points(*gain))
            }
            Self::Steady { challenger: None, .. } => f.write_str("stays: no other cluster is possible"),
            Self::Steady { challenger: Some((cluster, gain)), margin } if *gain > 0.0 => write!(
                f,
                "stays: {cluster} is better by {}, and a move takes {}",
                Points(*gain),
                Points(*margin)
            ),
            Self::Steady { .. } => f.write_str("stays: no other cluster is better"),
            Self::Waiting { to, gain, for_ } => {
                write!(f, "moves to {to}")?;
                if let Some(gain) = gain {
                    write!(f, ", which is better by {},", Points(*gain))?;
                }
                write!(f, " {for_}")
            }
            Self::Stuck { on, because } => write!(f, "stays on {on}, as no other is possible: {because}"),
            Self::Blind => f.write_str("stays: the metrics of its cluster are unknown"),
            Self::Moving => f.write_str("stays until its move is done"),
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Periods(so_far) => {
                write!(f, "if that lasts for {} periods ({so_far} so far)", crate::streak::PERIODS)
            }
            Self::Hold(left) => write!(f, "in {} s, when its last move is long enough ago", left.as_secs()),
            Self::Budget => f.write_str("as soon as the fleet's budget of moves allows"),
        }
    }
}

/// A part of the score, as people compare them.
struct Points(f64);

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1}%", self.0 * 100.0)
    }
}
