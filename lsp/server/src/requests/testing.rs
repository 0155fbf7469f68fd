//! Requests for the tests of the protocol: one that is slow and one that panics.

use crate::{requests::OnEdit, server::Server, snapshot::Snapshot};
use salsa::Database as _;
use serde::Deserialize;
use std::time::{Duration, Instant};
use tower_lsp::{LspServiceBuilder, jsonrpc::Result};

/// Serves them beside the others.
pub(crate) fn serve(builder: LspServiceBuilder<Server>) -> LspServiceBuilder<Server> {
    builder.custom_method("test/slow", Server::slow).custom_method("test/panic", Server::panic)
}

#[derive(Deserialize)]
struct Slow {
    milliseconds: u64,
}

impl Server {
    async fn slow(&self, params: Slow) -> Result<()> {
        self.ask(params, slow, OnEdit::Fails).await
    }

    async fn panic(&self) -> Result<()> {
        self.ask((), |_, ()| panic!("as asked"), OnEdit::Fails).await
    }
}

/// Works for some time, as a query does: it asks the database again and again, which unwinds when it is to stop.
fn slow(snapshot: &Snapshot, params: &Slow) -> Result<()> {
    let end = Instant::now() + Duration::from_millis(params.milliseconds);
    while Instant::now() < end {
        for project in &snapshot.projects {
            project.db.unwind_if_revision_cancelled();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
