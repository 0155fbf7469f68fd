//! `efl runtime`: what runs on the management cluster. One file per command.

mod install;
mod run;
mod simulate;

use super::{Exit, Failure};
use clap::Subcommand;

/// What runs on the management cluster: the controllers, and placement's simulator
#[derive(Debug, clap::Args)]
#[command(
    after_help = "\
Examples:
  efl runtime install --image registry.example/efl:1.0   the controllers, in pods
  efl runtime run --context karmada --alone              the controllers, on a laptop
  efl runtime simulate --scenario herd --compare         what strategies do when an empty cluster comes",
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(crate) struct Runtime {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Install(install::Install),
    Uninstall(install::Uninstall),
    Run(run::Run),
    Simulate(simulate::Simulate),
}

impl Runtime {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::Install(command) => command.run(),
            Command::Uninstall(command) => command.run(),
            Command::Run(command) => command.run(),
            Command::Simulate(command) => command.run(),
        }
    }
}
