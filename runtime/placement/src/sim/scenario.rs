//! The worlds that are simulated: how much load there is, where and when, and what of it can be seen.

use super::noise::Noise;
use serde::Serialize;

/// Seconds of a period.
pub const PERIOD: u64 = 15;

/// What happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scenario {
    /// Load that wanders around the same mean everywhere.
    Stationary,
    /// As stationary, and pipelines request nothing, so that nobody knows what they use.
    Modest,
    /// One cluster gets busy for good; one pipeline runs there.
    Step,
    /// Load that jumps with every sample, by less than the margin.
    Noise,
    /// Metrics are lost, of one cluster and then of all, while load changes.
    Loss,
    /// A cluster comes that is empty, to nine that are not.
    Herd,
    /// Days that begin at another hour in each cluster.
    Diurnal,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Stationary, Self::Modest, Self::Step, Self::Noise, Self::Loss, Self::Herd, Self::Diurnal];

    /// What happens, in a line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Stationary => {
                "24 pipelines on 3 clusters for 2 hours; load wanders around the same mean everywhere"
            }
            Self::Modest => "as stationary, but pipelines request nothing, so nobody knows what they use",
            Self::Step => "3 pipelines on 3 clusters; after 30 minutes one cluster gets busy for good",
            Self::Noise => "as stationary, but load jumps with every sample, by less than the margin",
            Self::Loss => {
                "as stationary, but metrics are lost, of one cluster and then of all, while load changes"
            }
            Self::Herd => "72 pipelines on 9 clusters; after 30 minutes a tenth cluster comes, and is empty",
            Self::Diurnal => {
                "as stationary, but for 24 hours, with days that begin at another hour in each cluster"
            }
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stationary => "stationary",
            Self::Modest => "modest",
            Self::Step => "step",
            Self::Noise => "noise",
            Self::Loss => "loss",
            Self::Herd => "herd",
            Self::Diurnal => "diurnal",
        }
    }

    /// How long it lasts, in periods.
    pub const fn periods(self) -> u64 {
        match self {
            Self::Diurnal => 24 * 3_600 / PERIOD,
            _ => 2 * 3_600 / PERIOD,
        }
    }

    /// How many clusters there are.
    pub const fn clusters(self) -> usize {
        match self {
            Self::Herd => 10,
            _ => 3,
        }
    }

    /// How many pipelines there are.
    pub const fn pipelines(self) -> usize {
        match self {
            Self::Step => 3,
            Self::Herd => 72,
            _ => 24,
        }
    }

    /// The period in which something happens that calls for a move.
    pub const fn event(self) -> Option<u64> {
        match self {
            Self::Step | Self::Herd => Some(minutes(30)),
            Self::Loss => Some(minutes(70)),
            Self::Stationary | Self::Modest | Self::Noise | Self::Diurnal => None,
        }
    }

    /// Whether a cluster is there.
    pub(crate) const fn is_up(self, cluster: usize, period: u64) -> bool {
        !matches!(self, Self::Herd) || cluster != 9 || period >= minutes(30)
    }

    /// Whether a cluster's metrics arrive. Those of the first are lost for half an hour, then all for twenty minutes.
    pub(crate) const fn is_seen(self, cluster: usize, period: u64) -> bool {
        let one = cluster == 0 && period >= minutes(20) && period < minutes(50);
        let all = period >= minutes(65) && period < minutes(85);
        !(matches!(self, Self::Loss) && (one || all))
    }

    /// Where a pipeline is in the beginning: spread at random, but one on each cluster in `step`.
    pub(crate) fn start(self, pipeline: usize, noise: Noise) -> usize {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let random = |among: usize| (noise.even(100, pipeline as u64) * among as f64) as usize;
        match self {
            Self::Step => pipeline,
            Self::Herd => pipeline % 9,
            _ => random(self.clusters()),
        }
    }

    /// What a pipeline requests, as a part of what it uses: not quite that.
    pub(crate) fn requested(self, pipeline: u64, noise: Noise) -> f64 {
        match self {
            Self::Modest => 0.0,
            _ => 0.7 + 0.6 * noise.even(102, pipeline),
        }
    }

    /// What else runs on a cluster, as a part of it, without noise.
    pub(crate) fn base(self, cluster: usize, period: u64) -> f64 {
        match self {
            Self::Stationary | Self::Modest | Self::Noise => 0.1,
            Self::Step if cluster == 0 && period >= minutes(30) => 0.75,
            Self::Step => 0.3,
            Self::Loss if cluster == 1 && period >= minutes(70) => 0.3,
            Self::Loss => 0.05,
            Self::Herd => 0.1,
            Self::Diurnal => {
                0.15 + 0.15 * wave(period, 24 * 3_600 / PERIOD, cluster as u64 * 8 * 3_600 / PERIOD)
            }
        }
    }

    /// How much the load of a cluster wanders (over ten minutes) and jumps (from sample to sample): standard deviations.
    pub(crate) const fn unrest(self) -> (f64, f64) {
        match self {
            Self::Stationary | Self::Modest | Self::Loss | Self::Herd | Self::Diurnal => (0.03, 0.02),
            Self::Step => (0.0, 0.01),
            Self::Noise => (0.0, 0.06),
        }
    }
}

/// Periods of so many minutes.
const fn minutes(minutes: u64) -> u64 {
    minutes * 60 / PERIOD
}

/// A wave between -1 and 1, without a sine, whose last digit would be another on another machine: two parabolas.
#[allow(clippy::cast_precision_loss)] // periods of a day
fn wave(period: u64, length: u64, shift: u64) -> f64 {
    let at = 2.0 * ((period + shift) % length) as f64 / length as f64;
    if at < 1.0 { 4.0 * at * (1.0 - at) } else { -4.0 * (at - 1.0) * (2.0 - at) }
}
