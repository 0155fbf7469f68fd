//! The face towards `tower-lsp`. No handler has logic: its first statement sends, and only then it may wait.

use crate::{
    actor::{Actor, Message},
    features::Features,
    files,
    initialize::{Ending, InOrder},
    input::{self, Malformed},
    outbox::Outbox,
    requests::{
        self, Asked, OnEdit, for_each_own_request, for_each_request,
        graph::{Graph, GraphParams},
        yaml::{Yaml, YamlParams},
    },
    session::Session,
    settings::Settings,
    snapshot::Snapshot,
    worker::Cancellation,
};
use std::{
    collections::BTreeSet,
    future,
    path::PathBuf,
    pin::pin,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    task::Poll,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::oneshot,
};
#[allow(clippy::wildcard_imports)] // the protocol's types, named by every method
use tower_lsp::ls_types::*;
use tower_lsp::{
    Client, LanguageServer, LspService, LspServiceBuilder,
    jsonrpc::{Error, Result},
};

/// How many messages may be handled at the same time. They only wait for the actor: with the default of four, four slow
/// requests would block edits, and that they are cancelled.
const CONCURRENCY: usize = 1024;

/// The section of the client's settings that is ours.
const SECTION: &str = "efl";

/// How long a client has to read what is left for it.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How the server runs.
#[derive(Clone, Copy, Default, Debug)]
pub struct Options {
    /// Whether requests are served that are slow or panic, for tests.
    #[doc(hidden)]
    pub test_requests: bool,
}

/// Serves a client until it leaves or says `exit`. Whether that was in order: `exit` comes behind `shutdown`.
pub async fn serve(input: impl AsyncRead + Unpin, output: impl AsyncWrite, options: Options) -> bool {
    let builder = LspService::build(Server::new).custom_method(input::MALFORMED, Server::malformed);
    let mut builder = own_requests(builder);
    if options.test_requests {
        builder = requests::testing::serve(builder);
    }
    let (service, socket) = builder.finish();
    let (messages, filtered) = tokio::io::duplex(1 << 16);
    let server = tower_lsp::Server::new(filtered, output, socket).concurrency_level(CONCURRENCY);
    let ending = Arc::new(Ending::default());
    let (service, exited) = InOrder::new(service, ending.clone());
    // A client that says `exit`, or nothing more, may still read; but nobody waits for it for ever.
    let heard = async {
        first(exited, input::forward(input, messages)).await;
        tokio::time::sleep(LAST_WORDS).await;
    };
    first(server.serve(service), heard).await;
    ending.is_orderly()
}

/// Waits for one of two.
async fn first(one: impl Future, other: impl Future) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    future::poll_fn(|cx| {
        let ready = one.as_mut().poll(cx).is_ready() || other.as_mut().poll(cx).is_ready();
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// The server as `tower-lsp` sees it.
pub(crate) struct Server {
    client: Client,
    actor: Sender<Message>,
    /// What the actor is started with, once the client has said what it can do.
    inbox: Mutex<Option<Receiver<Message>>>,
    features: OnceLock<Features>,
}

/// Cancels a request whose answer nobody waits for any more: `tower-lsp` drops the future.
struct CancelsOnDrop(Cancellation);

impl Drop for CancelsOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Server {
    fn new(client: Client) -> Self {
        let (actor, inbox) = channel();
        Self { client, actor, inbox: Mutex::new(Some(inbox)), features: OnceLock::new() }
    }

    /// Tells the actor of a change.
    fn tell(&self, change: impl FnOnce(&mut Session) + Send + 'static) {
        // Without an actor there is nothing to change.
        let _ = self.actor.send(Message::Tell(Box::new(change)));
    }

    /// Asks for an answer. The question is sent when the future is first polled, in the order of the messages.
    pub(crate) async fn ask<P: Send + 'static, A: Send + 'static>(
        &self,
        params: P,
        run: fn(&Snapshot, &P) -> Result<A>,
        on_edit: OnEdit,
    ) -> Result<A> {
        let cancellation = Cancellation::default();
        let (reply, answer) = oneshot::channel();
        let asked = Asked::new(params, run, on_edit, cancellation.clone(), reply);
        let sent = self.actor.send(Message::Ask(Box::new(asked)));
        let _cancels = CancelsOnDrop(cancellation);
        match sent {
            Ok(()) => answer.await.unwrap_or_else(|_| Err(Error::internal_error())),
            Err(_) => Err(Error::internal_error()),
        }
    }

    /// A message came that is none.
    #[allow(clippy::unused_async)] // what `custom_method` takes
    async fn malformed(&self, params: Malformed) {
        self.tell(move |session| session.outbox().log(&format!("a message was dropped: {}", params.reason)));
    }

    fn start(&self, params: &InitializeParams) -> Features {
        let features = Features::new(params);
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(inbox) = inbox {
            let session = Session::new(Outbox::new(self.client.clone()), features.clone(), given(params));
            Actor::start(session, &self.actor, inbox);
        }
        features
    }
}

/// The settings that a client gives at once: in its options, or in a section of them.
fn given(params: &InitializeParams) -> Settings {
    let options = params.initialization_options.as_ref();
    let section = options.map(|options| options.get(SECTION).unwrap_or(options).clone());
    section.and_then(Settings::read).unwrap_or_default()
}

fn folders(params: &InitializeParams) -> Vec<WorkspaceFolder> {
    if let Some(folders) = &params.workspace_folders {
        return folders.clone();
    }
    #[allow(deprecated)] // what older clients send
    let root = params.root_uri.clone();
    root.map(|uri| WorkspaceFolder { uri, name: String::new() }).into_iter().collect()
}

macro_rules! methods {
    ($($method:ident($params:ty) -> $answer:ty: $file:ident, $on_edit:ident;)*) => {
        impl LanguageServer for Server {
            $(async fn $method(&self, params: $params) -> Result<$answer> {
                self.ask(params, requests::run::$method, OnEdit::$on_edit()).await
            })*

            async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
                let features = self.start(&params);
                let folders = folders(&params);
                self.tell(move |session| session.add_folders(&folders));
                let capabilities = capabilities(&features);
                let _ = self.features.set(features);
                Ok(InitializeResult {
                    capabilities,
                    server_info: Some(ServerInfo {
                        name: "efl".to_owned(),
                        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
                    }),
                    ..InitializeResult::default()
                })
            }

            async fn initialized(&self, _: InitializedParams) {
                if let Some(features) = self.features.get() {
                    self.register(features);
                    if features.configuration {
                        self.ask_settings();
                    }
                }
            }

            async fn shutdown(&self) -> Result<()> {
                Ok(())
            }

            async fn did_open(&self, params: DidOpenTextDocumentParams) {
                self.tell(|session| session.open(params));
            }

            async fn did_change(&self, params: DidChangeTextDocumentParams) {
                self.tell(|session| session.edit(params));
            }

            async fn did_close(&self, params: DidCloseTextDocumentParams) {
                self.tell(move |session| session.close(&params));
            }

            async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
                self.files_changed(params.changes.into_iter().map(|event| event.uri));
            }

            async fn did_create_files(&self, params: CreateFilesParams) {
                self.files_changed(uris(params.files.into_iter().map(|file| file.uri)));
            }

            async fn did_rename_files(&self, params: RenameFilesParams) {
                self.files_changed(uris(params.files.into_iter().flat_map(|file| [file.old_uri, file.new_uri])));
            }

            async fn did_delete_files(&self, params: DeleteFilesParams) {
                self.files_changed(uris(params.files.into_iter().map(|file| file.uri)));
            }

            async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
                if self.features.get().is_some_and(|features| features.configuration) {
                    self.ask_settings();
                } else {
                    self.configure(params.settings.get(SECTION).cloned().unwrap_or_default());
                }
            }

            async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
                self.tell(move |session| {
                    session.remove_folders(&params.event.removed);
                    session.add_folders(&params.event.added);
                });
            }
        }
    };
}
for_each_request!(methods);

macro_rules! own_methods {
    ($($name:literal: $method:ident($params:ty) -> $answer:ty: $file:ident, $on_edit:ident;)*) => {
        impl Server {
            $(async fn $method(&self, params: $params) -> Result<$answer> {
                self.ask(params, requests::$file::run, OnEdit::$on_edit()).await
            })*
        }

        /// Serves the requests that are EFL's own.
        fn own_requests(builder: LspServiceBuilder<Server>) -> LspServiceBuilder<Server> {
            builder$(.custom_method($name, Server::$method))*
        }
    };
}
for_each_own_request!(own_methods);

/// What the server can do: how it takes documents, and what each request says of itself.
fn capabilities(features: &Features) -> ServerCapabilities {
    let mut capabilities = ServerCapabilities {
        position_encoding: Some(match features.encoding {
            efl_grammar::Encoding::Utf8 => PositionEncodingKind::UTF8,
            efl_grammar::Encoding::Utf16 => PositionEncodingKind::UTF16,
            efl_grammar::Encoding::Utf32 => PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            ..TextDocumentSyncOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: Some(file_operations()),
        }),
        ..ServerCapabilities::default()
    };
    requests::register(&mut capabilities, features);
    capabilities
}

/// What the client is to tell of files that its person creates, renames and deletes.
fn file_operations() -> WorkspaceFileOperationsServerCapabilities {
    let programs = FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: FileOperationPattern {
            glob: "**/*.efl".to_owned(),
            matches: Some(FileOperationPatternKind::File),
            options: None,
        },
    };
    let options = FileOperationRegistrationOptions { filters: vec![programs] };
    WorkspaceFileOperationsServerCapabilities {
        did_create: Some(options.clone()),
        did_rename: Some(options.clone()),
        did_delete: Some(options),
        ..WorkspaceFileOperationsServerCapabilities::default()
    }
}

/// The URIs that are some.
fn uris(texts: impl Iterator<Item = String>) -> impl Iterator<Item = Uri> {
    texts.filter_map(|text| text.parse().ok())
}

impl Server {
    fn files_changed(&self, uris: impl Iterator<Item = Uri>) {
        let files: BTreeSet<PathBuf> = uris.filter_map(|uri| files::path(&uri)).collect();
        let files: Vec<PathBuf> = files.into_iter().collect();
        self.tell(move |session| session.files_changed(&files));
    }

    /// Takes the section of the settings that is ours.
    fn configure(&self, section: serde_json::Value) {
        if let Some(settings) = Settings::read(section) {
            self.tell(|session| session.configure(settings));
        }
    }

    /// Asks the client for its settings.
    fn ask_settings(&self) {
        let (client, actor) = (self.client.clone(), self.actor.clone());
        tokio::spawn(async move {
            let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
            let answer = client.configuration(vec![item]).await.ok();
            let section = answer.and_then(|sections| sections.into_iter().next());
            if let Some(settings) = section.and_then(Settings::read) {
                let _ = actor.send(Message::Tell(Box::new(|session| session.configure(settings))));
            }
        });
    }

    /// Asks the client to tell of files and settings that change.
    fn register(&self, features: &Features) {
        let mut registrations = Vec::new();
        if features.register_watchers {
            let watch = |pattern: &str| FileSystemWatcher {
                glob_pattern: GlobPattern::String(pattern.to_owned()),
                kind: None,
            };
            // JSON Schemas of payloads may lie anywhere; those that no program names are not read.
            let watchers = ["**/*.efl", "**/efl.toml", "**/*.json"].map(watch).to_vec();
            let options = DidChangeWatchedFilesRegistrationOptions { watchers };
            registrations.push(Registration {
                id: "efl-files".to_owned(),
                method: "workspace/didChangeWatchedFiles".to_owned(),
                register_options: serde_json::to_value(options).ok(),
            });
        }
        if features.register_configuration {
            registrations.push(Registration {
                id: "efl-settings".to_owned(),
                method: "workspace/didChangeConfiguration".to_owned(),
                register_options: Some(serde_json::json!({ "section": SECTION })),
            });
        }
        if registrations.is_empty() {
            return;
        }
        let client = self.client.clone();
        tokio::spawn(async move {
            // A client that refuses has nothing to tell.
            let _ = client.register_capability(registrations).await;
        });
    }
}
