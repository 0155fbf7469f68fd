//! The commands: one file each.

mod check;
mod compile;
mod completions;
mod deploy;
mod docs;
mod doctor;
mod explain;
mod fleet;
mod fmt;
mod graph;
mod import;
mod init;
mod logs;
mod lsp;
mod man;
mod order;
mod replay;
mod runs;
mod runtime;
mod status;
mod trace;

use crate::terminal::{ColorChoice, Terminal};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The namespace of the runtime, unless an installation has another.
const RUNTIME_NAMESPACE: &str = "efl-system";

/// What `--version` says beside the number: what the output is made for.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ntargets: Argo Events 1.9, Argo Workflows 3.7, Knative Serving 1.23, Karmada 1.18"
);

/// Pipelines of events over many clusters, from one file
#[derive(Debug, Parser)]
#[command(
    name = "efl",
    version,
    long_version = VERSION,
    after_help = "\
Examples:
  efl init crossing              a new project in the folder `crossing`
  efl check                      what is wrong with the files here
  efl fmt                        the files here in the one style
  efl compile -o out             the Kubernetes resources, one file each
  efl deploy crossing.efl        to a cluster, until it runs
  efl explain E0404              more about a diagnostic
  efl explain kafka              what a source kind takes

Exit codes: 0 all is well, 1 there are errors, 2 wrong usage, 3 there are differences (`fmt --check`,
`diff --exit-code`), 4 not ready in time (`deploy`, `delete`).",
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 110
)]
pub(crate) struct Cli {
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Fmt(fmt::Fmt),
    Compile(compile::Compile),
    Explain(explain::Explain),
    Graph(graph::Graph),
    Import(import::Import),
    Init(init::Init),
    Deploy(deploy::Deploy),
    Diff(deploy::Diff),
    Status(status::Status),
    Runs(runs::Runs),
    Logs(logs::Logs),
    Trace(trace::Trace),
    Replay(replay::Replay),
    Doctor(doctor::Doctor),
    Move(order::Move),
    Pause(order::Pause),
    Resume(order::Resume),
    Cordon(order::Cordon),
    Uncordon(order::Uncordon),
    Delete(order::Delete),
    Fleet(fleet::Fleet),
    Lsp(lsp::Lsp),
    Runtime(runtime::Runtime),
    Completions(completions::Completions),
    #[command(hide = true)]
    Man(man::Man),
    #[command(hide = true)]
    Docs(docs::Docs),
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self) -> ExitCode {
        let terminal = Terminal::new(self.color);
        let done = match self.command {
            Command::Check(command) => command.run(terminal),
            Command::Fmt(command) => command.run(terminal),
            Command::Compile(command) => command.run(terminal),
            Command::Explain(command) => command.run(terminal),
            Command::Graph(command) => command.run(terminal),
            Command::Import(command) => command.run(terminal),
            Command::Init(command) => command.run(),
            Command::Deploy(command) => command.run(terminal),
            Command::Diff(command) => command.run(terminal),
            Command::Status(command) => command.run(),
            Command::Runs(command) => command.run(),
            Command::Logs(command) => command.run(),
            Command::Trace(command) => command.run(),
            Command::Replay(command) => command.run(),
            Command::Doctor(command) => command.run(terminal),
            Command::Move(command) => command.run(),
            Command::Pause(command) => command.run(),
            Command::Resume(command) => command.run(),
            Command::Cordon(command) => command.run(),
            Command::Uncordon(command) => command.run(),
            Command::Delete(command) => command.run(),
            Command::Fleet(command) => command.run(terminal),
            Command::Lsp(_) => lsp::run(),
            Command::Runtime(command) => command.run(),
            Command::Completions(command) => command.run(),
            Command::Man(command) => command.run(),
            Command::Docs(command) => command.run(),
        };
        let exit = done.unwrap_or_else(|failure| {
            terminal.fail(&failure);
            failure.exit
        });
        ExitCode::from(exit as u8)
    }
}

/// How a command ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Exit {
    /// All is well.
    Ok = 0,
    /// There are diagnostics with errors.
    Errors = 1,
    /// It was called wrongly, or a file could not be written.
    Usage = 2,
    /// There are differences.
    Differences = 3,
    /// It was not done in time.
    Late = 4,
}

impl Exit {
    /// How a command ends that may have found errors.
    pub(crate) const fn errors(found: bool) -> Self {
        if found { Self::Errors } else { Self::Ok }
    }
}

/// Why a command could not do what it was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failure {
    /// What could not be done, and why.
    pub(crate) message: String,
    exit: Exit,
}

impl Failure {
    /// Something outside of the program does not work: a file that cannot be written.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: Exit::Usage }
    }

    /// What it was given is wrong in itself.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: Exit::Errors }
    }

    /// It was called wrongly.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(message)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(format!("cannot write: {error}"))
    }
}
