//! `efl lsp`: the language server.

use super::{Exit, Failure};

/// Serve an editor
///
/// Speaks the Language Server Protocol on standard input and output. Editors start it; the pages of the documentation
/// say how.
#[derive(Debug, clap::Args)]
pub(crate) struct Lsp {
    /// Speak on standard input and output, which it always does
    #[arg(long)]
    #[allow(dead_code)] // what some clients add
    stdio: bool,
}

pub(crate) fn run() -> Result<Exit, Failure> {
    let orderly = efl_lsp::run().map_err(|e| Failure::new(format!("cannot serve: {e}")))?;
    // The protocol asks for 1 when a client says `exit` without `shutdown`.
    Ok(Exit::errors(!orderly))
}
