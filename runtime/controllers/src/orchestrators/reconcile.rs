//! One reconciliation: from what an Orchestrator says and what is seen, to what is written.
//!
//! Whatever is decided is written before it is acted upon: where the pipeline runs (`status.selected`) before its resources
//! are made, the phase of a move before what it changes. So a controller that was killed anywhere goes on from what it reads.

use super::{
    Context, Failure, Key, Outcome, PROGRAMS, RESYNC,
    apply::Wanted,
    jittered, key, news,
    observed::{Moving, Observed},
    report::{Report, Running},
};
use crate::{
    api::{
        self, ACCEPTS, ACCOUNTS_ON, DECISION, FINALIZER, MANAGER, MIGRATION_MANAGER, MOVE_TO, PAUSED, SECRET,
    },
    client::{persistent, within},
    conditions::{in_seconds, now},
    installation::{Installation, Members},
    migration::{self, Handover, Next, same},
    observe::outside,
    program::{self, Refusal},
    telemetry::Telemetry,
};
use efl_compiler::{
    catalog,
    expand::{Clusters, Decision, Resource, Stage, StageClusters, expand_at},
    ir,
    spec::{
        Management, Migration, MigrationPhase, OrchestratorSpec, OrchestratorStatus, PlacementDecisionSpec,
        PlacementDecisionStatus,
    },
};
use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, Resource as _,
    api::{DynamicObject, Patch, PatchParams},
    runtime::{
        controller::Action,
        events::{Event, EventType},
        reflector::ObjectRef,
    },
};
use serde_json::json;
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

/// How often while it waits for something that may pass with time.
const SOON: Duration = Duration::from_secs(2);

/// The placement of an orchestrator: the question that stands, and its answer.
struct Placed {
    spec: PlacementDecisionSpec,
    status: PlacementDecisionStatus,
}

/// One reconciliation.
pub async fn reconcile(object: &DynamicObject, cx: &Context) -> Result<Outcome, Failure> {
    let key = key(object);
    if object.metadata.deletion_timestamp.is_some() {
        return delete(object, &key, cx).await;
    }
    let old: OrchestratorStatus = api::part(object, "status").unwrap_or_default();
    let report = Report::new(object, &old);
    let annotations = object.metadata.annotations.as_ref();
    if annotations.is_some_and(|a| a.get(PAUSED).is_some_and(|value| value == "true")) {
        cx.write(object, &old, report.paused()).await?;
        return Ok(Action::await_change().into());
    }
    let program = program(object, &key, cx);
    let orc = match &*program {
        Ok(orc) => orc,
        Err(refusal) => {
            cx.write(object, &old, report.rejected("Invalid", &refusal.join("\n"))).await?;
            return Ok(Action::await_change().into());
        }
    };
    if let Some(why) = forbidden_namespace(orc, &key, cx).await? {
        cx.write(object, &old, report.rejected("NamespaceNotAccepted", &why)).await?;
        return Ok(Action::requeue(jittered(Duration::from_mins(1))).into());
    }
    if orc.spec.management == Management::External {
        cx.write(object, &old, report.external()).await?;
        return Ok(Action::await_change().into());
    }
    hold(object, &key, cx).await?;

    let installation = cx.installation.borrow().clone();
    if !cx.children.is_karmada() {
        return single(orc, object, &old, report, installation, cx).await;
    }
    let fleet = match &installation {
        Installation::Fleet(fleet) => fleet.clone(),
        Installation::None => {
            let why = "no fleet is installed: efl fleet apply fleet.efl";
            cx.write(object, &old, report.unplaced("NoFleet", why)).await?;
            return Ok(Action::requeue(jittered(RESYNC)).into());
        }
        Installation::Malformed(why) => {
            cx.write(object, &old, report.unplaced("MalformedFleet", why)).await?;
            return Ok(Action::requeue(jittered(RESYNC)).into());
        }
    };
    let inventory = Clusters::from(&*fleet);
    ask(orc, &inventory, object, cx).await?;
    let Some(placed) = placed(&key, cx) else {
        cx.write(object, &old, report.unplaced("Deciding", "placement has not decided yet")).await?;
        return Ok(Action::requeue(SOON).into());
    };
    let members = cx.members.borrow().clone();
    let turn = Turn { orc, inventory, key: &key, old: &old, placed, object, cx, members };
    turn.place(report).await
}

/// Everything that one reconciliation has read.
struct Turn<'a> {
    orc: &'a ir::Orchestrator,
    inventory: Clusters,
    key: &'a Key,
    old: &'a OrchestratorStatus,
    placed: Placed,
    object: &'a DynamicObject,
    cx: &'a Context,
    members: Members,
}

impl Turn<'_> {
    /// What stands where when nothing moves.
    fn settled(&self, clusters: &[String]) -> StageClusters {
        StageClusters::settled(self.orc, &self.inventory, &Decision { selected: clusters.to_vec() })
    }

    /// The pipeline where placement wants it, or on its way there.
    async fn place(&self, mut report: Report<'_>) -> Result<Outcome, Failure> {
        let Self { orc, key, old, placed, object, cx, members, .. } = self;
        let wanted_on = &placed.status.selected;
        if old.selected.is_empty() && wanted_on.is_empty() {
            let rejected: Vec<String> =
                placed.status.rejected.iter().map(|r| format!("{}: {}", r.cluster, r.message)).collect();
            let (reason, why) = match rejected.as_slice() {
                [] => ("Deciding", "placement has not decided yet".to_owned()),
                reasons => ("NoFeasibleCluster", reasons.join("; ")),
            };
            cx.write(object, old, report.unplaced(reason, &why)).await?;
            return Ok(Action::requeue(jittered(RESYNC)).into());
        }
        if old.selected.is_empty() {
            // Written before anything is made: whoever reads it later knows where it may stand.
            report.selected.clone_from(wanted_on);
            cx.write(object, old, report.deploying()).await?;
            return Ok(Action::requeue(Duration::ZERO).into());
        }
        report.selected.clone_from(&old.selected);
        let migration = match &placed.status.migration {
            Some(migration) => Some(migration.clone()),
            None if !wanted_on.is_empty() && !same(wanted_on, &old.selected) => {
                let begun = begin(&old.selected, wanted_on, placed.status.decision_id, cx.patience);
                cx.note(object, EventType::Normal, "MigrationStarted", &moving(&begun)).await;
                Telemetry::count(&cx.telemetry.moves);
                cx.move_on(key, Some(&begun)).await?;
                return Ok(Action::requeue(Duration::ZERO).into());
            }
            None => None,
        };
        let handover = handover(&orc.spec);
        let stages = match &migration {
            None => self.settled(&old.selected),
            Some(m) => migration::stages(m.phase, &self.settled(&m.from), &self.settled(&m.to), handover),
        };
        let resources = match expand_at(orc, &self.inventory, &stages) {
            Ok(resources) => resources,
            Err(errors) => {
                cx.write(object, old, report.unmakeable(&errors)).await?;
                return Ok(Action::await_change().into());
            }
        };
        let wanted: Vec<(Stage, Wanted)> =
            resources.iter().filter_map(|r| Some((r.stage, Wanted::of(r)?))).collect();
        let before = Observed::of(cx, &wanted);
        let accounts_on = before.with_accounts(&stages.base);
        let wanted: Vec<(Stage, Wanted)> =
            wanted.into_iter().map(|(stage, wanted)| (stage, told(wanted, &accounts_on))).collect();
        // Who consumes an event for the first time starts with what comes next: on the first deployment sources wait for it.
        let listens = before.healthy(&[Stage::Logic], &stages.logic);
        let mut written = 0;
        for ((_, object), resource) in wanted.iter().zip(&resources) {
            let too_early = exposes(resource)
                && !listens
                && cx.children.checksum(object.kind, &object.namespace, &object.name).is_none();
            let orphaned = object.kind == SECRET && accounts_on.is_empty();
            if object.kind != DECISION && !too_early && !orphaned {
                written += usize::from(cx.apply(object).await?);
            }
        }
        sweep(key, &wanted, cx).await?;

        if let Some(uncleared) = self.uncleared(&stages).await {
            report.pending_cleanup = uncleared;
        }
        let observed = if written > 0 { Observed::of(cx, &wanted) } else { before };
        let running = Running {
            overall: observed.overall(&stages),
            exposed: listens || stages.events.is_empty() && stages.everywhere.is_empty(),
            resources: observed.report(&stages),
            leftovers: observed.leftovers(&stages),
            migration: migration.clone(),
            waiting_for: None,
            placement: placed.status.conditions.clone(),
        };
        let Some(migration) = migration else {
            let done = running.overall.ready && running.leftovers.is_empty();
            let is_left = !report.pending_cleanup.is_empty();
            let looks_back = report.pending_cleanup.iter().any(|c| members.get(c).is_some_and(|m| m.ready));
            cx.write(object, old, report.running(running)).await?;
            // Whether a namespace of others accepts it is not watched.
            let is_at_home = orc.spec.target_namespace.as_ref().is_none_or(|target| *target == key.0);
            return Ok(match (done && !is_left, is_at_home) {
                _ if looks_back => Action::requeue(SOON).into(),
                (true, true) => Outcome::Settled,
                (true, false) => Action::requeue(jittered(RESYNC)).into(),
                (false, _) => Action::requeue(Duration::from_secs(30)).into(),
            });
        };
        self.advance(report, migration, &observed, running, (handover, written > 0)).await
    }

    /// Of the clusters where something was left, those where it still is, or that cannot be asked; nothing when there are none.
    async fn uncleared(&self, stages: &StageClusters) -> Option<Vec<String>> {
        let Self { orc, old, cx, members, .. } = self;
        if old.pending_cleanup.is_empty() {
            return None;
        }
        let namespace = orc.spec.target_namespace.as_ref().unwrap_or(&orc.namespace);
        let mut uncleared = Vec::new();
        for cluster in &old.pending_cleanup {
            let Some(member) = members.get(cluster) else {
                if members.is_empty() {
                    uncleared.push(cluster.clone()); // nobody knows yet
                }
                continue;
            };
            let is_clear = async || {
                for (kind, belong) in [(api::SERVICE, &stages.functions), (api::SENSOR, &stages.logic)] {
                    let is_ours = belong.contains(cluster);
                    if !is_ours && cx.count(kind, cluster, namespace, &orc.name, "").await != Ok(0) {
                        return false;
                    }
                }
                true
            };
            if !member.ready || !is_clear().await {
                uncleared.push(cluster.clone());
            }
        }
        Some(uncleared)
    }

    /// The next step of a move, or waiting for it.
    async fn advance(
        &self,
        mut report: Report<'_>,
        migration: Migration,
        observed: &Observed,
        mut running: Running,
        (handover, just_written): (Handover, bool),
    ) -> Result<Outcome, Failure> {
        let Self { orc, key, old, placed, object, cx, members, .. } = self;
        if just_written {
            // What Karmada says now is of before the write.
            running.waiting_for = Some("Karmada carries out the last step".to_owned());
            cx.write(object, old, report.running(running)).await?;
            return Ok(Action::requeue(SOON).into());
        }
        let (from, to) = (self.settled(&migration.from), self.settled(&migration.to));
        if members.is_empty() {
            // Not asked yet: who is not known is not dead.
            return Ok(Action::requeue(SOON).into());
        }
        let obsolete = !same(&placed.status.selected, &migration.to);
        let judged_by = Moving {
            migration: &migration,
            old: &from,
            new: &to,
            overlap: handover == Handover::Overlap,
            obsolete,
            namespace: orc.spec.target_namespace.as_ref().unwrap_or(&orc.namespace),
            orchestrator: &orc.name,
            members,
        };
        let mut seen = observed.seen(cx, &judged_by).await;
        if migration.phase == MigrationPhase::Warm && seen.warm {
            let installation = cx.installation.borrow().clone();
            seen.warm = probe(orc, &installation, &migration, cx).await;
        }
        let deadline = migration.deadline.as_deref().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        seen.late = deadline.is_some_and(|deadline| deadline <= jiff::Timestamp::now());
        let since = age(migration.phase_started_at.as_deref());
        match migration::next(&migration, &placed.spec.policy, &seen, since) {
            Next::Stay(why) => {
                running.waiting_for = Some(why);
                cx.write(object, old, report.running(running)).await?;
                return Ok(Action::requeue(SOON).into());
            }
            Next::Enter(phase) => cx.move_on(key, Some(&in_phase(migration, phase, cx.patience))).await?,
            Next::Abort(why) => {
                let note = format!("{}: {why}", moving(&migration));
                let abort = in_phase(migration, MigrationPhase::Abort, cx.patience);
                cx.move_on(key, Some(&abort)).await?;
                Telemetry::count(&cx.telemetry.aborted);
                cx.note(object, EventType::Warning, "MigrationAborted", &note).await;
            }
            Next::Back(why) => {
                let note = format!("{}: {why}", moving(&migration));
                let (from, to) = (migration.to.clone(), migration.from.clone());
                let back = in_phase(Migration { from, to, ..migration }, MigrationPhase::Switch, cx.patience);
                cx.move_on(key, Some(&back)).await?;
                Telemetry::count(&cx.telemetry.aborted);
                cx.note(object, EventType::Warning, "MigrationReversed", &note).await;
            }
            Next::Arrived { leftovers } => {
                if same(&old.selected, &migration.to) {
                    cx.move_on(key, None).await?;
                    if leftovers {
                        Telemetry::count(&cx.telemetry.leftovers);
                    }
                } else {
                    report.selected.clone_from(&migration.to);
                    if leftovers {
                        report.leave(&migration.from, &migration.to);
                    }
                    cx.write(object, old, report.running(running)).await?;
                }
            }
            Next::GivenUp { leftovers } => {
                if leftovers {
                    report.leave(&migration.to, &migration.from);
                    Telemetry::count(&cx.telemetry.leftovers);
                    cx.write(object, old, report.running(running)).await?;
                }
                cx.move_on(key, None).await?;
            }
        }
        Ok(Action::requeue(Duration::from_millis(50)).into())
    }
}

fn begin(from: &[String], to: &[String], id: i64, patience: Duration) -> Migration {
    let phase = MigrationPhase::Prepare;
    let begun =
        Migration { id, from: from.to_vec(), to: to.to_vec(), phase, phase_started_at: None, deadline: None };
    in_phase(begun, phase, patience)
}

/// A move that enters a phase now, which may take so long.
fn in_phase(migration: Migration, phase: MigrationPhase, patience: Duration) -> Migration {
    let end = jiff::SignedDuration::try_from(patience)
        .ok()
        .and_then(|p| jiff::Timestamp::now().checked_add(p).ok());
    let deadline = end.filter(|_| migration::has_deadline(phase)).map(in_seconds);
    Migration { phase, phase_started_at: Some(now()), deadline, ..migration }
}

fn moving(migration: &Migration) -> String {
    format!("from {} to {}", migration.from.join(", "), migration.to.join(", "))
}

/// How long ago a time of a status was.
fn age(time: Option<&str>) -> Duration {
    let at = time.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    at.and_then(|at| Duration::try_from(jiff::Timestamp::now().duration_since(at)).ok()).unwrap_or_default()
}

/// Sources that move may overlap unless one of them must not.
fn handover(spec: &OrchestratorSpec) -> Handover {
    let exclusive = spec.sources.iter().any(|source| {
        catalog::sources::find(&source.kind).is_none_or(|kind| kind.handover == catalog::Handover::Exclusive)
    });
    if exclusive { Handover::Exclusive } else { Handover::Overlap }
}

/// A token is told which members have its account; anything else is what it is.
fn told(wanted: Wanted, accounts_on: &[String]) -> Wanted {
    if wanted.kind == SECRET { wanted.annotated(ACCOUNTS_ON, Some(&accounts_on.join(","))) } else { wanted }
}

/// Whether a resource lets events in: the policies of the sources.
fn exposes(resource: &Resource<'_>) -> bool {
    resource.kind == "PropagationPolicy"
        && [Stage::Events, Stage::EventsEverywhere]
            .iter()
            .any(|s| resource.name.ends_with(&format!("-{}", s.name())))
}

/// A single cluster: no policies, no choice.
async fn single(
    orc: &ir::Orchestrator,
    object: &DynamicObject,
    old: &OrchestratorStatus,
    report: Report<'_>,
    installation: Installation,
    cx: &Context,
) -> Result<Outcome, Failure> {
    let fleet = installation.fleet().map(|fleet| Clusters::from(&**fleet)).unwrap_or_default();
    let inventory = Clusters { clusters: Vec::new(), ..fleet };
    let resources = match expand_at(orc, &inventory, &StageClusters::default()) {
        Ok(resources) => resources,
        Err(errors) => {
            cx.write(object, old, report.unmakeable(&errors)).await?;
            return Ok(Action::await_change().into());
        }
    };
    let wanted: Vec<(Stage, Wanted)> =
        resources.iter().filter_map(|r| Some((r.stage, Wanted::of(r)?))).collect();
    for (_, object) in &wanted {
        cx.apply(object).await?;
    }
    sweep(&key(object), &wanted, cx).await?;
    cx.write(object, old, report.applied()).await?;
    let is_at_home = orc.spec.target_namespace.as_ref().is_none_or(|target| *target == key(object).0);
    Ok(if is_at_home { Outcome::Settled } else { Action::requeue(jittered(RESYNC)).into() })
}

/// The program of an Orchestrator, of those that were compiled last, or compiled now.
fn program(object: &DynamicObject, key: &Key, cx: &Context) -> Arc<Result<ir::Orchestrator, Refusal>> {
    let version = (object.metadata.uid.clone(), object.metadata.generation);
    let known = {
        let mut programs = cx.programs.lock().unwrap_or_else(PoisonError::into_inner);
        let at = programs.iter().position(|(known, (of, _))| known == key && *of == version);
        at.and_then(|at| programs.remove(at))
    };
    let (version, program) =
        known.map_or_else(|| (version, Arc::new(compile(object, key))), |(_, compiled)| compiled);
    let mut programs = cx.programs.lock().unwrap_or_else(PoisonError::into_inner);
    programs.retain(|(known, _)| known != key);
    programs.push_back((key.clone(), (version, program.clone())));
    if programs.len() > PROGRAMS {
        programs.pop_front();
    }
    program
}

fn compile(object: &DynamicObject, (namespace, name): &Key) -> Result<ir::Orchestrator, Refusal> {
    let spec: OrchestratorSpec =
        serde_json::from_value(object.data["spec"].clone()).map_err(|e| vec![format!("spec: {e}")])?;
    let annotations = object.metadata.annotations.as_ref();
    let description = annotations.and_then(|a| a.get("efl.dev/description")).map(String::as_str);
    program::compile(name, namespace, description, &spec)
}

/// Why an orchestrator must not deploy into its target namespace: that is not its own and does not accept it.
async fn forbidden_namespace(
    orc: &ir::Orchestrator,
    key: &Key,
    cx: &Context,
) -> Result<Option<String>, Failure> {
    let Some(target) = orc.spec.target_namespace.as_ref().filter(|target| **target != key.0) else {
        return Ok(None);
    };
    let api: Api<Namespace> = Api::all(cx.client.clone());
    let accepted = match within(api.get(target)).await {
        Ok(namespace) => namespace.metadata.annotations.and_then(|a| a.get(ACCEPTS).cloned()),
        Err(error) if error.is_not_found() => {
            return Ok(Some(format!("the namespace {target} does not exist")));
        }
        Err(error) => return Err(error.into()),
    };
    let accepts = accepted.unwrap_or_default();
    let is_accepted = accepts.split(',').any(|name| name.trim() == key.0);
    Ok((!is_accepted).then(|| {
        format!(
            "the namespace {target} accepts no orchestrators of {}: it needs the annotation {ACCEPTS}: {}",
            key.0, key.0
        )
    }))
}

/// Asks placement: the question, and a person's order on it.
async fn ask(
    orc: &ir::Orchestrator,
    inventory: &Clusters,
    object: &DynamicObject,
    cx: &Context,
) -> Result<(), Failure> {
    let made = expand_at(orc, inventory, &StageClusters::default()).unwrap_or_default();
    let Some(question) = made.iter().find(|r| r.kind == "PlacementDecision") else { return Ok(()) };
    let order = object.metadata.annotations.as_ref().and_then(|a| a.get(MOVE_TO));
    if let Some(wanted) = Wanted::of(question).map(|wanted| wanted.annotated(MOVE_TO, order)) {
        cx.apply(&wanted).await?;
    }
    Ok(())
}

/// The answer that stands.
fn placed((namespace, name): &Key, cx: &Context) -> Option<Placed> {
    let decision = cx.decisions.get(&ObjectRef::new_with(name, DECISION.resource()).within(namespace))?;
    let spec = serde_json::from_value(decision.data["spec"].clone()).ok()?;
    Some(Placed { spec, status: api::part(&decision, "status").ok()? })
}

/// Takes away what an orchestrator no longer becomes.
async fn sweep(key: &Key, wanted: &[(Stage, Wanted)], cx: &Context) -> Result<(), Failure> {
    for (kind, child) in cx.children.of(&key.0, &key.1) {
        let is_wanted =
            kind == DECISION || wanted.iter().any(|(_, w)| w.is(kind, &child.namespace, &child.name));
        if !is_wanted {
            cx.delete(kind, &child.namespace, &child.name).await?;
        }
    }
    Ok(())
}

/// Sees to it that the resources are taken away before the Orchestrator is.
async fn hold(object: &DynamicObject, key: &Key, cx: &Context) -> Result<(), Failure> {
    if object.metadata.finalizers.as_ref().is_some_and(|f| f.iter().any(|name| name == FINALIZER)) {
        return Ok(());
    }
    cx.finalizers(key, &[FINALIZER]).await
}

/// What travels goes first; policies stay until the members are clear, because Karmada leaves there what has lost its policy.
async fn delete(object: &DynamicObject, key: &Key, cx: &Context) -> Result<Outcome, Failure> {
    if !object.metadata.finalizers.as_ref().is_some_and(|f| f.iter().any(|name| name == FINALIZER)) {
        return Ok(Action::await_change().into());
    }
    let old: OrchestratorStatus = api::part(object, "status").unwrap_or_default();
    let (control, travelling): (Vec<_>, Vec<_>) = cx
        .children
        .of(&key.0, &key.1)
        .into_iter()
        .partition(|(kind, _)| api::is_policy(*kind) || *kind == DECISION);
    for (kind, child) in &travelling {
        if !child.is_going {
            cx.delete(*kind, &child.namespace, &child.name).await?;
        }
    }
    let mut sensors = Vec::new();
    if let Ok(orc) = &*program(object, key, cx) {
        let made = expand_at(orc, &Clusters::default(), &StageClusters::default()).unwrap_or_default();
        sensors.extend(made.iter().filter(|r| r.kind == "Sensor").map(|r| r.name.clone()));
        for secret in made.iter().filter(|r| SECRET.is(r.api_version, r.kind)) {
            cx.delete(SECRET, secret.namespace, &secret.name).await?;
        }
    }
    if travelling.is_empty() {
        for (kind, child) in &control {
            if !child.is_going {
                cx.delete(*kind, &child.namespace, &child.name).await?;
            }
        }
    }
    // Karmada holds its policies for a moment.
    let left: Vec<String> = travelling
        .iter()
        .chain(&control)
        .map(|(kind, child)| format!("{} {}", kind.name, child.name))
        .collect();
    if !left.is_empty() {
        cx.write(object, &old, Report::new(object, &old).deleting(&left.join(", "), on_the_bus(&sensors)))
            .await?;
        return Ok(Action::requeue(SOON).into());
    }
    if let Some(left) = on_the_bus(&sensors) {
        // The condition goes with the Orchestrator; its events stay for a while.
        cx.note(object, EventType::Normal, "BusCleanupUnknown", &left).await;
    }
    cx.programs.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _)| known != key);
    cx.finalizers(key, &[]).await?;
    Ok(Action::await_change().into())
}

/// What Argo Events leaves on the bus of Sensors that are gone. The runtime has no access to a bus.
/// Upstream: `argo-events/pkg/eventbus/jetstream/sensor/sensor_jetstream.go`, which makes both and deletes neither.
fn on_the_bus(sensors: &[String]) -> Option<String> {
    let text = format!(
        "the runtime does not speak to the bus: the key-value buckets {} and the durable consumers `group-…` of the stream \
         `default` may still be there",
        sensors.join(", ")
    );
    (!sensors.is_empty()).then_some(text)
}

/// Whether the functions answer on the new clusters, where these have a gateway: any answer of theirs will do.
async fn probe(
    orc: &ir::Orchestrator,
    installation: &Installation,
    migration: &Migration,
    cx: &Context,
) -> bool {
    let Some(fleet) = installation.fleet() else { return true };
    let Some(domain) = &fleet.domain else { return true };
    let namespace = orc.spec.target_namespace.as_ref().unwrap_or(&orc.namespace);
    let joined =
        fleet.clusters.iter().filter(|c| migration.to.contains(&c.name) && !migration.from.contains(&c.name));
    for gateway in joined.filter_map(|cluster| cluster.gateway.as_ref()) {
        for function in &orc.spec.functions {
            let host = format!("{}-{}.{namespace}.{domain}", orc.name, function.name);
            let Ok(address) = outside::checked(&format!("http://{gateway}/")) else { return false };
            let answer = cx.http.get(address).header("Host", host).send().await;
            // The gateway's own answers: it does not know the host, or nobody is behind it.
            let is_answered = answer.is_ok_and(|answer| {
                let behind = answer.headers().contains_key("x-envoy-upstream-service-time");
                behind || !matches!(answer.status().as_u16(), 404 | 502..=504)
            });
            if !is_answered {
                return false;
            }
        }
    }
    true
}

impl Context {
    /// How many objects of an orchestrator a member has, asked through Karmada's proxy, with more that their labels must be.
    pub(super) async fn count(
        &self,
        kind: api::Kind,
        cluster: &str,
        namespace: &str,
        orchestrator: &str,
        more: &str,
    ) -> Result<usize, String> {
        let resource = kind.resource();
        let path = format!(
            "/apis/cluster.karmada.io/v1alpha1/clusters/{cluster}/proxy/apis/{}/namespaces/{namespace}/{}\
             ?labelSelector=efl.dev%2Forchestrator%3D{orchestrator}{more}&limit=500",
            resource.api_version, resource.plural
        );
        let request = http::Request::get(path).body(Vec::new()).map_err(|e| e.to_string())?;
        let list = within(self.client.request::<kube::core::ObjectList<DynamicObject>>(request)).await;
        list.map(|list| list.items.len()).map_err(|error| format!("{cluster}: {error}"))
    }

    /// Writes a status that differs from the old one, and tells what has changed over.
    async fn write(
        &self,
        object: &DynamicObject,
        old: &OrchestratorStatus,
        new: OrchestratorStatus,
    ) -> Result<(), Failure> {
        if *old == new {
            return Ok(());
        }
        let key = key(object);
        let patch =
            Patch::Apply(json!({ "apiVersion": "efl.dev/v1alpha1", "kind": "Orchestrator", "status": new }));
        let params = PatchParams::apply("efl-orchestrator-status").force();
        let api = self.orchestrators(&key.0);
        Telemetry::count(&self.telemetry.writes);
        persistent(|| api.patch_status(&key.1, &params, &patch)).await?;
        for transition in news::transitions(old, &new) {
            self.note(object, transition.type_, transition.reason, &transition.note).await;
        }
        Ok(())
    }

    /// Writes how far a move is; nothing when there is none.
    async fn move_on(&self, key: &Key, migration: Option<&Migration>) -> Result<(), Failure> {
        let status = migration.map_or_else(|| json!({}), |migration| json!({ "migration": migration }));
        let patch = Patch::Apply(
            json!({ "apiVersion": "efl.dev/v1alpha1", "kind": "PlacementDecision", "status": status }),
        );
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), &key.0, &DECISION.resource());
        Telemetry::count(&self.telemetry.writes);
        let params = PatchParams::apply(MIGRATION_MANAGER).force();
        persistent(|| api.patch_status(&key.1, &params, &patch)).await?;
        Ok(())
    }

    async fn finalizers(&self, key: &Key, finalizers: &[&str]) -> Result<(), Failure> {
        let patch = Patch::Apply(json!({
            "apiVersion": "efl.dev/v1alpha1", "kind": "Orchestrator",
            // A name, or the API server does not find the object when its last finalizer goes.
            "metadata": { "name": key.1, "namespace": key.0, "finalizers": finalizers },
        }));
        let params = PatchParams::apply(MANAGER).force();
        Telemetry::count(&self.telemetry.writes);
        let api = self.orchestrators(&key.0);
        match persistent(|| api.patch(&key.1, &params, &patch)).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn orchestrators(&self, namespace: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), namespace, &api::ORCHESTRATOR.resource())
    }

    /// Tells a person who looks at the Orchestrator's events.
    async fn note(&self, object: &DynamicObject, type_: EventType, reason: &str, note: &str) {
        let event = Event {
            type_,
            reason: reason.to_owned(),
            note: Some(note.to_owned()),
            action: "Move".to_owned(),
            secondary: None,
        };
        let of = object.object_ref(&api::ORCHESTRATOR.resource());
        if let Err(error) = self.recorder.publish(&event, &of).await {
            tracing::debug!(%error, reason, "an event was not recorded");
        }
    }
}
