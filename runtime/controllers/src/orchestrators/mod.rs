//! The orchestrator controller: makes what an Orchestrator says stand where placement wants it.

mod apply;
mod news;
mod observed;
mod reconcile;
mod report;
mod settled;

use crate::{
    api::ORCHESTRATOR,
    children::{Children, Touched},
    client::ApiError,
    installation::{Installation, Members},
    observe::outside,
    program::Refusal,
    telemetry::Telemetry,
};
use efl_compiler::ir;
use futures::{Stream, StreamExt, stream};
use kube::{
    Api, Client,
    api::DynamicObject,
    runtime::{
        Controller, WatchStreamExt,
        controller::{self, Action},
        events::{Recorder, Reporter},
        reflector,
        reflector::{ObjectRef, Store},
        watcher,
    },
};
use settled::Settled;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// How often an orchestrator is looked at although nothing happened.
const RESYNC: Duration = Duration::from_mins(10);
/// How many orchestrators are worked on at a time.
const CONCURRENCY: u16 = 8;
/// Changes that come together are one.
const DEBOUNCE: Duration = Duration::from_millis(200);
/// How long one reconciliation may take.
const LIMIT: Duration = Duration::from_mins(1);
/// The first pause after a failure; it doubles.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// An orchestrator: (namespace, name).
type Key = (String, String);
/// A program with the version of the resource that it is of: (uid, generation).
type Compiled = ((Option<String>, Option<i64>), Arc<Result<ir::Orchestrator, Refusal>>);

/// How many programs are kept.
const PROGRAMS: usize = 32;

/// What a reconciliation works with.
pub struct Context {
    client: Client,
    children: Arc<Children>,
    decisions: Store<DynamicObject>,
    installation: watch::Receiver<Installation>,
    members: watch::Receiver<Members>,
    telemetry: Arc<Telemetry>,
    recorder: Recorder,
    /// The programs that were compiled last, the latest at the end: those that move are looked at again and again.
    programs: Mutex<VecDeque<(Key, Compiled)>>,
    settled: Settled,
    failures: Mutex<HashMap<Key, u32>>,
    /// Checksums of the Secrets that were applied: (namespace, name).
    secrets: Mutex<HashMap<Key, String>>,
    http: reqwest::Client,
    /// How long a move may take to be ready on its new clusters.
    patience: Duration,
}

/// How a reconciliation ended.
enum Outcome {
    /// All is as it should be until something changes that the runtime watches.
    Settled,
    /// It waits for something else, or for a change.
    Again(Action),
}

impl From<Action> for Outcome {
    fn from(action: Action) -> Self {
        Self::Again(action)
    }
}

/// Why a reconciliation did not come to its end.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("{what}: {why}")]
    Refused { what: String, why: ApiError },
    #[error("it took longer than {} s", LIMIT.as_secs())]
    Late,
}

/// Runs the controller until its process ends.
#[allow(clippy::too_many_arguments)] // the parts of a process
pub async fn run(
    client: Client,
    children: Arc<Children>,
    touched: impl Stream<Item = Touched> + Send + 'static,
    decisions: Store<DynamicObject>,
    installation: watch::Receiver<Installation>,
    members: watch::Receiver<Members>,
    telemetry: Arc<Telemetry>,
    patience: Duration,
) {
    let reporter = Reporter { controller: "efl-orchestrator".to_owned(), instance: None };
    let context = Arc::new(Context {
        client: client.clone(),
        children,
        decisions,
        installation: installation.clone(),
        members: members.clone(),
        telemetry: telemetry.clone(),
        recorder: Recorder::new(client.clone(), reporter),
        programs: Mutex::default(),
        settled: Settled::default(),
        failures: Mutex::default(),
        secrets: Mutex::default(),
        http: outside::plain(Duration::from_secs(5)),
        patience,
    });
    let api: Api<DynamicObject> = Api::all_with(client, &ORCHESTRATOR.resource());
    let settings = controller::Config::default().concurrency(CONCURRENCY).debounce(DEBOUNCE);
    let touched = touched
        .map(|(namespace, name)| ObjectRef::new_with(&name, ORCHESTRATOR.resource()).within(&namespace));
    let writer = reflector::store::Writer::new(ORCHESTRATOR.resource());
    let store = writer.as_reader();
    let _ = telemetry.orchestrators.set(store.clone()); // it leads once
    let events = watcher(api, watcher::Config::default()).default_backoff().modify(crate::api::lightened);
    Controller::for_stream_with(reflector(writer, events).applied_objects(), store, ORCHESTRATOR.resource())
        .with_config(settings)
        .reconcile_on(touched)
        .reconcile_all_on(changes(installation))
        .reconcile_all_on(changes(members))
        .run(reconcile, again, context)
        .for_each(|_| std::future::ready(()))
        .await;
}

/// Each change of a value.
fn changes<T: Send + Sync + 'static>(receiver: watch::Receiver<T>) -> impl Stream<Item = ()> + Send {
    stream::unfold(receiver, |mut receiver| async move {
        receiver.changed().await.ok()?;
        Some(((), receiver))
    })
}

async fn reconcile(object: Arc<DynamicObject>, context: Arc<Context>) -> Result<Action, Failure> {
    let began = Instant::now();
    let key = key(&object);
    let ground = context.settled.ground(&object, &key, &context);
    let done = if context.settled.is_on(&key, ground) {
        Ok(Outcome::Settled)
    } else {
        let done = tokio::time::timeout(LIMIT, reconcile::reconcile(&object, &context)).await;
        done.unwrap_or(Err(Failure::Late))
    };
    if matches!(done, Ok(Outcome::Settled)) {
        context.settled.settle(&key, ground);
    } else {
        context.settled.unsettle(&key);
    }
    let telemetry = &context.telemetry;
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    telemetry.reconcile_micros.fetch_add(micros, Relaxed);
    Telemetry::count(if done.is_ok() { &telemetry.reconciled } else { &telemetry.failed });
    if done.is_ok() {
        context.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
    done.map(|outcome| match outcome {
        Outcome::Settled => Action::requeue(jittered(RESYNC)),
        Outcome::Again(action) => action,
    })
}

/// When a failed reconciliation is tried again: later each time.
#[allow(clippy::needless_pass_by_value)] // the controller's shape
fn again(object: Arc<DynamicObject>, failure: &Failure, context: Arc<Context>) -> Action {
    let key = key(&object);
    let mut failures = context.failures.lock().unwrap_or_else(PoisonError::into_inner);
    let count = failures.entry(key.clone()).or_default();
    *count += 1;
    let pause = PAUSE.saturating_mul(1 << (*count - 1).min(16)).min(LONGEST_PAUSE);
    tracing::warn!(orchestrator = %format!("{}/{}", key.0, key.1), %failure, ?pause, "reconciliation failed");
    Action::requeue(jittered(pause))
}

/// A tenth more or less, so that what failed together is not tried together.
fn jittered(pause: Duration) -> Duration {
    let nanos =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
    pause.mul_f64(0.9 + 0.2 * f64::from(nanos % 1_000) / 1_000.0)
}

fn key(object: &DynamicObject) -> Key {
    let metadata = &object.metadata;
    (metadata.namespace.clone().unwrap_or_default(), metadata.name.clone().unwrap_or_default())
}
