//! `efl man`: the manual pages, for packagers.

use super::{Cli, Exit, Failure};
use crate::terminal::Terminal;
use clap::CommandFactory;
use std::{fs, path::PathBuf};

/// Write the manual pages to a folder
#[derive(Debug, clap::Args)]
pub(crate) struct Man {
    /// The folder, which is made
    dir: PathBuf,
}

impl Man {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let failed =
            |e: std::io::Error| Failure::new(format!("cannot write to `{}`: {e}", self.dir.display()));
        fs::create_dir_all(&self.dir).map_err(failed)?;
        clap_mangen::generate_to(Cli::command(), &self.dir).map_err(failed)?;
        Terminal::message(&format!("the pages are in {}", self.dir.display()));
        Ok(Exit::Ok)
    }
}
