//! Everything together: `efl runtime run`.

use crate::{
    api::DECISION,
    children::Children,
    client::Connection,
    installation,
    lease::Candidate,
    observe::{MetricsSource, Prometheus, Scorer},
    orchestrators,
    placement::Placement,
    telemetry::{self, Telemetry},
};
use futures::{FutureExt, StreamExt};
use kube::{
    Api,
    api::DynamicObject,
    runtime::{WatchStreamExt, reflector, watcher},
};
use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::sync::watch;

/// How the runtime runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// Which API server.
    pub connection: Connection,
    /// The runtime's own namespace: the fleet and the lease stand there.
    pub namespace: String,
    /// Where `/healthz`, `/readyz` and `/metrics` are answered.
    pub address: SocketAddr,
    /// Whether to run without electing a leader: the only one, on a laptop or in a test.
    pub alone: bool,
}

/// Why the runtime ended.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The API server cannot be reached.
    #[error("cannot reach the API server: {0}")]
    Connection(String),
    /// Its custom resources are not installed.
    #[error("the API server does not know {0}: install the custom resources first (efl runtime install)")]
    NotInstalled(&'static str),
    /// The address for health and metrics is taken.
    #[error("cannot listen on {0}: {1}")]
    Address(SocketAddr, std::io::Error),
    /// Another leads: this process must end, and be started again.
    #[error("another one leads now")]
    Deposed,
}

/// Runs until the process is asked to end.
pub async fn run(options: Options) -> Result<(), RunError> {
    let (client, server) = crate::connect(&options.connection).await.map_err(RunError::Connection)?;
    client.apiserver_version().await.map_err(|e| RunError::Connection(format!("{server}: {e}")))?;
    for kind in [crate::api::ORCHESTRATOR, DECISION] {
        if !crate::children::is_served(&client, kind).await {
            return Err(RunError::NotInstalled(kind.name));
        }
    }
    tracing::info!(%server, namespace = options.namespace, "connected");
    let telemetry = Arc::new(Telemetry::default());
    telemetry::serve(options.address, telemetry.clone())
        .await
        .map_err(|e| RunError::Address(options.address, e))?;

    // Caches are warm before it leads.
    let (children, touched) = Children::watch(&client).await;
    let children = Arc::new(children);
    let installation = installation::watch(&client, &options.namespace);
    let (members, members_seen) = watch::channel(installation::Members::new());
    let writer = reflector::store::Writer::new(DECISION.resource());
    let decisions = writer.as_reader();
    let all: Api<DynamicObject> = Api::all_with(client.clone(), &DECISION.resource());
    let events = reflector(writer, watcher(all, watcher::Config::default()).default_backoff());
    tokio::spawn(events.for_each(|_| std::future::ready(())));
    tokio::select! {
        () = async { children.ready().await; let _ = decisions.wait_until_ready().await; } => {}
        () = ended() => return Ok(()),
    }
    telemetry.ready.store(true, Relaxed);

    let identity = format!(
        "{}_{}",
        std::env::var("POD_NAME").or_else(|_| std::env::var("HOSTNAME")).unwrap_or_else(|_| "efl".to_owned()),
        std::process::id()
    );
    let mut candidate = Candidate::new(client.clone(), &options.namespace, identity);
    if !options.alone {
        tracing::info!("waiting to lead");
        tokio::select! {
            () = candidate.lead() => {}
            () = ended() => return Ok(()),
        }
    }
    telemetry.leading.store(true, Relaxed);
    tracing::info!("leading");

    let source: Arc<dyn MetricsSource> = Arc::new(Prometheus::default());
    let placement = Placement {
        client: client.clone(),
        decisions: decisions.clone(),
        installation: installation.clone(),
        members,
        source,
        scorer: Scorer::default(),
        telemetry: telemetry.clone(),
    };
    let deciding = if children.is_karmada() {
        placement.run().boxed()
    } else {
        tracing::info!("no Karmada behind this API server: one cluster, nothing to place");
        std::future::pending().boxed()
    };
    let controller =
        orchestrators::run(client, children, touched, decisions, installation, members_seen, telemetry);
    let holding = async { if options.alone { std::future::pending().await } else { candidate.hold().await } };
    let deposed = tokio::select! {
        () = deciding => false,
        () = controller => false,
        () = holding => true,
        () = ended() => false,
    };
    if deposed {
        return Err(RunError::Deposed);
    }
    if !options.alone {
        let _ = tokio::time::timeout(Duration::from_secs(2), candidate.release()).await; // it runs out
    }
    Ok(())
}

/// Until the process is asked to end.
async fn ended() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::warn!(%error, "signals are not received");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
