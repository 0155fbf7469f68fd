//! A client as simple as the tests need. What the server says and no test looked at fails the test.

#![allow(dead_code)] // the tests of the binary use a part of it
#![allow(clippy::needless_pass_by_value)] // `json!` is written where it is sent

use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it waits for what must not come.
const QUIET: Duration = Duration::from_millis(250);

/// What a test begins with.
pub(crate) struct Setup {
    folder: TempDir,
    capabilities: Value,
    options: Value,
    folders: Option<Vec<String>>,
}

impl Setup {
    pub(crate) fn new() -> Self {
        let capabilities =
            json!({ "textDocument": { "publishDiagnostics": { "relatedInformation": true } } });
        Self { folder: TempDir::new().unwrap(), capabilities, options: Value::Null, folders: None }
    }

    /// A file on disk.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        write(&self.folder.path().join(name), text);
        self
    }

    /// The files of a folder of the repository.
    pub(crate) fn copy_of(self, folder: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find_map(|above| {
            let found = above.join(folder);
            found.is_dir().then_some(found)
        });
        for entry in std::fs::read_dir(folder.unwrap()).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), self.folder.path().join(entry.file_name())).unwrap();
            }
        }
        self
    }

    /// What the client can do, besides.
    pub(crate) fn capability(mut self, pointer: &str, value: Value) -> Self {
        let mut at = &mut self.capabilities;
        for part in pointer.split('.') {
            at = at.as_object_mut().unwrap().entry(part).or_insert_with(|| json!({}));
        }
        *at = value;
        self
    }

    /// The `initializationOptions`.
    pub(crate) fn options(mut self, options: Value) -> Self {
        self.options = options;
        self
    }

    /// The folders of the workspace, below the one of the test; by default that one.
    pub(crate) fn folders(mut self, folders: &[&str]) -> Self {
        self.folders = Some(folders.iter().map(ToString::to_string).collect());
        self
    }

    /// Speaks to a server that runs already.
    pub(crate) fn over(self, read: impl Read + Send + 'static, write: impl Write + Send + 'static) -> Client {
        Client::new(self, Box::new(read), Box::new(write))
    }
}

fn write(file: &Path, text: &str) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

/// The client.
pub(crate) struct Client {
    setup: Setup,
    output: Option<Box<dyn Write + Send>>,
    input: Receiver<Value>,
    /// What came and nobody asked for yet.
    pending: VecDeque<Value>,
    next_id: i64,
    /// The thread of a server in this process.
    pub(crate) server: Option<JoinHandle<()>>,
}

impl Client {
    fn new(setup: Setup, mut read: Box<dyn Read + Send>, write: Box<dyn Write + Send>) -> Self {
        let (messages, input) = channel();
        thread::spawn(move || {
            while let Some(message) = receive(&mut *read) {
                if messages.send(message).is_err() {
                    return;
                }
            }
        });
        Self { setup, output: Some(write), input, pending: VecDeque::new(), next_id: 0, server: None }
    }

    /// The parameters of `initialize`.
    pub(crate) fn hello(&self) -> Value {
        let folders = match &self.setup.folders {
            None => vec![self.uri("")],
            Some(folders) => folders.iter().map(|folder| self.uri(folder)).collect(),
        };
        let folders: Vec<Value> =
            folders.iter().map(|uri| json!({ "uri": uri.trim_end_matches('/'), "name": "w" })).collect();
        json!({
            "processId": null,
            "rootUri": null,
            "capabilities": self.setup.capabilities,
            "initializationOptions": self.setup.options,
            "workspaceFolders": folders,
        })
    }

    /// `initialize` and `initialized`; returns what the server can do.
    pub(crate) fn greet(&mut self) -> Value {
        let answer = self.ask("initialize", self.hello());
        self.tell("initialized", json!({}));
        answer["result"]["capabilities"].clone()
    }

    // Files.

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.setup.folder.path().join(name)
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        format!("file://{}", self.path(name).display())
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        write(&self.path(name), text);
    }

    /// Says that a file changed on disk: 1 created, 2 changed, 3 deleted.
    pub(crate) fn changed_on_disk(&mut self, name: &str, kind: u8) {
        let changes = json!([{ "uri": self.uri(name), "type": kind }]);
        self.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    // Documents.

    pub(crate) fn open(&mut self, name: &str, text: &str) {
        let uri = self.uri(name);
        self.open_uri(&uri, text);
    }

    pub(crate) fn open_uri(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "efl", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces a range `[line, column, line, column]`.
    pub(crate) fn edit(&mut self, name: &str, version: i32, range: [u32; 4], text: &str) {
        let change = json!({ "range": range_json(range), "text": text });
        self.change(name, version, json!([change]));
    }

    /// Replaces the whole text.
    pub(crate) fn replace(&mut self, name: &str, version: i32, text: &str) {
        self.change(name, version, json!([{ "text": text }]));
    }

    pub(crate) fn change(&mut self, name: &str, version: i32, changes: Value) {
        let document = json!({ "uri": self.uri(name), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    pub(crate) fn close(&mut self, name: &str) {
        let document = json!({ "uri": self.uri(name) });
        self.tell("textDocument/didClose", json!({ "textDocument": document }));
    }

    // Messages.

    /// Sends bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let output = self.output.as_mut().unwrap();
        output.write_all(bytes).unwrap();
        output.flush().unwrap();
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks without waiting; returns the number of the request.
    pub(crate) fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        id
    }

    pub(crate) fn cancel(&mut self, id: i64) {
        self.tell("$/cancelRequest", json!({ "id": id }));
    }

    /// The answer to a request, whole.
    pub(crate) fn answer(&mut self, id: i64) -> Value {
        self.expect("an answer", |message| message["id"] == id && message.get("method").is_none())
    }

    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        self.answer(id)
    }

    /// The result of a request that must succeed.
    pub(crate) fn result(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// A request of the server, which is answered.
    pub(crate) fn asked(&mut self, method: &str, answer: Value) -> Value {
        let request =
            self.expect(method, |message| message["method"] == method && message.get("id").is_some());
        self.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": answer }));
        request["params"].clone()
    }

    /// The parameters of the next notification of a method.
    pub(crate) fn next(&mut self, method: &str) -> Value {
        let message =
            self.expect(method, |message| message["method"] == method && message.get("id").is_none());
        message["params"].clone()
    }

    /// The next diagnostics of a document.
    pub(crate) fn diagnostics(&mut self, name: &str) -> Value {
        let uri = self.uri(name);
        self.diagnostics_of(&uri)
    }

    pub(crate) fn diagnostics_of(&mut self, uri: &str) -> Value {
        let method = "textDocument/publishDiagnostics";
        let message =
            self.expect(uri, |message| message["method"] == method && message["params"]["uri"] == uri);
        message["params"].clone()
    }

    /// The diagnostics of a version of a document; those of older versions are dropped.
    pub(crate) fn diagnostics_at(&mut self, name: &str, version: i32) -> Value {
        loop {
            let found = self.diagnostics(name);
            if found["version"] == version {
                return found;
            }
            assert!(found["version"].as_i64() < Some(i64::from(version)), "{found}");
        }
    }

    /// What the diagnostics of a document say: `CODE line:column-line:column`.
    pub(crate) fn places(found: &Value) -> Vec<String> {
        let place = |p: &Value| format!("{}:{}", p["line"], p["character"]);
        let items = found.get("diagnostics").or_else(|| found.get("items")).unwrap().as_array().unwrap();
        let text = |d: &Value| {
            let (code, range) = (d["code"].as_str().unwrap(), &d["range"]);
            format!("{code} {}-{}", place(&range["start"]), place(&range["end"]))
        };
        items.iter().map(text).collect()
    }

    fn expect(&mut self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.pending.iter().position(&is) {
            return self.pending.remove(at).unwrap();
        }
        let end = Instant::now() + PATIENCE;
        loop {
            match self.input.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(message) if is(&message) => return message,
                Ok(message) => self.pending.push_back(message),
                Err(error) => panic!("{error} while waiting for {what}; came: {:#?}", self.pending),
            }
        }
    }

    /// Drops diagnostics that came and that a test says nothing about.
    pub(crate) fn forget_diagnostics(&mut self) {
        self.settle();
        self.pending.retain(|message| message["method"] != "textDocument/publishDiagnostics");
    }

    /// Waits until the server is quiet.
    pub(crate) fn settle(&mut self) {
        loop {
            match self.input.recv_timeout(QUIET) {
                Ok(message) => self.pending.push_back(message),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Says goodbye; fails if the server said something that no test looked at.
    pub(crate) fn stop(mut self) {
        self.settle();
        let id = self.begin("shutdown", Value::Null);
        self.answer(id);
        self.tell("exit", Value::Null);
        if let Some(server) = self.server.take() {
            server.join().unwrap();
        }
        while let Ok(message) = self.input.recv_timeout(QUIET) {
            self.pending.push_back(message);
        }
        assert!(self.pending.is_empty(), "nobody looked at {:#?}", self.pending);
        self.output = None;
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.output = None;
        let forgotten = self.server.is_some() && !thread::panicking();
        assert!(!forgotten, "a test ends with `stop`");
    }
}

pub(crate) fn range_json(range: [u32; 4]) -> Value {
    json!({
        "start": { "line": range[0], "character": range[1] },
        "end": { "line": range[2], "character": range[3] },
    })
}

/// The next message of a stream.
fn receive(read: &mut dyn Read) -> Option<Value> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        read.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "))?;
    let mut body = vec![0; length.trim().parse().ok()?];
    read.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
