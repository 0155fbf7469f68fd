//! Requests for the tests of the protocol: one that is slow, one that panics, and one that tells what a file
//! holds.

use crate::{requests::OnEdit, server::Server, snapshot::Snapshot};
use salsa::Database as _;
use serde::Deserialize;
use std::time::{Duration, Instant};
use tower_lsp::{LspServiceBuilder, jsonrpc::Result, ls_types::TextDocumentIdentifier};

/// Serves them beside the others.
pub(crate) fn serve(builder: LspServiceBuilder<Server>) -> LspServiceBuilder<Server> {
    let builder = builder.custom_method("test/slow", Server::slow).custom_method("test/panic", Server::panic);
    builder.custom_method("test/text", Server::text)
}

#[derive(Deserialize)]
struct Slow {
    milliseconds: u64,
}

impl Server {
    async fn text(&self, params: TextDocumentIdentifier) -> Result<Option<String>> {
        self.ask(params, text, OnEdit::Fails).await
    }

    async fn slow(&self, params: Slow) -> Result<()> {
        self.ask(params, slow, OnEdit::Fails).await
    }

    async fn panic(&self) -> Result<()> {
        self.ask((), |_, ()| panic!("as asked"), OnEdit::Fails).await
    }
}

/// The text that the compiler has of a file.
fn text(snapshot: &Snapshot, params: &TextDocumentIdentifier) -> Result<Option<String>> {
    let file = snapshot.file(&params.uri);
    Ok(file.and_then(|file| file.source.text(file.db())).map(|text| text.to_string()))
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
