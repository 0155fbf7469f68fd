//! What the runtime tells of itself: counters in Prometheus' text format, and whether it lives and is ready.

use http_body_util::Full;
use hyper::{Request, Response, StatusCode, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    fmt::Write as _,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};
use tokio::net::TcpListener;

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
    /// Orchestrators.
    pub orchestrators: AtomicU64,
    /// Whether this one leads.
    pub leading: AtomicBool,
    /// Whether it has seen everything there is.
    pub ready: AtomicBool,
}

impl Telemetry {
    /// Counts one.
    pub fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }

    fn text(&self) -> String {
        let micros = self.reconcile_micros.load(Relaxed);
        #[allow(clippy::cast_precision_loss)] // seconds for a graph
        let seconds = micros as f64 / 1e6;
        let mut out = String::new();
        let mut line = |name: &str, kind: &str, help: &str, value: &dyn std::fmt::Display| {
            let _ = writeln!(out, "# HELP efl_{name} {help}\n# TYPE efl_{name} {kind}\nefl_{name} {value}"); // a String takes everything
        };
        let of = |counter: &AtomicU64| counter.load(Relaxed);
        line("reconciles_total", "counter", "Reconciliations that ended well.", &of(&self.reconciled));
        line("reconcile_errors_total", "counter", "Reconciliations that failed.", &of(&self.failed));
        line("reconcile_seconds_total", "counter", "Time spent in reconciliations.", &seconds);
        line("writes_total", "counter", "Writes to the API server.", &of(&self.writes));
        line(
            "decisions_total",
            "counter",
            "Placement decisions that changed something.",
            &of(&self.decisions),
        );
        line("migrations_started_total", "counter", "Moves that began.", &of(&self.moves));
        line("migrations_aborted_total", "counter", "Moves that were given up.", &of(&self.aborted));
        line(
            "pending_cleanups_total",
            "counter",
            "Moves that left something on a cluster out of reach.",
            &of(&self.leftovers),
        );
        line(
            "stale_clusters",
            "gauge",
            "Clusters whose CPU or memory is not known.",
            &of(&self.stale_clusters),
        );
        line("orchestrators", "gauge", "Orchestrators.", &of(&self.orchestrators));
        line("leader", "gauge", "Whether this process leads.", &u8::from(self.leading.load(Relaxed)));
        out
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
