//! One pipeline: where it is to run, given the view of the fleet.

use crate::{
    decision::{Conditions, Decision, Reason, Wait},
    hash,
    question::{Question, Strategy},
    rejection::{Rejection, Severity},
    score::{self, ClusterScore},
    state::State,
    thrash::Move,
    view::View,
};
use std::cmp::Reverse;

/// What a pipeline wants.
pub(crate) struct Choice {
    pub(crate) decision: Decision,
    pub(crate) state: State,
    pub(crate) urgency: Urgency,
    /// How many moves it takes from the budget.
    pub(crate) moves: usize,
}

/// Who goes first when a fleet is decided, so that the others see what they reserve.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Urgency {
    /// A cluster is dead, or a person has ordered it.
    Emergency,
    /// It runs nowhere yet, or on too many or too few clusters.
    Placement,
    /// A cluster is unfit.
    Evacuation,
    /// Another one is better.
    Improvement,
    /// Nothing changes.
    Rest,
}

/// Decides for one pipeline.
pub(crate) fn choose(view: &View<'_>, question: &Question, state: &State) -> Choice {
    let mut chooser = Chooser::new(view, question, state);
    let (reason, urgency) = chooser.run();
    chooser.finish(reason, urgency)
}

struct Chooser<'a> {
    view: &'a View<'a>,
    question: &'a Question,
    /// The state before.
    before: &'a State,
    state: State,
    scores: Vec<ClusterScore>,
    /// Where it is to run.
    selected: Vec<String>,
    moves: Vec<(String, String)>,
    /// The cluster that it should leave and cannot, and why.
    stuck: Option<(String, Rejection)>,
}

impl<'a> Chooser<'a> {
    fn new(view: &'a View<'a>, question: &'a Question, before: &'a State) -> Self {
        let mut state = before.clone();
        state.unfit.retain(|cluster, _| state.selected.contains(cluster));
        state.caution.relax(view.now, question.policy.hold);
        let (scores, selected) = (scores(view, question, before), before.selected.clone());
        Self { view, question, before, state, scores, selected, moves: Vec::new(), stuck: None }
    }

    /// The reasons to change, from the strongest to the weakest. At most one of them is followed in a period.
    fn run(&mut self) -> (Reason, Urgency) {
        if let Some(done) = self.follow_order() {
            return done;
        }
        if let Some(done) = self.leave_dead() {
            return done;
        }
        if let Some(done) = self.resize() {
            return done;
        }
        if self.selected.is_empty() {
            return (Reason::NoFeasibleCluster, Urgency::Rest);
        }
        if self.question.moving {
            return (Reason::Moving, Urgency::Rest);
        }
        let unfit = self.leave_unfit();
        if let Some((reason, urgency @ Urgency::Evacuation)) = unfit {
            return (reason, urgency);
        }
        let improved = match self.question.policy.strategy {
            Strategy::Balanced => self.improve(),
            Strategy::LeastLoaded => self.least_loaded(),
        };
        // That it should not be where it is says more than that no other is better.
        match (&self.stuck, unfit, improved) {
            (Some((on, because)), _, (_, Urgency::Rest)) => {
                (Reason::Stuck { on: on.clone(), because: because.clone() }, Urgency::Rest)
            }
            (None, Some(unfit), (_, Urgency::Rest)) => unfit,
            (_, _, improved) => improved,
        }
    }

    /// A person's order: to those of the clusters that are possible.
    fn follow_order(&mut self) -> Option<(Reason, Urgency)> {
        let possible = |name: &&String| {
            self.scores.iter().any(|s| {
                let given_up = matches!(s.rejection, Some(Rejection::GivenUp { .. }));
                s.cluster == **name && s.severity() < Some(Severity::Unfit) && !given_up
            })
        };
        let mut ordered: Vec<String> = Vec::new();
        for name in self.question.ordered.iter().filter(possible) {
            if !ordered.contains(name) && ordered.len() < self.replicas() {
                ordered.push(name.clone());
            }
        }
        if ordered.is_empty() {
            return None;
        }
        if ordered.iter().all(|name| self.selected.contains(name)) && self.selected.len() == ordered.len() {
            return Some((Reason::Ordered, Urgency::Rest));
        }
        let left = self.selected.iter().filter(|name| !ordered.contains(name));
        let entered = ordered.iter().filter(|name| !self.selected.contains(name));
        self.moves = left.cloned().zip(entered.cloned()).collect();
        self.selected = ordered;
        Some((Reason::Ordered, Urgency::Emergency))
    }

    /// Dead clusters are left at once, whatever margin, hold and budget say.
    fn leave_dead(&mut self) -> Option<(Reason, Urgency)> {
        let mut reason = None;
        for from in self.selected.clone() {
            let Some(because) = self.rejection(&from, Severity::Dead) else { continue };
            // Who runs nowhere else is as good as new: it may go where nothing is known.
            let alone = self.selected.iter().all(|name| self.rejection(name, Severity::Dead).is_some());
            let target = self.best().map(|(to, _)| to).or_else(|| alone.then(|| self.blind()).flatten());
            let Some(to) = target else {
                self.stuck = Some((from, because));
                continue;
            };
            self.swap(&from, &to);
            reason = Some(Reason::Emergency { from, to, because });
        }
        reason.map(|reason| (reason, Urgency::Emergency))
    }

    /// As many clusters as there are to be replicas.
    fn resize(&mut self) -> Option<(Reason, Urgency)> {
        let wanted = self.replicas();
        let mut from = Vec::new();
        while self.selected.len() > wanted {
            let worst = self.worst().map(|(at, _)| at)?;
            from.push(self.selected.remove(worst));
        }
        if !from.is_empty() {
            return Some((Reason::Reduced { from }, Urgency::Placement));
        }
        let mut on: Vec<String> = Vec::new();
        while self.selected.len() < wanted {
            let Some((best, _)) = self.best() else { break };
            self.selected.push(best.clone());
            on.push(best);
        }
        if !on.is_empty() {
            return Some((Reason::Placed { on }, Urgency::Placement));
        }
        if !self.selected.is_empty() {
            return None;
        }
        while self.selected.len() < wanted {
            let Some(blind) = self.blind() else { break };
            self.selected.push(blind.clone());
            on.push(blind);
        }
        (!on.is_empty()).then_some((Reason::PlacedBlind { on }, Urgency::Placement))
    }

    /// A cluster that has been unfit for three periods is left, margin and hold notwithstanding, within the budget.
    fn leave_unfit(&mut self) -> Option<(Reason, Urgency)> {
        let mut answer = None;
        let view = self.view;
        for from in self.selected.clone() {
            let because = self.rejection(&from, Severity::Unfit);
            let mut streak = self.state.unfit.remove(&from).unwrap_or_default();
            streak.see(because.is_some(), view.now, view.fleet.every);
            let Some(because) = because else { continue };
            self.state.unfit.insert(from.clone(), streak);
            if answer.as_ref().is_some_and(|(_, urgency)| *urgency == Urgency::Evacuation) {
                continue; // one at a time
            }
            let Some((to, _)) = self.best() else {
                self.stuck.get_or_insert((from, because));
                continue;
            };
            let wait = if !streak.is_full() {
                Some(Wait::Periods(streak.periods()))
            } else if !view.has_budget() {
                Some(Wait::Budget)
            } else {
                None
            };
            answer = Some(if let Some(for_) = wait {
                (Reason::Waiting { to, gain: None, for_ }, Urgency::Rest)
            } else {
                self.swap(&from, &to);
                (Reason::Evacuated { from, to, because }, Urgency::Evacuation)
            });
        }
        answer
    }

    /// A better cluster is gone to when it has been better by the margin for three periods, the last change is `hold` ago
    /// and the budget allows.
    fn improve(&mut self) -> (Reason, Urgency) {
        let (view, policy) = (self.view, &self.question.policy);
        let margin = self.state.caution.margin(policy.margin());
        let challenger = self.best();
        let incumbent = self.worst().and_then(|(at, total)| Some((at, total?)));
        let gain = challenger.as_ref().zip(incumbent).map(|((_, best), (_, worst))| best - worst);
        let better = gain.is_some_and(|gain| gain > 0.0 && gain >= margin - ROUNDING);
        self.state.better.see(better, view.now, view.fleet.every);
        let Some((at, _)) = incumbent else { return (Reason::Blind, Urgency::Rest) };
        let (Some((to, _)), Some(gain)) = (challenger, gain) else {
            return (Reason::Steady { challenger: None, margin }, Urgency::Rest);
        };
        if !better {
            return (Reason::Steady { challenger: Some((to, gain)), margin }, Urgency::Rest);
        }
        let held = self.state.changed_at.map_or(policy.hold, |at| view.now.apart(at));
        let wait = if !self.state.better.is_full() {
            Some(Wait::Periods(self.state.better.periods()))
        } else if held < policy.hold {
            Some(Wait::Hold(policy.hold.checked_sub(held).unwrap()))
        } else if !view.has_budget() {
            Some(Wait::Budget)
        } else {
            None
        };
        if let Some(for_) = wait {
            return (Reason::Waiting { to, gain: Some(gain), for_ }, Urgency::Rest);
        }
        let from = self.selected[at].clone();
        self.swap(&from, &to);
        (Reason::Better { from, to, gain }, Urgency::Improvement)
    }

    /// The paper: always the cluster of the least load.
    fn least_loaded(&mut self) -> (Reason, Urgency) {
        let Some((at, Some(worst))) = self.worst() else { return (Reason::Blind, Urgency::Rest) };
        let Some((to, best)) = self.best() else {
            return (Reason::Steady { challenger: None, margin: 0.0 }, Urgency::Rest);
        };
        let gain = best - worst;
        if gain <= 0.0 {
            return (Reason::Steady { challenger: Some((to, gain)), margin: 0.0 }, Urgency::Rest);
        }
        let from = self.selected[at].clone();
        self.swap(&from, &to);
        (Reason::Better { from, to, gain }, Urgency::Improvement)
    }

    fn replicas(&self) -> usize {
        self.question.replicas.max(1) as usize
    }

    /// Why a cluster is not possible, if it is at least so bad.
    fn rejection(&self, cluster: &str, least: Severity) -> Option<Rejection> {
        let score = self.scores.iter().find(|score| score.cluster == cluster)?;
        score.rejection.clone().filter(|rejection| rejection.severity() >= least)
    }

    /// The best cluster that can be chosen and is not, with its score.
    fn best(&self) -> Option<(String, f64)> {
        let free = self.scores.iter().filter(|s| !s.incumbent && !self.selected.contains(&s.cluster));
        let rated = free.filter(|s| s.is_choosable()).filter_map(|s| Some((s, s.total?)));
        let best = rated.max_by(|(a, _), (b, _)| {
            let liking = || self.liking(&a.cluster).cmp(&self.liking(&b.cluster));
            grade(a.rank).cmp(&grade(b.rank)).then_with(liking)
        });
        best.map(|(score, total)| (score.cluster.clone(), total))
    }

    /// The place in `selected` of the cluster that is left first, with its score: the worst of those that are fit.
    fn worst(&self) -> Option<(usize, Option<f64>)> {
        let rated = self.selected.iter().enumerate().map(|(at, name)| {
            let score = self.scores.iter().find(|score| score.cluster == *name);
            let severity = score.and_then(ClusterScore::severity).filter(|s| *s >= Severity::Unfit);
            (at, severity, score.and_then(|s| s.total), name)
        });
        // Unknown is neither good nor bad: who is known is compared.
        let worst = rated.min_by_key(|(_, severity, total, name)| {
            (Reverse(*severity), total.is_none(), grade(total.unwrap_or_default()), self.liking(name))
        });
        worst.map(|(at, _, total, _)| (at, total))
    }

    /// A cluster of which nothing is known but that it is there: by hash, a larger one more likely.
    fn blind(&self) -> Option<String> {
        let unknown = |s: &&ClusterScore| {
            !self.selected.contains(&s.cluster) && s.severity() == Some(Severity::Unknown)
        };
        let sizes: Vec<(&str, Option<f64>)> =
            self.scores.iter().filter(unknown).map(|s| self.size(s)).collect();
        let known: Vec<f64> = sizes.iter().filter_map(|(_, cores)| *cores).collect();
        #[allow(clippy::cast_precision_loss)] // clusters are few
        let mean = if known.is_empty() { 1.0 } else { known.iter().sum::<f64>() / known.len() as f64 };
        let liking = |(name, cores): &(&str, Option<f64>)| {
            hash::weighted(&self.question.name, name, cores.unwrap_or(mean))
        };
        let liked = sizes.iter().max_by(|a, b| liking(a).total_cmp(&liking(b)));
        liked.map(|(name, _)| (*name).to_owned())
    }

    fn size<'s>(&self, score: &'s ClusterScore) -> (&'s str, Option<f64>) {
        let number = self.view.number(&score.cluster);
        (&score.cluster, number.and_then(|number| self.view.cluster(number).cores()))
    }

    fn liking(&self, cluster: &str) -> u64 {
        hash::rendezvous(&self.question.name, cluster)
    }

    fn swap(&mut self, from: &str, to: &str) {
        if let Some(place) = self.selected.iter_mut().find(|name| *name == from) {
            to.clone_into(place);
        }
        self.moves.push((from.to_owned(), to.to_owned()));
    }

    fn finish(mut self, reason: Reason, urgency: Urgency) -> Choice {
        let (now, hold) = (self.view.now, self.question.policy.hold);
        let changed = self.selected != self.before.selected;
        let moves = self.moves.len();
        for (from, to) in std::mem::take(&mut self.moves) {
            self.state.caution.note(&mut self.state.moves, Move { at: now, from, to }, hold);
        }
        if changed {
            self.state.select(self.selected.clone(), now);
        } else if self.question.moving {
            self.state.settled_at = Some(now);
        }
        let known = |s: &ClusterScore| s.total.is_some();
        let blind = self.scores.iter().any(|s| s.incumbent && s.severity() == Some(Severity::Unknown));
        let decision = Decision {
            changed,
            reason,
            conditions: Conditions {
                metrics_fresh: !blind && self.scores.iter().any(known),
                thrashing: !self.state.caution.is_none(),
                no_feasible_cluster: self.stuck.is_some() || self.selected.is_empty(),
            },
            selected: self.selected,
            scores: self.scores,
        };
        Choice { decision, state: self.state, urgency, moves }
    }
}

/// How much the last digits of a difference may be off.
const ROUNDING: f64 = 1e-9;

/// A score as a number that can be ordered; scores that differ by less than a millionth are a tie.
#[allow(clippy::cast_possible_truncation)] // what is huge is all the same
fn grade(total: f64) -> i64 {
    (total * 1e6).round() as i64
}

/// The scores of all candidates and of where the pipeline runs, by name.
fn scores(view: &View<'_>, question: &Question, state: &State) -> Vec<ClusterScore> {
    let mut numbers = Vec::with_capacity(question.candidates.len());
    let mut strangers: Vec<&String> = Vec::new();
    for name in &question.candidates {
        match view.number(name) {
            Some(number) => numbers.push(number),
            None => strangers.push(name),
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    let fits = view.fits(&question.needs);
    let mut scores: Vec<ClusterScore> = numbers
        .into_iter()
        .map(|number| {
            let incumbent = state.selected.contains(&view.cluster(number).cluster.name);
            score::score(view, question, &fits[number], number, incumbent)
        })
        .collect();
    let unregistered = strangers
        .into_iter()
        .map(|name| ClusterScore::impossible(name, state.selected.contains(name), Rejection::NotRegistered));
    let no_candidates = state.selected.iter().filter(|name| !question.candidates.contains(name));
    let no_candidates =
        no_candidates.map(|name| ClusterScore::impossible(name, true, Rejection::NotCandidate));
    for score in
        scores.iter_mut().filter(|score| !score.incumbent && score.severity() <= Some(Severity::Unknown))
    {
        if let Some(failure) = state.given_up.get(&score.cluster)
            && let Some(again) = failure.left(view.now)
        {
            score.rejection = Some(Rejection::GivenUp { times: failure.times, again });
        }
    }
    let others: Vec<ClusterScore> = unregistered.chain(no_candidates).collect();
    if !others.is_empty() {
        scores.extend(others);
        scores.sort_by(|a, b| a.cluster.cmp(&b.cluster));
        scores.dedup_by(|a, b| a.cluster == b.cluster);
    }
    scores
}
