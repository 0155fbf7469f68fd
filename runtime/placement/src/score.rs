//! How good a cluster is for a pipeline: what is free of it, weighed; and why it is not possible.
//!
//! ```text
//! score = Σ w · (1 − load) / Σ w      over cpu, memory, the pipeline's metrics and `pending`, each load from 0 to 1
//! ```
//!
//! Loads are absolute. Stretching them between the least and the most loaded cluster, as Open Cluster Management's
//! prioritizers do, makes 0 against 100 of 50.0 % against 50.1 %.

use crate::{
    Time,
    fit::Fit,
    fleet,
    question::{PENDING, PENDING_WEIGHT, Question, Strategy},
    rejection::{Rejection, Resource, Severity},
    scorer::{SCORER, Scores},
    view::{As, Seen, View},
};
use serde::Serialize;
use std::{borrow::Cow, time::Duration};

/// How a candidate scored.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterScore {
    /// Its name.
    pub cluster: String,
    /// Whether the pipeline runs there.
    pub incumbent: bool,
    /// The score, 0..1: of the incumbent as it is, of the others with what the pipeline would bring. `None` when a number
    /// that counts is unknown.
    pub total: Option<f64>,
    /// The same, but below 0 for what is fuller than full: of two of them the emptier one is still better.
    #[serde(skip)]
    pub(crate) rank: f64,
    /// What it is made of.
    pub terms: Vec<Term>,
    /// How old its newest sample is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_age: Option<Duration>,
    /// Why it cannot be chosen, or, if the pipeline runs there, why it cannot be judged or must be left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
}

/// A part of a score.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    /// `cpu`, `memory`, `pending`, a metric of the fleet, or `scorer`.
    pub name: Cow<'static, str>,
    /// How much is in use, from 0; more than 1 is what has been placed there beyond what it has. Of a scorer it is what it
    /// left of 1.
    pub load: Option<f64>,
    /// What it counts for, as a part of one.
    pub weight: f64,
}

impl Term {
    /// What it adds to the score.
    pub fn points(&self) -> Option<f64> {
        Some(self.weight * (1.0 - self.load?.min(1.0)))
    }
}

impl ClusterScore {
    /// Whether a pipeline that is not there may be placed there.
    pub const fn is_choosable(&self) -> bool {
        self.rejection.is_none() && self.total.is_some()
    }

    pub(crate) fn severity(&self) -> Option<Severity> {
        self.rejection.as_ref().map(Rejection::severity)
    }

    /// A cluster of which nothing is known but why it is not possible.
    pub(crate) fn impossible(cluster: &str, incumbent: bool, rejection: Rejection) -> Self {
        Self {
            cluster: cluster.to_owned(),
            incumbent,
            total: None,
            rank: 0.0,
            terms: Vec::new(),
            sample_age: None,
            rejection: Some(rejection),
        }
    }
}

/// The score of a cluster for a pipeline that runs there or might.
pub(crate) fn score(
    view: &View<'_>,
    question: &Question,
    fit: &Fit,
    number: usize,
    incumbent: bool,
) -> ClusterScore {
    let seen = view.cluster(number);
    let as_ = match question.policy.strategy {
        Strategy::LeastLoaded => As::Measured,
        Strategy::Balanced if incumbent => As::Incumbent,
        Strategy::Balanced => As::Challenger(question),
    };
    let terms = terms(view, question, seen, as_);
    // A metric that counts for nothing need not be known.
    let counting = || terms.iter().filter(|term| term.weight > 0.0);
    let total = counting().map(Term::points).sum::<Option<f64>>().filter(|_| counting().next().is_some());
    let rank = counting().map(|term| term.weight * (1.0 - term.load.unwrap_or_default())).sum();
    let rejection = (fit.unfit.clone())
        .or_else(|| incumbent.then(|| over_limit(question, seen)).flatten())
        .or_else(|| (!incumbent).then(|| fit.closed.clone()).flatten())
        .or_else(|| unknown(view, seen, &terms))
        .or_else(|| matches!(as_, As::Challenger(_)).then(|| full(question, seen)).flatten());
    ClusterScore {
        cluster: seen.cluster.name.clone(),
        incumbent,
        total,
        rank,
        terms,
        sample_age: sample_age(seen, view.now),
        rejection,
    }
}

/// What counts, normalised. A weight that makes no sense counts for nothing.
fn terms(view: &View<'_>, question: &Question, seen: &Seen<'_>, as_: As<'_>) -> Vec<Term> {
    let sane = |weight: f64| if weight.is_finite() { weight.clamp(0.0, 1e9) } else { 0.0 };
    let mut terms = Vec::with_capacity(question.metrics.len() + 3);
    for (resource, weight) in
        [(Resource::Cpu, question.weights.cpu), (Resource::Memory, question.weights.memory)]
    {
        let load = seen.load(resource, as_);
        terms.push(Term { name: Cow::Borrowed(resource.name()), load, weight: sane(weight) });
    }
    let mut pending = PENDING_WEIGHT;
    for metric in &question.metrics {
        if metric.name == PENDING {
            pending = metric.weight;
            continue;
        }
        let sample = seen.cluster.metrics.get(&metric.name).copied();
        let load = fleet::utilisation(sample, view.now, view.fleet.stale_after);
        terms.push(Term { name: Cow::Owned(metric.name.clone()), load, weight: sane(metric.weight) });
    }
    if view.counts_pods {
        // One pod that waits is half of the worst, three are three quarters: any number comes to less than one.
        let load = seen.unschedulable.map(|pods| 1.0 - 1.0 / (1.0 + pods));
        terms.push(Term { name: Cow::Borrowed(PENDING), load, weight: sane(pending) });
    }
    let sum: f64 = terms.iter().map(|term| term.weight).sum();
    if sum > 0.0 {
        for term in &mut terms {
            term.weight /= sum;
        }
    }
    if let (Some(scores), Strategy::Balanced) = (&view.fleet.scores, question.policy.strategy) {
        score_elsewhere(scores, seen, &mut terms);
    }
    terms
}

/// An external score counts alone, less what has changed since it was given: what has just moved, and what would come. The
/// other terms are only shown.
fn score_elsewhere(scores: &Scores, seen: &Seen<'_>, terms: &mut Vec<Term>) {
    let changed = |resource: Resource| {
        let term = &terms[resource as usize];
        Some(term.weight * (term.load? - seen.load(resource, As::Measured)?))
    };
    let changed = changed(Resource::Cpu).zip(changed(Resource::Memory)).map(|(cpu, memory)| cpu + memory);
    let load = scores.get(&seen.cluster.name).zip(changed).map(|(score, changed)| 1.0 - score + changed);
    for term in terms.iter_mut() {
        term.weight = 0.0;
    }
    terms.push(Term { name: Cow::Borrowed(SCORER), load: load.map(|load| load.max(0.0)), weight: 1.0 });
}

/// Why who is there must leave when it stays so: it is above its limit. The paper has no limit.
fn over_limit(question: &Question, seen: &Seen<'_>) -> Option<Rejection> {
    if question.policy.strategy == Strategy::LeastLoaded {
        return None;
    }
    [Resource::Cpu, Resource::Memory].into_iter().find_map(|resource| {
        let (load, limit) = (seen.load(resource, As::Incumbent)?, question.policy.limit.of(resource));
        (load > limit).then_some(Rejection::OverLimit { resource, load, limit })
    })
}

/// The number that counts and is not known. CPU and memory always count: without them nobody knows what fits.
fn unknown(view: &View<'_>, seen: &Seen<'_>, terms: &[Term]) -> Option<Rejection> {
    for resource in [Resource::Cpu, Resource::Memory] {
        if seen.is_measured(resource) && seen.load(resource, As::Incumbent).is_none() {
            return Some(Rejection::UnknownCapacity { resource });
        }
    }
    let counts = |term: &&Term| term.weight > 0.0 || term.name == "cpu" || term.name == "memory";
    let term = terms.iter().filter(counts).find(|term| match &*term.name {
        "cpu" => !seen.is_measured(Resource::Cpu),
        "memory" => !seen.is_measured(Resource::Memory),
        _ => term.load.is_none(),
    })?;
    let cluster = seen.cluster;
    let sample = match &*term.name {
        "cpu" => cluster.cpu,
        "memory" => cluster.memory,
        PENDING => cluster.unschedulable,
        name => cluster.metrics.get(name).copied(),
    };
    let age = sample.filter(|s| s.value.is_finite()).map(|s| view.now.since(s.at));
    let age = age.filter(|age| *age > view.fleet.stale_after);
    Some(Rejection::StaleMetrics { metric: term.name.clone().into_owned(), age })
}

/// Why nothing new may come: there is no room.
fn full(question: &Question, seen: &Seen<'_>) -> Option<Rejection> {
    if let Some(pods) = seen.unschedulable.filter(|pods| *pods > 0.0) {
        return Some(Rejection::UnschedulablePods { pods });
    }
    [Resource::Cpu, Resource::Memory].into_iter().find_map(|resource| {
        let Some(load) = seen.load(resource, As::Newcomer(question)) else {
            return Some(Rejection::UnknownCapacity { resource });
        };
        let limit = question.policy.limit.of(resource);
        (load > limit).then_some(Rejection::NoHeadroom { resource, load, limit })
    })
}

fn sample_age(seen: &Seen<'_>, now: Time) -> Option<Duration> {
    let cluster = seen.cluster;
    let samples = [cluster.cpu, cluster.memory, cluster.unschedulable];
    samples.into_iter().flatten().map(|sample| now.since(sample.at)).min()
}
