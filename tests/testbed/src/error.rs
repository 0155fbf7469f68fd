//! What can go wrong with a bed. Every message names what to look at.

use std::{io, path::PathBuf};

/// Why a bed is not as it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or process of the bed could not be used.
    #[error("{what}: {source}")]
    Io {
        /// What was tried, on what.
        what: String,
        /// What the machine said.
        source: io::Error,
    },
    /// A command that had to succeed did not.
    #[error("{command} failed{}{}", if said.is_empty() { "" } else { ":\n" }, said)]
    Failed {
        /// The command, shortened.
        command: String,
        /// What it said.
        said: String,
    },
    /// A program did not become ready in its time, or died.
    #[error("{program} {what}; its log is {}, which ends:\n{tail}", log.display())]
    NotReady {
        /// `CLUSTER/PROGRAM`.
        program: String,
        /// What happened.
        what: String,
        /// Everything it said.
        log: PathBuf,
        /// The last lines of its log.
        tail: String,
    },
    /// The request, or the machine, is not as it must be.
    #[error("{0}")]
    Refused(String),
}

/// What most functions of this crate return.
pub type Result<T> = std::result::Result<T, Error>;

/// Names what was tried in an error of the machine.
pub(crate) trait Context<T> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::Io { what: what(), source })
    }
}
