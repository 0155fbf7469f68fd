//! The language server: the only crate that knows the Language Server Protocol.
//!
//! ```text
//!  stdin ─ tower-lsp ─ server.rs ──send──► actor.rs (one thread) ──snapshot──► worker.rs (a few threads)
//!                          ▲                 session.rs: projects,                  requests/*.rs
//!                          └────── answer ── documents, settings ◄──────────────── diagnostics.rs
//!                       outbox.rs ◄──────── what the client is told
//! ```
//!
//! Handlers hold no logic: each sends one message before its first `.await`, so messages are handled in the order in
//! which they came. The actor's thread owns every database and document. It applies edits in order, several that wait
//! as one, and hands snapshots to the workers. A write cancels the readers of the old state; a cancelled request cancels
//! its reader; a panic is the answer of one request. A feature is one file in `requests/` and one line in the list there.

mod actor;
mod diagnostics;
mod document;
mod features;
mod files;
mod initialize;
mod input;
mod outbox;
mod project;
mod requests;
mod server;
mod session;
mod settings;
mod snapshot;
mod worker;

pub use server::{Options, serve};

/// Serves standard input and output until the client leaves or says `exit`. Whether that was in order: `exit` comes behind
/// `shutdown`.
pub fn run() -> std::io::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let orderly = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), Options::default()));
    // A read of standard input cannot be interrupted: do not wait for it.
    runtime.shutdown_background();
    Ok(orderly)
}
