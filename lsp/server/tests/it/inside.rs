//! The server in the process of the tests.

use crate::client::{Client, Setup};
use std::thread;
use tokio::runtime::{Builder, Runtime};
use tokio_util::io::SyncIoBridge;

impl Setup {
    /// Starts the server, and greets it.
    pub(crate) fn start(self) -> Client {
        let mut client = self.connect();
        client.greet();
        client
    }

    /// Starts the server.
    pub(crate) fn connect(self) -> Client {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let server = thread::spawn(move || {
            let (input, output) = tokio::io::split(theirs);
            let options = efl_lsp::Options { test_requests: true };
            runtime().block_on(efl_lsp::serve(input, output, options));
        });
        let (read, write) = tokio::io::split(ours);
        let runtime = Box::leak(Box::new(runtime()));
        let _inside = runtime.enter();
        let mut client = self.over(SyncIoBridge::new(read), SyncIoBridge::new(write));
        client.server = Some(server);
        client
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}
