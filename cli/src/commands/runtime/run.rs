//! `efl runtime run`: the controllers.

use super::{Exit, Failure};
use crate::{
    cluster::Cluster,
    terminal::{Stream, Terminal},
};
use clap::ValueEnum;
use efl_runtime::{Connection, Controller, Options, RunError};
use std::net::SocketAddr;

/// Run the controllers that keep pipelines running
///
/// Turns Orchestrators into resources, places them by the load of the clusters, and moves them without losing an event.
/// Against Karmada's API server; against a plain Kubernetes it runs everything in that one cluster. Several may run: one leads.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl runtime run --context karmada --alone      on a laptop, beside Karmada
  efl runtime run --controllers placement        in a pod, as efl runtime install has it")]
pub(crate) struct Run {
    #[command(flatten)]
    cluster: Cluster,
    /// Which of the controllers; both when left out. Each has its own account and leads alone
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    controllers: Vec<Which>,
    /// The runtime's own namespace, for the fleet and the leases
    #[arg(short, long, default_value = super::super::RUNTIME_NAMESPACE)]
    namespace: String,
    /// Where /healthz, /readyz and /metrics are answered
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8080")]
    listen: SocketAddr,
    /// Lead without a lease: nobody else runs
    #[arg(long)]
    alone: bool,
    /// How many requests a second are made to the API server in the long run; two and a half times as many at once
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    requests_per_second: u32,
    /// How long a move may take to get ready on its new clusters until it is given up
    #[arg(long, value_name = "TIME", default_value = "5m")]
    move_deadline: efl_compiler::units::Duration,
    /// For tests: die right after so many writes
    #[arg(long, value_name = "N", hide = true)]
    crash_after_writes: Option<usize>,
    /// How the log is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log: LogFormat,
    /// What the log has: a level, or levels by module as in `RUST_LOG`
    #[arg(long, value_name = "FILTER", default_value = "info,salsa=warn")]
    log_level: String,
}

/// A controller.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Which {
    /// Makes what an Orchestrator says stand
    Orchestrator,
    /// Decides where it runs
    Placement,
}

/// How a log is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum LogFormat {
    /// For people
    Text,
    /// One object per line
    Json,
}

impl Run {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let filter = tracing_subscriber::EnvFilter::try_new(&self.log_level)
            .map_err(|e| Failure::usage(format!("`--log-level {}`: {e}", self.log_level)))?;
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        let log = log.with_ansi(Terminal::is_terminal(Stream::Err));
        match self.log {
            LogFormat::Text => log.init(),
            LogFormat::Json => log.json().init(),
        }
        let controllers = self.controllers.iter().map(|which| match which {
            Which::Orchestrator => Controller::Orchestrator,
            Which::Placement => Controller::Placement,
        });
        let options = Options {
            controllers: if self.controllers.is_empty() {
                Controller::ALL.into()
            } else {
                controllers.collect()
            },
            connection: Connection { crash_after: self.crash_after_writes, ..self.cluster.connection() },
            namespace: self.namespace,
            address: self.listen,
            alone: self.alone,
            rate: self.requests_per_second,
            patience: std::time::Duration::from_millis(self.move_deadline.0),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|e| Failure::new(format!("cannot start: {e}")))?;
        runtime.block_on(efl_runtime::run(options)).map_err(|error| match error {
            RunError::Connection(_) => {
                Failure::failed(format!("{error}\n  help: --kubeconfig and --context say which"))
            }
            error => Failure::failed(error.to_string()),
        })?;
        Ok(Exit::Ok)
    }
}
