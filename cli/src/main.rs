//! The `efl` command.

mod commands;
mod disk;
mod fix;
mod inputs;
mod markdown;
mod pages;
mod params;
mod project;
mod report;
mod settings;
mod source;
mod terminal;
mod watch;
mod write;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    commands::Cli::parse().run()
}
