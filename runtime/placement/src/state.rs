//! What the engine remembers of a pipeline from one period to the next.

use crate::{
    Time,
    streak::Streak,
    thrash::{Caution, Move},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// What is remembered of a pipeline. It goes into a status and comes back after a restart; the fleet's reservations and its
/// budget of moves are sums over the states of its pipelines, so nothing else needs to be kept.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct State {
    /// Where it runs, or is on its way to.
    pub selected: Vec<String>,
    /// Where it ran before the last change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub previous: Vec<String>,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Time>,
    /// When the last change was done, or is not yet: reservations are counted from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Time>,
    /// The last moves, at most [`crate::thrash::REMEMBERED`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
    /// How often the margin is doubled.
    #[serde(skip_serializing_if = "Caution::is_none")]
    pub caution: Caution,
    /// Moves that were given up, by the cluster that they were to.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub given_up: BTreeMap<String, GivenUp>,
    /// For how many periods another cluster has been better by the margin.
    #[serde(skip_serializing_if = "Streak::is_none")]
    pub better: Streak,
    /// For how many periods a selected cluster has been unfit.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unfit: BTreeMap<String, Streak>,
}

/// How long a cluster is not tried again after the first move to it that was given up; each further one doubles it.
const PENANCE: Duration = Duration::from_mins(2);
/// The longest.
const LONGEST_PENANCE: Duration = Duration::from_hours(1);

/// Moves to a cluster that were given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct GivenUp {
    /// How many in a row.
    pub times: u32,
    /// When it may be tried again.
    pub until: Time,
}

impl GivenUp {
    /// For how long it is not to be tried yet. Who is farther away than the longest penance is of another clock.
    pub(crate) fn left(self, now: Time) -> Option<Duration> {
        let left = self.until.since(now);
        (!left.is_zero() && left <= LONGEST_PENANCE).then_some(left)
    }
}

impl State {
    /// Takes note of a move that was given up: it runs where it was, and the clusters that it was to go to are not tried for a
    /// while, longer each time. A day later that is forgotten.
    pub fn give_up(&mut self, from: &[String], to: &[String], now: Time) {
        self.given_up.retain(|_, failure| now.since(failure.until) < Duration::from_hours(24));
        for cluster in to.iter().filter(|cluster| !from.contains(cluster)) {
            let failure = self.given_up.entry(cluster.clone()).or_default();
            failure.times = failure.times.saturating_add(1);
            let penance = PENANCE.saturating_mul(1 << (failure.times - 1).min(10)).min(LONGEST_PENANCE);
            failure.until = now.after(penance);
        }
        let decided = self.changed_at;
        self.moves.retain(|m| Some(m.at) != decided || !to.contains(&m.to)); // it did not take place
        self.select(from.to_vec(), now);
    }

    /// Whether another state is worth writing to the API server: more than the counts of periods differs, which a restart
    /// may forget.
    pub fn is_news(&self, other: &Self) -> bool {
        let lasting = |state: &Self| Self {
            settled_at: None,
            better: Streak::default(),
            unfit: BTreeMap::new(),
            ..state.clone()
        };
        lasting(self) != lasting(other)
    }

    /// Takes note of a change.
    pub(crate) fn select(&mut self, selected: Vec<String>, now: Time) {
        self.previous = std::mem::replace(&mut self.selected, selected);
        self.changed_at = Some(now);
        self.settled_at = Some(now);
        self.better = Streak::default();
        self.unfit.retain(|cluster, _| self.selected.contains(cluster));
    }
}
