//! What the engine remembers of a pipeline from one period to the next.

use crate::{
    Time,
    streak::Streak,
    thrash::{Caution, Move},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// For how many periods another cluster has been better by the margin.
    #[serde(skip_serializing_if = "Streak::is_none")]
    pub better: Streak,
    /// For how many periods a selected cluster has been unfit.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unfit: BTreeMap<String, Streak>,
}

impl State {
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
