//! `efl completions`: what a shell needs to complete commands.

use super::{Cli, Exit, Failure};
use crate::terminal::Terminal;
use clap::CommandFactory;
use clap_complete::{Shell, generate};

/// Write the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl completions bash > ~/.local/share/bash-completion/completions/efl
  efl completions zsh > ~/.zfunc/_efl
  efl completions fish > ~/.config/fish/completions/efl.fish")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        generate(self.shell, &mut Cli::command(), "efl", &mut script);
        Terminal::print(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Ok)
    }
}
