//! The requests: one file each, and one line in the list below. A file has
//!
//! * `register`, which tells the client what the server can do, and
//! * `run(&Snapshot, &Params) -> Result<Answer>`, which finds the file and offset, asks `efl-ide` or the compiler, and
//!   converts the answer. It may unwind whenever it asks the database: whatever it has to clean up cleans up itself.

#![allow(clippy::unnecessary_wraps)] // every `run` has the same shape

use crate::{
    features::Features,
    snapshot::Snapshot,
    worker::{Cancellation, End},
};
use tokio::sync::oneshot;
use tower_lsp::{
    jsonrpc::{Error, ErrorCode, Result},
    ls_types::ServerCapabilities,
};

mod code_action;
mod code_lens;
mod completion;
mod completion_resolve;
mod definition;
mod diagnostic;
mod document_highlight;
mod document_link;
mod document_symbol;
mod execute_command;
mod folding_range;
mod formatting;
pub(crate) mod graph;
mod hover;
mod incoming_calls;
mod inlay_hint;
mod on_type_formatting;
mod outgoing_calls;
mod prepare_call_hierarchy;
mod prepare_rename;
mod range_formatting;
mod references;
mod rename;
mod selection_range;
mod semantic_tokens_full;
mod semantic_tokens_full_delta;
mod semantic_tokens_range;
mod signature_help;
pub(crate) mod testing;
mod type_definition;
mod will_rename_files;
mod workspace_diagnostic;
mod workspace_symbol;
pub(crate) mod yaml;

/// Calls a macro with the list of requests: the method of `LanguageServer`, its parameters and answer, its file here,
/// and what is done when an edit comes between: `fails`, because the client asks again if it still wants to know, or
/// `repeats`.
macro_rules! for_each_request {
    ($then:ident) => {
        $then! {
            code_action(CodeActionParams) -> Option<CodeActionResponse>: code_action, fails;
            code_lens(CodeLensParams) -> Option<Vec<CodeLens>>: code_lens, fails;
            completion(CompletionParams) -> Option<CompletionResponse>: completion, repeats;
            completion_resolve(CompletionItem) -> CompletionItem: completion_resolve, repeats;
            diagnostic(DocumentDiagnosticParams) -> DocumentDiagnosticReportResult: diagnostic, repeats;
            document_highlight(DocumentHighlightParams) -> Option<Vec<DocumentHighlight>>: document_highlight, fails;
            document_link(DocumentLinkParams) -> Option<Vec<DocumentLink>>: document_link, fails;
            document_symbol(DocumentSymbolParams) -> Option<DocumentSymbolResponse>: document_symbol, repeats;
            execute_command(ExecuteCommandParams) -> Option<LSPAny>: execute_command, repeats;
            folding_range(FoldingRangeParams) -> Option<Vec<FoldingRange>>: folding_range, fails;
            formatting(DocumentFormattingParams) -> Option<Vec<TextEdit>>: formatting, fails;
            goto_definition(GotoDefinitionParams) -> Option<GotoDefinitionResponse>: definition, fails;
            goto_type_definition(request::GotoTypeDefinitionParams) -> Option<request::GotoTypeDefinitionResponse>:
                type_definition, fails;
            hover(HoverParams) -> Option<Hover>: hover, fails;
            incoming_calls(CallHierarchyIncomingCallsParams) -> Option<Vec<CallHierarchyIncomingCall>>:
                incoming_calls, fails;
            inlay_hint(InlayHintParams) -> Option<Vec<InlayHint>>: inlay_hint, fails;
            on_type_formatting(DocumentOnTypeFormattingParams) -> Option<Vec<TextEdit>>: on_type_formatting, fails;
            outgoing_calls(CallHierarchyOutgoingCallsParams) -> Option<Vec<CallHierarchyOutgoingCall>>:
                outgoing_calls, fails;
            prepare_call_hierarchy(CallHierarchyPrepareParams) -> Option<Vec<CallHierarchyItem>>:
                prepare_call_hierarchy, fails;
            prepare_rename(TextDocumentPositionParams) -> Option<PrepareRenameResponse>: prepare_rename, fails;
            range_formatting(DocumentRangeFormattingParams) -> Option<Vec<TextEdit>>: range_formatting, fails;
            references(ReferenceParams) -> Option<Vec<Location>>: references, fails;
            rename(RenameParams) -> Option<WorkspaceEdit>: rename, fails;
            selection_range(SelectionRangeParams) -> Option<Vec<SelectionRange>>: selection_range, fails;
            semantic_tokens_full(SemanticTokensParams) -> Option<SemanticTokensResult>: semantic_tokens_full, fails;
            semantic_tokens_full_delta(SemanticTokensDeltaParams) -> Option<SemanticTokensFullDeltaResult>:
                semantic_tokens_full_delta, fails;
            semantic_tokens_range(SemanticTokensRangeParams) -> Option<SemanticTokensRangeResult>:
                semantic_tokens_range, fails;
            signature_help(SignatureHelpParams) -> Option<SignatureHelp>: signature_help, fails;
            symbol(WorkspaceSymbolParams) -> Option<WorkspaceSymbolResponse>: workspace_symbol, fails;
            will_rename_files(RenameFilesParams) -> Option<WorkspaceEdit>: will_rename_files, fails;
            workspace_diagnostic(WorkspaceDiagnosticParams) -> WorkspaceDiagnosticReportResult:
                workspace_diagnostic, repeats;
        }
    };
}
pub(crate) use for_each_request;

/// The same list of the requests that are EFL's own, each with its method in the protocol.
macro_rules! for_each_own_request {
    ($then:ident) => {
        $then! {
            "efl/graph": graph(GraphParams) -> Graph: graph, repeats;
            "efl/yaml": yaml(YamlParams) -> Yaml: yaml, repeats;
        }
    };
}
pub(crate) use for_each_own_request;

/// Tells the client of every request.
pub(crate) fn register(capabilities: &mut ServerCapabilities, features: &Features) {
    macro_rules! register {
        ($($method:ident($params:ty) -> $answer:ty: $file:ident, $on_edit:ident;)*) => {
            $($file::register(capabilities, features);)*
        };
    }
    for_each_request!(register);
}

/// The functions of the list, for the server.
pub(crate) mod run {
    macro_rules! run {
        ($($method:ident($params:ty) -> $answer:ty: $file:ident, $on_edit:ident;)*) => {
            $(pub(crate) use super::$file::run as $method;)*
        };
    }
    super::for_each_request!(run);
}

/// A request that waits for its answer.
pub(crate) trait Request: Send {
    /// Finds the answer.
    fn run(&mut self, snapshot: &Snapshot);
    /// Sends the answer, or why there is none.
    fn finish(&mut self, end: End);
    /// Whether it may be tried once more after an edit.
    fn again(&mut self) -> bool;
    /// The revision whose state had nothing new for who asked: the answer waits for another one.
    fn waits(&self) -> Option<u64>;
    /// The way to stop it.
    fn cancellation(&self) -> &Cancellation;
}

/// What a request gives that is to be asked again when the state has changed, and has no answer until then.
pub(crate) fn nothing_new() -> Error {
    Error { code: ErrorCode::ServerError(NOTHING_NEW), message: "nothing is new".into(), data: None }
}

/// Never sent.
const NOTHING_NEW: i64 = i64::MIN;

/// What is done with a request when an edit comes between.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OnEdit {
    /// The client is told that the content was modified.
    Fails,
    /// It is tried again, so often.
    Repeats(u8),
}

impl OnEdit {
    pub(crate) const fn fails() -> Self {
        Self::Fails
    }

    pub(crate) const fn repeats() -> Self {
        Self::Repeats(8)
    }
}

/// A request of the list.
pub(crate) struct Asked<P, A> {
    params: P,
    run: fn(&Snapshot, &P) -> Result<A>,
    on_edit: OnEdit,
    cancellation: Cancellation,
    answer: Option<Result<A>>,
    revision: u64,
    reply: Option<oneshot::Sender<Result<A>>>,
}

impl<P, A> Asked<P, A> {
    pub(crate) fn new(
        params: P,
        run: fn(&Snapshot, &P) -> Result<A>,
        on_edit: OnEdit,
        cancellation: Cancellation,
        reply: oneshot::Sender<Result<A>>,
    ) -> Self {
        Self { params, run, on_edit, cancellation, answer: None, revision: 0, reply: Some(reply) }
    }
}

impl<P: Send, A: Send> Request for Asked<P, A> {
    fn run(&mut self, snapshot: &Snapshot) {
        self.revision = snapshot.revision;
        self.answer = Some((self.run)(snapshot, &self.params));
    }

    fn finish(&mut self, end: End) {
        let error = |code, message: String| Err(Error { code, message: message.into(), data: None });
        let answer = match (end, self.answer.take()) {
            (End::Done, Some(answer)) => answer,
            (End::Edited, _) => Err(Error::content_modified()),
            (End::Cancelled, _) => Err(Error::request_cancelled()),
            (End::Panicked(message), _) => error(ErrorCode::InternalError, format!("a panic: {message}")),
            (End::Done, None) => Err(Error::internal_error()),
        };
        if let Some(reply) = self.reply.take() {
            // Whoever asked may be gone.
            let _ = reply.send(answer);
        }
    }

    fn again(&mut self) -> bool {
        match &mut self.on_edit {
            OnEdit::Fails | OnEdit::Repeats(0) => false,
            OnEdit::Repeats(left) => {
                *left -= 1;
                true
            }
        }
    }

    fn waits(&self) -> Option<u64> {
        let nothing_new = |answer: &Result<A>| {
            answer.as_ref().is_err_and(|e| e.code == ErrorCode::ServerError(NOTHING_NEW))
        };
        self.answer.as_ref().is_some_and(nothing_new).then_some(self.revision)
    }

    fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }
}
