//! What the runtime tells of itself: counters and gauges in Prometheus' text format, and whether it lives and is ready.
//!
//! `manifests/alerts.yaml` and `manifests/dashboard.json` are made of these; a test holds them against this file.

use crate::run::Controller;
use http_body_util::Full;
use hyper::{Request, Response, StatusCode, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use kube::{api::DynamicObject, runtime::reflector::Store};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    convert::Infallible,
    fmt::{Display, Write as _},
    net::SocketAddr,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};
use tokio::net::TcpListener;
#[cfg(test)]
use {crate::api::ORCHESTRATOR, kube::runtime::reflector};

/// What is counted. No label names an object: there may be thousands.
#[derive(Default)]
pub struct Telemetry {
    /// Reconciliations that ended well.
    pub reconciled: AtomicU64,
    /// Reconciliations that failed.
    pub failed: AtomicU64,
    /// Microseconds that they took.
    pub reconcile_micros: AtomicU64,
    /// Writes to the API server.
    pub writes: AtomicU64,
    /// Decisions that changed something.
    pub decisions: AtomicU64,
    /// Moves that began.
    pub moves: AtomicU64,
    /// Moves that were given up.
    pub aborted: AtomicU64,
    /// Moves that left something on a cluster that was out of reach.
    pub leftovers: AtomicU64,
    /// Clusters whose metrics are stale or unknown.
    pub stale_clusters: AtomicU64,
    /// Whether the external scorer was of no use when last asked.
    pub scorer_fails: AtomicBool,
    /// Whether the fleet that was applied last is not understood.
    pub fleet_malformed: AtomicBool,
    /// Every Orchestrator, once they are watched.
    pub orchestrators: OnceLock<Store<DynamicObject>>,
    /// Every PlacementDecision, once they are watched.
    pub placed: OnceLock<Store<DynamicObject>>,
    /// Whether it has seen everything there is.
    pub ready: AtomicBool,
    /// The controllers of this process, and whether they lead.
    leaders: Mutex<BTreeMap<&'static str, bool>>,
}

impl Telemetry {
    /// Counts one.
    pub fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }

    /// Whether a controller of this process leads.
    pub fn leads(&self, controller: Controller, leads: bool) {
        self.leaders.lock().unwrap_or_else(PoisonError::into_inner).insert(controller.name(), leads);
    }

    /// Everything that is ever told, for those who hold other files against it.
    #[cfg(test)]
    pub fn everything() -> String {
        let this = Self::default();
        let store = || reflector::store::Writer::new(ORCHESTRATOR.resource()).as_reader();
        let _ = (this.orchestrators.set(store()), this.placed.set(store())); // they are new
        this.text()
    }

    fn text(&self) -> String {
        let of = |counter: &AtomicU64| counter.load(Relaxed);
        #[allow(clippy::cast_precision_loss)] // seconds for a graph
        let seconds = of(&self.reconcile_micros) as f64 / 1e6;
        let mut text = Exposition::default();
        text.counter("efl_reconciles_total", "Reconciliations that ended well.", of(&self.reconciled));
        text.counter("efl_reconcile_errors_total", "Reconciliations that failed.", of(&self.failed));
        text.counter("efl_reconcile_seconds_total", "Time spent in reconciliations.", seconds);
        text.counter("efl_writes_total", "Writes to the API server.", of(&self.writes));
        text.counter(
            "efl_decisions_total",
            "Placement decisions that changed something.",
            of(&self.decisions),
        );
        text.counter("efl_migrations_started_total", "Moves that began.", of(&self.moves));
        text.counter("efl_migrations_aborted_total", "Moves that were given up.", of(&self.aborted));
        text.counter(
            "efl_pending_cleanups_total",
            "Moves that left something on a cluster out of reach.",
            of(&self.leftovers),
        );
        text.gauge(
            "efl_stale_clusters",
            "Clusters whose CPU or memory is not known.",
            of(&self.stale_clusters),
        );
        let flag = |flag: &AtomicBool| u8::from(flag.load(Relaxed));
        text.gauge(
            "efl_scorer_failing",
            "Whether the external scorer is of no use.",
            flag(&self.scorer_fails),
        );
        text.gauge(
            "efl_fleet_malformed",
            "Whether the fleet that was applied last is not understood.",
            flag(&self.fleet_malformed),
        );
        if let Some(store) = self.orchestrators.get() {
            let mut all = Orchestrators::default();
            store.state().iter().for_each(|object| all.add(&object.data["status"]));
            text.family("efl_orchestrators", "Orchestrators, by their phase.", "phase", all.phases);
            text.gauge(
                "efl_pending_cleanups",
                "Orchestrators with something on a cluster where it does not belong.",
                all.leftovers,
            );
        }
        if let Some(store) = self.placed.get() {
            let mut all = Decisions::default();
            store.state().iter().for_each(|object| all.add(&object.data["status"]));
            text.family("efl_migrations", "Moves under way, by their phase.", "phase", all.moves);
            text.gauge(
                "efl_migration_phase_seconds",
                "How long the slowest move is in its phase, those aside that wait to be tried again.",
                all.slowest,
            );
            text.gauge("efl_thrashing", "Pipelines that went to and fro.", all.thrashing);
            text.gauge("efl_unplaceable", "Pipelines for which no cluster is possible.", all.unplaceable);
        }
        let leaders = self.leaders.lock().unwrap_or_else(PoisonError::into_inner);
        let leaders = leaders.iter().map(|(name, leads)| ((*name).to_owned(), u64::from(*leads)));
        text.family("efl_leader", "Whether this process leads.", "controller", leaders.collect());
        if let Some((cpu, resident)) = process() {
            text.head("process_cpu_seconds_total", "counter", "CPU time spent.");
            text.line("process_cpu_seconds_total", cpu);
            text.head("process_resident_memory_bytes", "gauge", "Resident memory.");
            text.line("process_resident_memory_bytes", resident);
        }
        text.0
    }
}

/// Prometheus' text format.
#[derive(Default)]
struct Exposition(String);

impl Exposition {
    fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, "counter", help);
        self.line(name, value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, "gauge", help);
        self.line(name, value);
    }

    /// A gauge for each value of a label; the values are ours.
    fn family(&mut self, name: &str, help: &str, label: &str, values: BTreeMap<String, u64>) {
        self.head(name, "gauge", help);
        for (of, value) in values {
            self.line(&format!("{name}{{{label}=\"{of}\"}}"), value);
        }
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}"); // a String takes everything
    }

    fn line(&mut self, series: &str, value: impl Display) {
        let _ = writeln!(self.0, "{series} {value}");
    }
}

/// Seconds of CPU and bytes of memory of this process, where the kernel tells. A tick is a hundredth of a second and a page 4 KiB on
/// every Linux that EFL is built for.
fn process() -> Option<(f64, u64)> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name may have spaces; what follows it has not.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    #[allow(clippy::cast_precision_loss)] // seconds for a graph
    let cpu = (number(11)? + number(12)?) as f64 / 100.0;
    Some((cpu, number(21)? * 4096))
}

fn holds(status: &Value, condition: &str) -> bool {
    let conditions = status["conditions"].as_array().into_iter().flatten();
    conditions.into_iter().any(|c| c["type"] == condition && c["status"] == "True")
}

/// What is so of all Orchestrators.
struct Orchestrators {
    phases: BTreeMap<String, u64>,
    leftovers: u64,
}

impl Default for Orchestrators {
    /// Every phase is there, with nobody in it: an alert must see a zero.
    fn default() -> Self {
        let phases =
            ["Pending", "Deploying", "Ready", "Migrating", "Degraded", "Rejected", "Paused", "Deleting"];
        Self { phases: phases.map(|phase| (phase.to_owned(), 0)).into(), leftovers: 0 }
    }
}

impl Orchestrators {
    fn add(&mut self, status: &Value) {
        let phase = status["phase"].as_str().unwrap_or("Pending");
        if let Some(count) = self.phases.get_mut(phase) {
            *count += 1;
        }
        self.leftovers += u64::from(holds(status, "PendingCleanup"));
    }
}

/// What is so of all PlacementDecisions.
struct Decisions {
    moves: BTreeMap<String, u64>,
    /// In seconds.
    slowest: u64,
    thrashing: u64,
    unplaceable: u64,
}

impl Default for Decisions {
    fn default() -> Self {
        let phases = ["Prepare", "Warm", "Switch", "Drain", "Remove", "Abort"];
        let moves = phases.map(|phase| (phase.to_owned(), 0)).into();
        Self { moves, slowest: 0, thrashing: 0, unplaceable: 0 }
    }
}

impl Decisions {
    fn add(&mut self, status: &Value) {
        let migration = &status["migration"];
        if let Some(count) = migration["phase"].as_str().and_then(|phase| self.moves.get_mut(phase)) {
            *count += 1;
            let since =
                migration["phaseStartedAt"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
            if let (Some(since), false) = (since, migration["phase"] == "Abort") {
                let seconds = jiff::Timestamp::now().duration_since(since).as_secs();
                self.slowest = self.slowest.max(u64::try_from(seconds).unwrap_or(0));
            }
        }
        self.thrashing += u64::from(holds(status, "Thrashing"));
        self.unplaceable += u64::from(holds(status, "NoFeasibleCluster"));
    }
}

/// Answers `/healthz`, `/readyz` and `/metrics` until the process ends.
pub async fn serve(address: SocketAddr, telemetry: Arc<Telemetry>) -> std::io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let telemetry = telemetry.clone();
            let answer = service_fn(move |request: Request<hyper::body::Incoming>| {
                let answer = answer(request.uri().path(), &telemetry);
                async move { Ok::<_, Infallible>(answer) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    Ok(())
}

fn answer(path: &str, telemetry: &Telemetry) -> Response<Full<Bytes>> {
    let (status, text) = match path {
        "/healthz" => (StatusCode::OK, "ok\n".to_owned()),
        "/readyz" if telemetry.ready.load(Relaxed) => (StatusCode::OK, "ok\n".to_owned()),
        "/readyz" => (StatusCode::SERVICE_UNAVAILABLE, "not everything has been seen yet\n".to_owned()),
        "/metrics" => (StatusCode::OK, telemetry.text()),
        _ => (StatusCode::NOT_FOUND, "there are /healthz, /readyz and /metrics\n".to_owned()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response
}
