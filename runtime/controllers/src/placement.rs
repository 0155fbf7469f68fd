//! The placement controller: each period it observes the clusters, decides for every pipeline at once, and writes what is
//! new.

use crate::{
    api::{self, DECISION, MOVE_TO, PLACEMENT_MANAGER},
    client::persistent,
    conditions::{Conditions, clipped, now},
    installation::{Installation, Member, Members, members},
    migration::same,
    observe::{MetricsSource, Observed, Reading, Scorer},
    telemetry::Telemetry,
};
use efl_compiler::{
    spec::{
        ClusterDecision, ClusterScore, ConditionStatus, Migration, MigrationPhase, PlacementDecisionSpec,
        PlacementDecisionStatus, Rejection, Strategy, fleet::FleetSpec,
    },
    units,
};
use efl_placement::{
    Cluster, Effect, Fleet, Limit, MetricWeight, Needs, Policy, Question, Request, Sample, State, Taint,
    Time, Weights, decide_fleet,
};
use kube::{
    Api, Client,
    api::{DynamicObject, Patch, PatchParams},
    runtime::reflector::Store,
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;

/// What every cluster must serve for a pipeline.
const NEEDED: [&str; 2] = ["serving.knative.dev/v1/Service", "argoproj.io/v1alpha1/EventSource"];
/// By how much a score must differ from the written one to be written again.
const SCORE_STEP: f64 = 0.05;
/// Scores and messages are written once in this time; that a condition changes or a cluster is rejected [`NEWS`] times. What comes and
/// goes each period, as at a limit, would be written each period.
const QUIET: Duration = Duration::from_mins(1);
/// See [`QUIET`].
const NEWS: usize = 3;

/// What the controller works with.
pub struct Placement {
    pub client: Client,
    pub decisions: Store<DynamicObject>,
    pub installation: watch::Receiver<Installation>,
    pub source: Arc<dyn MetricsSource>,
    pub scorer: Scorer,
    pub telemetry: Arc<Telemetry>,
}

/// A pipeline's question as it stands in the API server.
struct Asked {
    namespace: String,
    name: String,
    generation: Option<i64>,
    question: Question,
    state: State,
    status: PlacementDecisionStatus,
}

impl Placement {
    /// Decides each period, for ever.
    pub async fn run(mut self) {
        let mut known: BTreeMap<String, Observed> = BTreeMap::new();
        let mut states: BTreeMap<(String, String), Remembered> = BTreeMap::new();
        loop {
            let fleet = self.installation.borrow_and_update().fleet().cloned();
            let period = fleet.as_ref().map_or(Duration::from_secs(5), |f| Duration::from_millis(f.every.0));
            if let Some(fleet) = fleet
                && let Err(error) = self.once(&fleet, &mut known, &mut states).await
            {
                tracing::warn!(%error, "nothing was decided in this period");
            }
            tokio::select! {
                () = tokio::time::sleep(period) => {}
                changed = self.installation.changed() => if changed.is_err() { return },
            }
        }
    }

    async fn once(
        &self,
        fleet: &FleetSpec,
        known: &mut BTreeMap<String, Observed>,
        states: &mut BTreeMap<(String, String), Remembered>,
    ) -> Result<(), crate::client::ApiError> {
        let (members, observed) = tokio::join!(members(&self.client), self.source.observe(fleet));
        let members = members?;
        known.retain(|name, _| fleet.clusters.iter().any(|cluster| cluster.name == *name));
        for (name, newer) in observed {
            for problem in &newer.problems {
                tracing::debug!(cluster = name, problem, "metrics");
            }
            known.entry(name).or_default().update(newer);
        }
        let now_ = time(SystemTime::now());
        let mut view = view(fleet, &members, known);
        let scored = match &fleet.scorer {
            Some(url) => Some(self.scorer.ask(url, &view).await),
            None => None,
        };
        if let Some(Err(why)) = &scored {
            tracing::warn!(%why, "the scorer is of no use; the built-in score decides");
        }
        self.telemetry.scorer_fails.store(matches!(scored, Some(Err(_))), Relaxed);
        view.scores = scored.as_ref().and_then(|answer| answer.clone().ok());
        let scorer_failed = scored.map(|answer| answer.err());
        let fresh = |sample: Option<Sample>| sample.is_some_and(|s| now_.since(s.at) <= view.stale_after);
        let stale = view.clusters.iter().filter(|c| !fresh(c.cpu) || !fresh(c.memory)).count();
        self.telemetry.stale_clusters.store(stale as u64, Relaxed);

        let asked: Vec<Asked> = self.decisions.state().iter().filter_map(|o| asked(o, states)).collect();
        states.retain(|key, _| asked.iter().any(|a| (&a.namespace, &a.name) == (&key.0, &key.1)));
        let questions: Vec<(&Question, &State)> = asked.iter().map(|a| (&a.question, &a.state)).collect();
        let decided = decide_fleet(&view, &questions, now_);
        for (asked, (decision, state)) in asked.iter().zip(decided) {
            let status = answer(asked, &decision, &state, scorer_failed.as_ref(), known);
            let remembered = states.entry((asked.namespace.clone(), asked.name.clone())).or_default();
            remembered.state = state;
            if !is_news(asked, remembered, &status) {
                continue;
            }
            remembered.written.push(Instant::now());
            if decision.changed {
                Telemetry::count(&self.telemetry.decisions);
                tracing::info!(
                    orchestrator = %format!("{}/{}", asked.namespace, asked.name),
                    selected = ?decision.selected, reason = %decision.reason, "decided"
                );
            }
            self.write(asked, &status).await;
        }
        Ok(())
    }

    async fn write(&self, asked: &Asked, status: &PlacementDecisionStatus) {
        let api: Api<DynamicObject> =
            Api::namespaced_with(self.client.clone(), &asked.namespace, &DECISION.resource());
        let patch = Patch::Apply(
            json!({ "apiVersion": "efl.dev/v1alpha1", "kind": "PlacementDecision", "status": status }),
        );
        let params = PatchParams::apply(PLACEMENT_MANAGER).force();
        Telemetry::count(&self.telemetry.writes);
        if let Err(error) = persistent(|| api.patch_status(&asked.name, &params, &patch)).await {
            tracing::warn!(%error, decision = asked.name, "a decision was not written; it is made again");
        }
    }
}

/// What is remembered of a pipeline from period to period.
#[derive(Default)]
struct Remembered {
    /// Of the engine: newer than what is written, as not every period is worth a write.
    state: State,
    /// When its status was written lately.
    written: Vec<Instant>,
}

/// A moment as the engine counts.
fn time(moment: SystemTime) -> Time {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn sample(reading: Option<Reading>) -> Option<Sample> {
    reading.map(|reading| Sample { value: reading.value, at: time(reading.at) })
}

/// The fleet as the engine sees it.
fn view(fleet: &FleetSpec, members: &Members, known: &BTreeMap<String, Observed>) -> Fleet {
    let cluster = |spec: &efl_compiler::spec::fleet::FleetCluster| {
        let member = members.get(&spec.name).cloned().unwrap_or_else(Member::default);
        let observed = known.get(&spec.name).cloned().unwrap_or_default();
        let effect = |effect: &str| match effect {
            "NoSchedule" => Some(Effect::NoSchedule),
            "NoExecute" => Some(Effect::NoExecute),
            _ => None,
        };
        // Karmada taints a cluster that is not ready; whether it is alive is a question of its own.
        let taints = member.taints.into_iter().filter(|(key, ..)| !key.starts_with("cluster.karmada.io/"));
        let metrics = observed.metrics.into_iter();
        Cluster {
            name: spec.name.clone(),
            ready: member.ready,
            cordoned: member.cordoned,
            labels: member.labels,
            taints: taints
                .filter_map(|(key, value, e)| Some(Taint { key, value, effect: effect(&e)? }))
                .collect(),
            apis: member.apis,
            cpu_capacity: member.cpu,
            memory_capacity: member.memory,
            cpu: sample(observed.cpu),
            memory: sample(observed.memory),
            unschedulable: sample(observed.pending),
            metrics: metrics.filter_map(|(name, reading)| Some((name, sample(Some(reading))?))).collect(),
        }
    };
    Fleet {
        every: Duration::from_millis(fleet.every.0),
        stale_after: Duration::from_millis(fleet.stale_after.0),
        moves: fleet.moves,
        scores: None,
        clusters: fleet.clusters.iter().map(cluster).collect(),
    }
}

/// A PlacementDecision as a question. One that is malformed is said to be so, and left.
fn asked(object: &DynamicObject, states: &BTreeMap<(String, String), Remembered>) -> Option<Asked> {
    let (namespace, name) = (object.metadata.namespace.clone()?, object.metadata.name.clone()?);
    if object.metadata.deletion_timestamp.is_some() {
        return None;
    }
    let read = || -> Result<_, serde_json::Error> {
        let spec: PlacementDecisionSpec = serde_json::from_value(object.data["spec"].clone())?;
        Ok((spec, api::part::<PlacementDecisionStatus>(object, "status")?))
    };
    let (spec, status) = match read() {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(%error, decision = name, "a PlacementDecision is malformed");
            return None;
        }
    };
    let key = (namespace.clone(), name.clone());
    let written = || status.state.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let remembered = states.get(&key).map(|remembered| remembered.state.clone());
    let state = remembered.or_else(written).unwrap_or_default();
    let mut state = state;
    let given_up = status.migration.as_ref().filter(|migration| migration.phase == MigrationPhase::Abort);
    if let Some(Migration { from, to, .. }) = given_up
        && same(&state.selected, to)
    {
        state.give_up(from, to, time(SystemTime::now()));
    }
    // While a move is taken back another may be decided.
    let moving = status.migration.is_some() && given_up.is_none();
    let annotations = object.metadata.annotations.as_ref();
    let ordered = annotations.and_then(|a| a.get(MOVE_TO)).map(String::as_str).unwrap_or_default();
    let ordered = ordered.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let question = question(&spec, &format!("{namespace}/{name}"), ordered, moving);
    Some(Asked { namespace, name, generation: object.metadata.generation, question, state, status })
}

fn question(spec: &PlacementDecisionSpec, name: &str, ordered: Vec<String>, moving: bool) -> Question {
    let duration = |d: units::Duration| Duration::from_millis(d.0);
    let policy = &spec.policy;
    Question {
        name: name.to_owned(),
        candidates: spec.candidates.clone(),
        replicas: spec.replicas,
        needs: Needs { apis: NEEDED.iter().map(|&api| api.to_owned()).collect(), ..Needs::default() },
        weights: Weights { cpu: spec.weights.cpu, memory: spec.weights.memory },
        metrics: spec
            .metrics
            .iter()
            .map(|metric| MetricWeight { name: metric.name.clone(), weight: metric.weight })
            .collect(),
        request: Request {
            cpu: spec.request.cpu.value().unwrap_or(f64::NAN),
            memory: spec.request.memory.value().unwrap_or(f64::NAN),
        },
        policy: Policy {
            strategy: match policy.strategy {
                Strategy::Balanced => efl_placement::Strategy::Balanced,
                Strategy::LeastLoaded => efl_placement::Strategy::LeastLoaded,
            },
            margin: policy.margin,
            hold: duration(policy.hold),
            limit: Limit { cpu: policy.limit.cpu, memory: policy.limit.memory },
        },
        functions_pinned: !spec.pin.functions.is_empty(),
        ordered,
        moving,
    }
}

/// The status that says what was decided and why. `scorer` is why the external scorer was of no use, where there is one; `known` is
/// what was observed of the clusters.
fn answer(
    asked: &Asked,
    decision: &efl_placement::Decision,
    state: &State,
    scorer: Option<&Option<String>>,
    known: &BTreeMap<String, Observed>,
) -> PlacementDecisionStatus {
    // Why a cluster is not measured, on a line.
    let unmeasured = |cluster: &str| {
        let problems = &known.get(cluster)?.problems;
        (!problems.is_empty()).then(|| problems.join("; "))
    };
    let old = &asked.status;
    let changed = decision.selected != old.selected;
    let score = |cluster: &str| decision.scores.iter().find(|s| s.cluster == cluster).and_then(|s| s.total);
    let mut conditions = Conditions::new(&old.conditions, asked.generation, now());
    let reason = decision.reason.word();
    let is = decision.conditions;
    let missing =
        decision.scores.iter().filter_map(|s| Some(format!("{}: {}", s.cluster, unmeasured(&s.cluster)?)));
    let missing = missing.take(8).collect::<Vec<_>>().join("\n");
    conditions.is(
        "MetricsFresh",
        is.metrics_fresh,
        if is.metrics_fresh { "Fresh" } else { "Stale" },
        missing,
    );
    conditions.is("Thrashing", is.thrashing, if is.thrashing { "MarginDoubled" } else { "Calm" }, "");
    let none = is.no_feasible_cluster;
    let why = if none { decision.reason.to_string() } else { String::new() };
    conditions.set(
        "NoFeasibleCluster",
        if none { ConditionStatus::True } else { ConditionStatus::False },
        if none { reason } else { "Feasible" },
        why,
    );
    if let Some((reason, why)) = disobeyed(asked, decision) {
        conditions.is("OrderNotPossible", true, reason, why);
    }
    if let Some(failed) = scorer {
        let reason = if failed.is_none() { "Answered" } else { "Failed" };
        conditions.is("Scorer", failed.is_none(), reason, failed.clone().unwrap_or_default());
    }
    PlacementDecisionStatus {
        observed_generation: asked.generation,
        selected: decision.selected.clone(),
        decisions: decision
            .selected
            .iter()
            .map(|cluster| ClusterDecision {
                cluster_name: cluster.clone(),
                reason: clipped(decision.reason.to_string(), 4_000),
                score: score(cluster).unwrap_or_default(),
            })
            .collect(),
        previous: state.previous.clone(),
        decision_id: old.decision_id + i64::from(changed),
        decided_at: if changed { Some(now()) } else { old.decided_at.clone() },
        scores: decision
            .scores
            .iter()
            .map(|score| ClusterScore {
                cluster: score.cluster.clone(),
                total: score.total.unwrap_or_default(),
                feasible: score.is_choosable() || (score.incumbent && score.rejection.is_none()),
                terms: score
                    .terms
                    .iter()
                    .filter_map(|term| Some((term.name.to_string(), rounded(term.points()?))))
                    .collect(),
                sample_age: score.sample_age.map(|age| units::Duration::from_secs(age.as_secs())),
            })
            .map(|score| ClusterScore { total: rounded(score.total), ..score })
            .collect(),
        rejected: decision
            .scores
            .iter()
            .filter_map(|score| {
                let rejection = score.rejection.as_ref()?;
                let because = unmeasured(&score.cluster).filter(|_| rejection.is_about_metrics());
                let because = because.map(|why| format!(" ({why})")).unwrap_or_default();
                Some(Rejection {
                    cluster: score.cluster.clone(),
                    reason: rejection.reason().to_owned(),
                    message: clipped(format!("{rejection}{because}"), 4_000),
                })
            })
            .collect(),
        state: serde_json::to_string(state).ok(),
        // Not ours: of another field manager.
        migration: None,
        conditions: conditions.done(),
    }
}

/// Why it is not where a person has ordered it to.
fn disobeyed(asked: &Asked, decision: &efl_placement::Decision) -> Option<(&'static str, String)> {
    let ordered = &asked.question.ordered;
    let missing: Vec<&String> = ordered.iter().filter(|name| !decision.selected.contains(name)).collect();
    let replicas = asked.question.replicas.max(1) as usize;
    let reasons = missing.iter().map(|name| {
        let scored = decision.scores.iter().find(|score| score.cluster == **name);
        match scored.map(|score| score.rejection.as_ref()) {
            None => ("NotCandidate", format!("{name}: it is not a candidate")),
            Some(Some(rejection)) => (rejection.reason(), format!("{name}: {rejection}")),
            Some(None) => ("Replicas", format!("{name}: the pipeline runs on {replicas} at a time")),
        }
    });
    let (words, lines): (Vec<&str>, Vec<String>) = reasons.unzip();
    Some((*words.first()?, format!("it was ordered to {}, and: {}", ordered.join(", "), lines.join("; "))))
}

/// To a thousandth: what is shown to people.
fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// Whether a status is worth a write: a decision always, the rest not all the time.
fn is_news(asked: &Asked, remembered: &mut Remembered, new: &PlacementDecisionStatus) -> bool {
    let old = &asked.status;
    let written: State =
        old.state.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let decision = |status: &PlacementDecisionStatus| (status.observed_generation, status.selected.clone());
    if decision(old) != decision(new) || remembered.state.is_news(&written) {
        return true;
    }
    remembered.written.retain(|at| at.elapsed() < QUIET);
    let facts = |status: &PlacementDecisionStatus| {
        let conditions: Vec<_> =
            status.conditions.iter().map(|c| (c.ty.clone(), c.status, c.reason.clone())).collect();
        let rejected: Vec<_> =
            status.rejected.iter().map(|r| (r.cluster.clone(), r.reason.clone())).collect();
        (conditions, rejected)
    };
    if facts(old) != facts(new) && remembered.written.len() < NEWS {
        return true;
    }
    let moved = |score: &ClusterScore| {
        let before = old.scores.iter().find(|s| s.cluster == score.cluster);
        before.is_none_or(|before| (before.total - score.total).abs() >= SCORE_STEP)
    };
    let messages = |status: &PlacementDecisionStatus| -> Vec<String> {
        status.conditions.iter().map(|c| c.message.clone()).collect()
    };
    remembered.written.is_empty() && (new.scores.iter().any(moved) || messages(old) != messages(new))
}

#[cfg(test)]
mod tests {
    use super::{Asked, NEWS, Remembered, answer, is_news};
    use crate::observe::Observed;
    use efl_compiler::spec::PlacementDecisionStatus;
    use efl_placement::{Cluster, Fleet, Question, Sample, State, Time, decide_fleet};
    use std::{
        collections::BTreeMap,
        time::{Duration, Instant},
    };

    /// A pipeline on `a` beside `b`, which has this load.
    fn period(asked: &Asked, state: &State, load: f64, now: u64) -> (PlacementDecisionStatus, State) {
        let sample = |value| Some(Sample { value, at: Time(now) });
        let cluster = |name: &str, load: f64| Cluster {
            name: name.to_owned(),
            ready: true,
            cpu: sample(load),
            memory: sample(load),
            cpu_capacity: Some(8.0),
            memory_capacity: Some(8e9),
            ..Cluster::default()
        };
        let fleet = Fleet { clusters: vec![cluster("a", 0.2), cluster("b", load)], ..Fleet::default() };
        let (decision, state) =
            decide_fleet(&fleet, &[(&asked.question, state)], Time(now)).pop().expect("one answer");
        let known = BTreeMap::from([(
            "b".to_owned(),
            Observed { problems: vec!["cpu: the query has no result".to_owned()], ..Observed::default() },
        )]);
        (answer(asked, &decision, &state, None, &known), state)
    }

    #[test]
    fn who_hovers_at_a_limit_is_not_written_each_period() {
        let question = Question {
            name: "n/o".to_owned(),
            candidates: vec!["a".to_owned(), "b".to_owned()],
            replicas: 1,
            ..Question::default()
        };
        let mut asked = Asked {
            namespace: "n".to_owned(),
            name: "o".to_owned(),
            generation: Some(1),
            question,
            state: State::default(),
            status: PlacementDecisionStatus::default(),
        };
        let (mut remembered, mut writes) = (Remembered::default(), 0);
        for n in 0..40 {
            let load = if n % 2 == 0 { 0.5 } else { 0.99 };
            let (status, state) = period(&asked, &remembered.state.clone(), load, 1_000_000 + n * 15_000);
            remembered.state = state;
            if is_news(&asked, &mut remembered, &status) {
                remembered.written.push(Instant::now());
                asked.status = status;
                writes += 1;
            }
        }
        // All forty periods of this test are within a minute.
        assert_eq!(writes, 1 + NEWS - 1, "the decision, and what is news");

        let long_ago =
            Instant::now().checked_sub(Duration::from_mins(2)).expect("the machine is up for longer");
        remembered.written = vec![long_ago; NEWS];
        let other = if asked.status.rejected.is_empty() { 0.99 } else { 0.5 };
        let (status, _) = period(&asked, &remembered.state.clone(), other, 1_700_000);
        assert!(is_news(&asked, &mut remembered, &status), "it is written once more");
    }

    #[test]
    fn a_status_says_why_a_cluster_is_not_measured() {
        let question = Question {
            name: "n/o".to_owned(),
            candidates: vec!["b".to_owned()],
            replicas: 1,
            ..Question::default()
        };
        let asked = Asked {
            namespace: "n".to_owned(),
            name: "o".to_owned(),
            generation: Some(1),
            question,
            state: State::default(),
            status: PlacementDecisionStatus::default(),
        };
        let (status, _) = period(&asked, &State::default(), f64::NAN, 1_000_000);
        let fresh = status.conditions.iter().find(|c| c.ty == "MetricsFresh").expect("it is said");
        assert_eq!(
            (fresh.reason.as_str(), fresh.message.as_str()),
            ("Stale", "b: cpu: the query has no result")
        );
        let rejected: Vec<&str> = status.rejected.iter().map(|r| r.message.as_str()).collect();
        assert_eq!(rejected, ["`cpu` is unknown (cpu: the query has no result)"]);
    }
}
