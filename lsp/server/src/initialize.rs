//! A service that waits for `initialize` to be answered before it takes another message, and tells of `exit`.
//!
//! `tower-lsp` drops notifications that arrive while `initialize` runs. A client that opens a document without waiting
//! for the answer would have it forgotten.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};
use tokio::sync::oneshot;
use tower_lsp::{
    LspService,
    jsonrpc::{Request, Response},
};

/// Whether `initialize` runs, and who waits for its end.
#[derive(Default)]
struct Gate {
    closed: bool,
    waiting: Option<Waker>,
}

/// The service.
pub(crate) struct InOrder<S> {
    inner: LspService<S>,
    gate: Arc<Mutex<Gate>>,
    exit: Option<oneshot::Sender<()>>,
    ending: Arc<Ending>,
}

/// How the client leaves.
#[derive(Default)]
pub(crate) struct Ending {
    shut_down: AtomicBool,
    left_without: AtomicBool,
}

impl Ending {
    /// Whether the client did not say `exit` without `shutdown` before it, which the protocol has as an error.
    pub(crate) fn is_orderly(&self) -> bool {
        !self.left_without.load(Ordering::Relaxed)
    }
}

impl<S> InOrder<S> {
    /// The service, and what is told when the client says `exit`.
    pub(crate) fn new(inner: LspService<S>, ending: Arc<Ending>) -> (Self, oneshot::Receiver<()>) {
        let (exit, exited) = oneshot::channel();
        (Self { inner, gate: Arc::default(), exit: Some(exit), ending }, exited)
    }
}

/// Opens the gate when `initialize` is answered, or its future dropped.
struct Opens(Arc<Mutex<Gate>>);

impl Drop for Opens {
    fn drop(&mut self) {
        let Ok(mut gate) = self.0.lock() else { return };
        gate.closed = false;
        if let Some(waker) = gate.waiting.take() {
            waker.wake();
        }
    }
}

type Answer<E> = Pin<Box<dyn Future<Output = Result<Option<Response>, E>> + Send>>;

impl<S: tower_lsp::LanguageServer> tower_service::Service<Request> for InOrder<S> {
    type Response = Option<Response>;
    type Error = tower_lsp::ExitedError;
    type Future = Answer<Self::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        if let Ok(mut gate) = self.gate.lock()
            && gate.closed
        {
            gate.waiting = Some(cx.waker().clone());
            return Poll::Pending;
        }
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.method() == "shutdown" {
            self.ending.shut_down.store(true, Ordering::Relaxed);
        }
        if request.method() == "exit"
            && let Some(exit) = self.exit.take()
        {
            self.ending.left_without.store(!self.ending.shut_down.load(Ordering::Relaxed), Ordering::Relaxed);
            // The server may have gone before.
            let _ = exit.send(());
        }
        if request.method() != "initialize" {
            return self.inner.call(request);
        }
        if let Ok(mut gate) = self.gate.lock() {
            gate.closed = true;
        }
        let opens = Opens(self.gate.clone());
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            drop(opens);
            answer
        })
    }
}
