//! The world of a run: what clusters and pipelines really use, and what Prometheus says of it a while later.

use super::{
    noise::Noise,
    scenario::{PERIOD, Scenario},
};
use crate::{Cluster, Fleet, Question, Request, Sample, Time};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Every cluster has so many cores and bytes.
const CORES: f64 = 16.0;
const BYTES: f64 = 64.0 * 1_073_741_824.0;
/// How much of a cluster a pipeline uses, about.
const FOOTPRINT: f64 = 0.08;
/// How slowly a load wanders: what is left of it after a period, so that ten minutes forget it.
const MEMORY: f64 = 0.975;

/// How slow the world is, in periods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slowness {
    /// What a sample is the mean of.
    pub window: u64,
    /// How long a move takes. Until it is done both clusters carry the pipeline.
    pub transit: u64,
}

impl Default for Slowness {
    /// `rate()` over a minute, and moves that take no time.
    fn default() -> Self {
        Self { window: 4, transit: 0 }
    }
}

/// The world. What contenders decide does not change its noise.
pub(crate) struct World {
    scenario: Scenario,
    slowness: Slowness,
    noise: Noise,
    /// Where each pipeline runs, or is on its way to.
    pub(crate) places: Vec<usize>,
    /// Which cluster each pipeline has last left, and from which period on it is gone from there.
    leaving: Vec<Option<(usize, u64)>>,
    /// What each pipeline uses of a cluster.
    footprints: Vec<f64>,
    /// How far each cluster's load has wandered.
    wandered: Vec<f64>,
    /// The last true loads of each cluster.
    window: Vec<VecDeque<f64>>,
    /// The last sample of each cluster.
    samples: Vec<Option<Sample>>,
    pub(crate) period: u64,
}

impl World {
    pub(crate) fn new(scenario: Scenario, seed: u64, slowness: Slowness) -> Self {
        let noise = Noise(seed);
        let pipelines = scenario.pipelines();
        let clusters = scenario.clusters();
        let mut world = Self {
            scenario,
            slowness,
            noise,
            leaving: vec![None; pipelines],
            places: (0..pipelines).map(|pipeline| scenario.start(pipeline, noise)).collect(),
            footprints: (0..pipelines as u64).map(|p| FOOTPRINT * (0.7 + 0.6 * noise.even(101, p))).collect(),
            wandered: vec![0.0; clusters],
            window: vec![VecDeque::new(); clusters],
            samples: vec![None; clusters],
            period: 0,
        };
        world.measure();
        world
    }

    /// The time: some day in 2001.
    pub(crate) const fn now(&self) -> Time {
        Time(1_000_000_000_000 + self.period * PERIOD * 1_000)
    }

    /// The questions of its pipelines.
    pub(crate) fn questions(&self) -> Vec<Question> {
        let candidates: Vec<String> = (0..self.window.len()).map(name).collect();
        let part = |pipeline: usize| {
            self.footprints[pipeline] * self.scenario.requested(pipeline as u64, self.noise)
        };
        (0..self.places.len())
            .map(|pipeline| Question {
                name: format!("city/pipeline-{pipeline}"),
                candidates: candidates.clone(),
                request: Request { cpu: part(pipeline) * CORES, memory: part(pipeline) * BYTES },
                ..Question::default()
            })
            .collect()
    }

    /// What can be seen of it.
    pub(crate) fn fleet(&self) -> Fleet {
        let cluster = |number: usize| Cluster {
            name: name(number),
            ready: self.is_up(number),
            cpu_capacity: Some(CORES),
            memory_capacity: Some(BYTES),
            cpu: self.samples[number],
            memory: self.samples[number],
            metrics: BTreeMap::new(),
            ..Cluster::default()
        };
        Fleet {
            every: Duration::from_secs(PERIOD),
            clusters: (0..self.window.len()).map(cluster).collect(),
            ..Fleet::default()
        }
    }

    /// How many clusters there are, or will be.
    pub(crate) const fn clusters(&self) -> usize {
        self.scenario.clusters()
    }

    /// The last sample of a cluster, fresh or not.
    pub(crate) fn sample(&self, cluster: usize) -> Option<f64> {
        self.samples[cluster].map(|sample| sample.value)
    }

    /// Whether a cluster's metrics have not arrived for more than a minute, so that who decides should know.
    pub(crate) fn is_blind(&self, cluster: usize) -> bool {
        self.samples[cluster].is_none_or(|sample| self.now().since(sample.at) > Fleet::default().stale_after)
    }

    /// Whether a cluster is there.
    pub(crate) const fn is_up(&self, cluster: usize) -> bool {
        self.scenario.is_up(cluster, self.period)
    }

    /// What a cluster really has to do: 1 is all that it can, and there may be more.
    pub(crate) fn load(&self, cluster: usize) -> f64 {
        let (_, jumps) = self.scenario.unrest();
        let base = self.scenario.base(cluster, self.period) + self.wandered[cluster];
        let jump = jumps * self.noise.normal(200 + cluster as u64, self.period);
        let here = |pipeline: &usize| {
            let leaving =
                self.leaving[*pipeline].is_some_and(|(from, gone)| from == cluster && gone > self.period);
            self.places[*pipeline] == cluster || leaving
        };
        let used: f64 = (0..self.places.len()).filter(here).map(|pipeline| self.footprints[pipeline]).sum();
        (base + jump + used).max(0.0)
    }

    /// Whether a pipeline's move is not done yet.
    pub(crate) fn is_moving(&self, pipeline: usize) -> bool {
        self.leaving[pipeline].is_some_and(|(_, gone)| gone > self.period)
    }

    /// Pipelines go where they are to run.
    pub(crate) fn go(&mut self, places: Vec<usize>) {
        for (pipeline, (from, to)) in self.places.iter().zip(&places).enumerate() {
            if from != to {
                self.leaving[pipeline] = Some((*from, self.period + self.slowness.transit));
            }
        }
        self.places = places;
    }

    /// A period passes.
    pub(crate) fn advance(&mut self) {
        self.period += 1;
        let (wanders, _) = self.scenario.unrest();
        let step = wanders * (1.0 - MEMORY * MEMORY).sqrt();
        for (cluster, wandered) in self.wandered.iter_mut().enumerate() {
            *wandered = MEMORY * *wandered + step * self.noise.normal(300 + cluster as u64, self.period);
        }
        self.measure();
    }

    fn measure(&mut self) {
        for cluster in 0..self.window.len() {
            let load = self.load(cluster).min(1.0);
            let window = &mut self.window[cluster];
            window.push_back(load);
            if window.len() as u64 > self.slowness.window {
                window.pop_front();
            }
            #[allow(clippy::cast_precision_loss)] // few
            let mean = self.window[cluster].iter().sum::<f64>() / self.window[cluster].len() as f64;
            if self.is_up(cluster) && self.scenario.is_seen(cluster, self.period) {
                self.samples[cluster] = Some(Sample { value: mean, at: self.now() });
            }
        }
    }
}

/// A cluster's name.
pub(crate) fn name(cluster: usize) -> String {
    format!("cluster-{}", cluster + 1)
}
