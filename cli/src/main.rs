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
use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A compiler allocates many small nodes and frees them together: this allocator makes that a fifth faster.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    commands::Cli::parse().run()
}
