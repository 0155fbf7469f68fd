//! What the client is told: in order, the newest alone, and nothing about a text that is no more.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{runtime::Handle, sync::Notify};
use tower_lsp::{
    Client,
    ls_types::{Diagnostic, MessageType, Uri},
};

/// The way to the client; a clone is the same.
#[derive(Clone)]
pub(crate) struct Outbox {
    shared: Arc<Shared>,
    client: Client,
    runtime: Handle,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    filled: Notify,
}

#[derive(Default)]
struct State {
    /// The documents whose diagnostics wait to be sent, in order.
    waiting: VecDeque<Uri>,
    /// The newest diagnostics of each document that has any, or is open.
    latest: HashMap<Uri, Published>,
}

#[derive(Clone, Default)]
struct Published {
    version: Option<i32>,
    diagnostics: Vec<Diagnostic>,
}

impl Outbox {
    /// Starts to send on the current runtime.
    pub(crate) fn new(client: Client) -> Self {
        let runtime = Handle::current();
        let outbox = Self { shared: Arc::default(), client, runtime };
        let (shared, client) = (Arc::downgrade(&outbox.shared), outbox.client.clone());
        outbox.runtime.spawn(async move {
            while let Some(outbox) = shared.upgrade() {
                while let Some((uri, published)) = outbox.take() {
                    client.publish_diagnostics(uri, published.diagnostics, published.version).await;
                }
                outbox.filled.notified().await;
            }
        });
        outbox
    }

    /// The client.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Does something with the client, besides.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(work);
    }

    /// Tells the diagnostics of a document or file. Those of a file that is not open are told when they differ.
    pub(crate) fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        let mut state = self.shared.lock();
        let known = state.latest.get(&uri);
        let same = match known {
            Some(known) => known.version == version && known.diagnostics == diagnostics,
            None => version.is_none() && diagnostics.is_empty(),
        };
        let outdated = known.is_some_and(|known| known.version > version && version.is_some());
        if same || outdated {
            return;
        }
        if version.is_none() && diagnostics.is_empty() {
            // Told once, then forgotten.
            state.latest.insert(uri.clone(), Published::default());
        } else {
            state.latest.insert(uri.clone(), Published { version, diagnostics });
        }
        if !state.waiting.contains(&uri) {
            state.waiting.push_back(uri);
        }
        drop(state);
        self.shared.filled.notify_one();
    }

    /// Says that a document has a new text: what waits about the old one is not sent.
    pub(crate) fn outdate(&self, uri: &Uri) {
        let mut state = self.shared.lock();
        state.waiting.retain(|waiting| waiting != uri);
    }

    /// Writes to the client's log.
    pub(crate) fn log(&self, message: &str) {
        let (client, message) = (self.client.clone(), message.to_owned());
        self.spawn(async move { client.log_message(MessageType::ERROR, message).await });
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<(Uri, Published)> {
        let mut state = self.lock();
        let uri = state.waiting.pop_front()?;
        let published = state.latest.get(&uri).cloned().unwrap_or_default();
        if published.version.is_none() && published.diagnostics.is_empty() {
            state.latest.remove(&uri);
        }
        Some((uri, published))
    }
}
