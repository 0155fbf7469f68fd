//! The view that a whole fleet shares in one period: what was measured, what was decided and cannot be measured yet, and how
//! many moves are left.

use crate::{
    Time,
    fit::{self, Fit},
    fleet::{self, Cluster, Fleet},
    question::{Needs, Question, Request},
    rejection::Resource,
    state::State,
    streak::PERIODS,
};
use rustc_hash::FxHashMap;
use std::{collections::BTreeMap, time::Duration};

/// The fleet's budget is so many moves in this time.
const MINUTE: Duration = Duration::from_mins(1);
/// A part of a capacity that is more than anybody could mean; keeps sums of nonsense finite.
const HUGE: f64 = 1e6;
/// What a pipeline is taken to use of a cluster at least, when scores are compared. Requests are often missing or far too
/// small, and who believes them thrashes: without this the simulator's 24 pipelines that request nothing move 60 times an
/// hour under stationary load.
const LEAST_SHARE: f64 = 0.05;

/// The fleet now. Clusters are numbers here: their places in the order of their names.
pub(crate) struct View<'a> {
    pub(crate) fleet: &'a Fleet,
    pub(crate) now: Time,
    clusters: Vec<Seen<'a>>,
    numbers: FxHashMap<&'a str, usize>,
    /// What each cluster is for those who need the same: pipelines are many, what they need are few.
    fits: BTreeMap<&'a Needs, Vec<Fit>>,
    /// Whether unschedulable pods are counted at all: on a fleet without kube-state-metrics nobody knows them, and they
    /// are left out of every score.
    pub(crate) counts_pods: bool,
    /// How many moves may still begin.
    budget: u32,
}

/// A cluster as it is seen now. What is `None` is unknown.
pub(crate) struct Seen<'a> {
    pub(crate) cluster: &'a Cluster,
    /// Pods of ours that wait for a node.
    pub(crate) unschedulable: Option<f64>,
    /// Utilisation, 0 to 1: CPU, memory.
    measured: [Option<f64>; 2],
    /// Cores, bytes.
    capacity: [Option<f64>; 2],
    /// What was just placed there; `None` when nobody knows which part of the cluster that is.
    placed: [Option<Share>; 2],
    /// What has just left it.
    left: [Option<Share>; 2],
}

/// What pipelines use of a cluster, as a part of it.
#[derive(Clone, Copy, Default)]
struct Share {
    /// What they request.
    requested: f64,
    /// What they are taken to use.
    assumed: f64,
}

impl Share {
    fn add(sum: &mut Option<Self>, more: Option<Self>) {
        *sum = sum.zip(more).map(|(sum, more)| Self {
            requested: sum.requested + more.requested,
            assumed: sum.assumed + more.assumed,
        });
    }
}

/// How a cluster is looked at. What is only reserved argues for staying: no cluster looks worse than it was measured to who
/// is there, and none better to who is not.
#[derive(Clone, Copy)]
pub(crate) enum As<'q> {
    /// As it was measured: the paper's view.
    Measured,
    /// By who runs there: without what has just gone.
    Incumbent,
    /// By who might come: with what has just come, and with what it would bring.
    Challenger(&'q Question),
    /// The same, by requests alone: whether there is room.
    Newcomer(&'q Question),
}

impl<'a> View<'a> {
    /// The view of a fleet whose pipelines have come to these states.
    pub(crate) fn new(fleet: &'a Fleet, pipelines: &[(&'a Question, &'a State)], now: Time) -> Self {
        let mut clusters: Vec<Seen<'a>> = fleet.clusters.iter().map(|c| Seen::new(c, fleet, now)).collect();
        clusters.sort_by(|a, b| a.cluster.name.cmp(&b.cluster.name));
        clusters.dedup_by(|a, b| a.cluster.name == b.cluster.name);
        let numbers = clusters.iter().enumerate().map(|(n, seen)| (seen.cluster.name.as_str(), n)).collect();
        let counts_pods = clusters.iter().any(|seen| seen.unschedulable.is_some());
        let fits = BTreeMap::new();
        let mut view = Self { fleet, now, clusters, numbers, fits, counts_pods, budget: fleet.moves };
        let lasts = fleet.every.saturating_mul(u32::from(PERIODS));
        for (question, state) in pipelines {
            let clusters = view.clusters.iter();
            view.fits
                .entry(&question.needs)
                .or_insert_with(|| clusters.map(|seen| fit::fit(&question.needs, seen.cluster)).collect());
            view.spend(state.moves.iter().filter(|m| now.apart(m.at) < MINUTE).count());
            let visible = state.settled_at.is_none_or(|at| now.apart(at) >= lasts);
            if question.moving || !visible {
                view.reserve(question, &state.previous, &state.selected);
            }
        }
        view
    }

    /// A cluster's number.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    /// A cluster.
    pub(crate) fn cluster(&self, number: usize) -> &Seen<'a> {
        &self.clusters[number]
    }

    /// What each cluster is, by its number, for who needs this; it must be one of the pipelines of the view.
    pub(crate) fn fits(&self, needs: &Needs) -> &[Fit] {
        self.fits.get(needs).expect("it is a pipeline of the view")
    }

    /// A pipeline goes from some clusters to others: reserved where it is new, released where it was.
    pub(crate) fn reserve(&mut self, question: &Question, from: &[String], to: &[String]) {
        for (clusters, others, placed) in [(to, from, true), (from, to, false)] {
            for cluster in clusters.iter().filter(|cluster| !others.contains(cluster)) {
                let Some(number) = self.number(cluster) else { continue };
                let seen = &mut self.clusters[number];
                for resource in [Resource::Cpu, Resource::Memory] {
                    let share = seen.share(resource, question);
                    let book = if placed { &mut seen.placed } else { &mut seen.left };
                    Share::add(&mut book[resource as usize], share);
                }
            }
        }
    }

    /// Moves have begun.
    pub(crate) fn spend(&mut self, moves: usize) {
        self.budget = self.budget.saturating_sub(u32::try_from(moves).unwrap_or(u32::MAX));
    }

    /// Whether another move may begin.
    pub(crate) const fn has_budget(&self) -> bool {
        self.budget > 0
    }
}

impl<'a> Seen<'a> {
    fn new(cluster: &'a Cluster, fleet: &Fleet, now: Time) -> Self {
        let utilisation = |sample| fleet::utilisation(sample, now, fleet.stale_after);
        let capacity = |amount: Option<f64>| amount.filter(|a| a.is_finite() && *a > 0.0);
        Self {
            cluster,
            unschedulable: fleet::count(cluster.unschedulable, now, fleet.stale_after),
            measured: [utilisation(cluster.cpu), utilisation(cluster.memory)],
            capacity: [capacity(cluster.cpu_capacity), capacity(cluster.memory_capacity)],
            placed: [Some(Share::default()); 2],
            left: [Some(Share::default()); 2],
        }
    }

    /// How much of a resource is in use, 0 and more.
    pub(crate) fn load(&self, resource: Resource, as_: As<'_>) -> Option<f64> {
        let at = resource as usize;
        let (measured, placed, left) = (self.measured[at]?, self.placed[at], self.left[at]);
        match as_ {
            As::Measured => Some(measured),
            As::Incumbent => Some((measured - left?.assumed).max(0.0)),
            As::Challenger(own) => Some(measured + placed?.assumed + self.share(resource, own)?.assumed),
            As::Newcomer(own) => Some(measured + placed?.requested + self.share(resource, own)?.requested),
        }
    }

    /// What a pipeline would use of it. A request of nothing is a request of nothing, whatever there is.
    fn share(&self, resource: Resource, question: &Question) -> Option<Share> {
        if question.functions_pinned {
            return Some(Share::default());
        }
        let requested = match question.footprint()?.of(resource) {
            0.0 => 0.0,
            amount => (amount / self.capacity[resource as usize]?).min(HUGE),
        };
        Some(Share { requested, assumed: requested.max(LEAST_SHARE) })
    }

    /// What it weighs where only sizes are known, in cores.
    pub(crate) const fn cores(&self) -> Option<f64> {
        self.capacity[0]
    }

    /// Whether a resource was measured.
    pub(crate) const fn is_measured(&self, resource: Resource) -> bool {
        self.measured[resource as usize].is_some()
    }
}

impl Request {
    /// How much of one resource.
    pub(crate) const fn of(self, resource: Resource) -> f64 {
        match resource {
            Resource::Cpu => self.cpu,
            Resource::Memory => self.memory,
        }
    }
}
