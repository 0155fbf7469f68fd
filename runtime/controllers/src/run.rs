//! Everything together: `efl runtime run`.

use crate::{
    api::{CLUSTER, DECISION, ORCHESTRATOR},
    children::{Children, is_served},
    client::Connection,
    installation::{self, Members},
    lease::Candidate,
    observe::{MetricsSource, Prometheus, Scorer},
    orchestrators,
    placement::Placement,
    telemetry::{self, Telemetry},
};
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, Shared, try_join_all},
};
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

/// One of the two controllers. Each leads alone and can have a process, an account and rights of its own: the one that speaks
/// to servers that a fleet names can write nothing but decisions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Controller {
    /// Makes what an Orchestrator says stand.
    Orchestrator,
    /// Decides where it runs.
    Placement,
}

impl Controller {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Orchestrator, Self::Placement];

    /// Its name: of its lease, its account, its pods.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Orchestrator => "efl-orchestrator",
            Self::Placement => "efl-placement",
        }
    }
}

/// How the runtime runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// Which API server.
    pub connection: Connection,
    /// Which controllers this process has.
    pub controllers: Vec<Controller>,
    /// The runtime's own namespace: the fleet and the leases stand there.
    pub namespace: String,
    /// Where `/healthz`, `/readyz` and `/metrics` are answered.
    pub address: SocketAddr,
    /// Whether to run without electing a leader: the only one, on a laptop or in a test.
    pub alone: bool,
    /// How many requests a second it makes to the API server, in the long run.
    pub rate: u32,
    /// How long a move may take to be ready on its new clusters, before anything has changed over, until it is given up.
    pub patience: Duration,
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
    #[error("another {0} leads now")]
    Deposed(&'static str),
    /// A controller ended by itself, which none should.
    #[error("{0} has stopped")]
    Stopped(&'static str),
}

/// Runs until the process is asked to end.
pub async fn run(options: Options) -> Result<(), RunError> {
    let (client, server) = crate::client::connect_paced(&options.connection, options.rate)
        .await
        .map_err(RunError::Connection)?;
    let version = crate::client::persistent(|| client.apiserver_version()).await;
    version.map_err(|e| RunError::Connection(format!("{server}: {e}")))?;
    let has = |controller| options.controllers.contains(&controller);
    let needed = [(Controller::Orchestrator, ORCHESTRATOR), (Controller::Placement, DECISION)];
    for (_, kind) in needed.into_iter().filter(|(controller, _)| has(*controller)) {
        if !is_served(&client, kind).await {
            return Err(RunError::NotInstalled(kind.name));
        }
    }
    tracing::info!(%server, namespace = options.namespace, "connected");
    let telemetry = Arc::new(Telemetry::default());
    telemetry::serve(options.address, telemetry.clone())
        .await
        .map_err(|e| RunError::Address(options.address, e))?;

    let installation = installation::watch(&client, &options.namespace, telemetry.clone());
    let writer = reflector::store::Writer::new(DECISION.resource());
    let decisions = writer.as_reader();
    let _ = telemetry.placed.set(decisions.clone()); // it is new
    let all: Api<DynamicObject> = Api::all_with(client.clone(), &DECISION.resource());
    let events = reflector(
        writer,
        watcher(all, watcher::Config::default()).default_backoff().modify(crate::api::lightened),
    );
    tokio::spawn(events.for_each(|_| std::future::ready(())));
    let ended = ended().boxed().shared();
    let seen = async { decisions.wait_until_ready().await };

    let placing = if has(Controller::Placement) && is_served(&client, CLUSTER).await {
        let source: Arc<dyn MetricsSource> = Arc::new(Prometheus::default());
        let placement = Placement {
            client: client.clone(),
            decisions: decisions.clone(),
            installation: installation.clone(),
            source,
            scorer: Scorer::default(),
            telemetry: telemetry.clone(),
        };
        Some(placement.run().boxed())
    } else {
        if has(Controller::Placement) {
            tracing::info!("no Karmada behind this API server: one cluster, nothing to place");
        }
        None
    };
    // Caches are warm before a controller leads.
    let orchestrating = if has(Controller::Orchestrator) {
        let watching = async {
            let (children, touched) = Children::watch(&client).await;
            children.ready().await;
            let members = if children.is_karmada() {
                installation::follow(&client, &installation).await
            } else {
                watch::channel(Members::new()).1
            };
            (Arc::new(children), touched, members)
        };
        let (children, touched, members) = tokio::select! {
            watched = watching => watched,
            () = ended.clone() => return Ok(()),
        };
        let orchestrating = orchestrators::run(
            client.clone(),
            children,
            touched,
            decisions.clone(),
            installation,
            members,
            telemetry.clone(),
            options.patience,
        );
        Some(orchestrating.boxed())
    } else {
        None
    };
    tokio::select! {
        _ = seen => {}
        () = ended.clone() => return Ok(()),
    }
    telemetry.ready.store(true, Relaxed);

    let both = [(Controller::Orchestrator, orchestrating), (Controller::Placement, placing)];
    let parts = both.into_iter().filter_map(|(controller, work)| {
        let candidate =
            (!options.alone).then(|| Candidate::new(client.clone(), &options.namespace, controller.name()));
        Some(lead(controller, candidate, work?, telemetry.clone(), ended.clone()))
    });
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() {
        ended.await;
        return Ok(());
    }
    try_join_all(parts).await.map(drop)
}

/// Runs a controller while it leads; without a candidate it does so at once.
async fn lead(
    controller: Controller,
    candidate: Option<Candidate>,
    work: BoxFuture<'static, ()>,
    telemetry: Arc<Telemetry>,
    ended: Shared<BoxFuture<'static, ()>>,
) -> Result<(), RunError> {
    let name = controller.name();
    telemetry.leads(controller, false);
    let mut candidate = candidate;
    if let Some(candidate) = &mut candidate {
        tracing::info!(controller = name, "waiting to lead");
        tokio::select! {
            () = candidate.lead() => {}
            () = ended.clone() => return Ok(()),
        }
    }
    telemetry.leads(controller, true);
    tracing::info!(controller = name, "leading");
    let holding = async {
        match &mut candidate {
            Some(candidate) => candidate.hold().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = work => return Err(RunError::Stopped(name)),
        () = holding => return Err(RunError::Deposed(name)),
        () = ended => {}
    }
    if let Some(mut candidate) = candidate {
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
