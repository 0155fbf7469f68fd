//! What the client can do, as far as the server asks.

use efl_grammar::Encoding;
use serde::Deserialize;
use tower_lsp::ls_types::{ClientCapabilities, InitializeParams, PositionEncodingKind};

/// What the client can do.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)] // each is a capability of the protocol
pub(crate) struct Features {
    /// How columns are counted.
    pub(crate) encoding: Encoding,
    /// Whether diagnostics are asked for; else they are told.
    pub(crate) pull_diagnostics: bool,
    /// Whether `workspace/diagnostic/refresh` is understood.
    pub(crate) refresh_diagnostics: bool,
    /// Whether labels can be sent as related places.
    pub(crate) related_information: bool,
    /// Whether `workspace/configuration` can be asked.
    pub(crate) configuration: bool,
    /// Whether the server may register for changes of the settings.
    pub(crate) register_configuration: bool,
    /// Whether the server may register file watchers.
    pub(crate) register_watchers: bool,
    /// Whether `window/showDocument` is understood.
    pub(crate) show_document: bool,
    /// Whether edits may be versioned, and create and rename files.
    pub(crate) document_changes: bool,
    /// Whether snippets may be inserted by completion.
    pub(crate) snippets: bool,
    /// Whether code actions may have kinds.
    pub(crate) code_action_literals: bool,
    /// Whether inlay hints, code lenses and semantic tokens can be asked to be asked for again.
    pub(crate) refresh: Refresh,
    /// The commands that the client runs itself.
    pub(crate) client_commands: Vec<String>,
}

/// What the client asks for again when told to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Refresh {
    pub(crate) inlay_hints: bool,
    pub(crate) code_lenses: bool,
    pub(crate) semantic_tokens: bool,
}

/// `initializationOptions`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct InitializationOptions {
    /// The commands that the client runs itself.
    client_commands: Vec<String>,
    /// How the client wants diagnostics.
    diagnostics: Option<Diagnostics>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Diagnostics {
    Push,
    Pull,
}

impl Features {
    /// Reads them from what the client says of itself.
    pub(crate) fn new(params: &InitializeParams) -> Self {
        let capabilities = &params.capabilities;
        let options = params.initialization_options.clone().unwrap_or_default();
        let options: InitializationOptions = serde_json::from_value(options).unwrap_or_default();
        let text = capabilities.text_document.as_ref();
        let workspace = capabilities.workspace.as_ref();
        let publish = text.and_then(|t| t.publish_diagnostics.as_ref());
        let can_pull = text.is_some_and(|t| t.diagnostic.is_some());
        // Told diagnostics are there at once and for every file; most clients ask for those of visible files alone.
        let pull_diagnostics = match options.diagnostics {
            Some(Diagnostics::Pull) => can_pull,
            Some(Diagnostics::Push) => false,
            None => can_pull && publish.is_none(),
        };
        let completion_item =
            text.and_then(|t| t.completion.as_ref()).and_then(|c| c.completion_item.as_ref());
        Self {
            encoding: encoding(capabilities),
            pull_diagnostics,
            refresh_diagnostics: workspace
                .and_then(|w| w.diagnostics.as_ref())
                .is_some_and(|d| d.refresh_support == Some(true)),
            related_information: publish.is_none_or(|p| p.related_information == Some(true)),
            configuration: workspace.is_some_and(|w| w.configuration == Some(true)),
            register_configuration: workspace
                .and_then(|w| w.did_change_configuration.as_ref())
                .is_some_and(|c| c.dynamic_registration == Some(true)),
            register_watchers: workspace
                .and_then(|w| w.did_change_watched_files.as_ref())
                .is_some_and(|w| w.dynamic_registration == Some(true)),
            show_document: capabilities
                .window
                .as_ref()
                .and_then(|w| w.show_document.as_ref())
                .is_some_and(|s| s.support),
            document_changes: workspace
                .and_then(|w| w.workspace_edit.as_ref())
                .is_some_and(|e| e.document_changes == Some(true)),
            snippets: completion_item.is_some_and(|c| c.snippet_support == Some(true)),
            code_action_literals: text
                .and_then(|t| t.code_action.as_ref())
                .is_some_and(|a| a.code_action_literal_support.is_some()),
            refresh: Refresh {
                inlay_hints: workspace
                    .and_then(|w| w.inlay_hint.as_ref())
                    .is_some_and(|h| h.refresh_support == Some(true)),
                code_lenses: workspace
                    .and_then(|w| w.code_lens.as_ref())
                    .is_some_and(|l| l.refresh_support == Some(true)),
                semantic_tokens: workspace
                    .and_then(|w| w.semantic_tokens.as_ref())
                    .is_some_and(|s| s.refresh_support == Some(true)),
            },
            client_commands: options.client_commands,
        }
    }

    /// Whether the client runs a command itself.
    pub(crate) fn runs(&self, command: &str) -> bool {
        self.client_commands.iter().any(|known| known == command)
    }
}

/// The encoding that costs least of those that the client knows.
fn encoding(capabilities: &ClientCapabilities) -> Encoding {
    let known =
        capabilities.general.as_ref().and_then(|g| g.position_encodings.as_deref()).unwrap_or_default();
    if known.contains(&PositionEncodingKind::UTF8) {
        Encoding::Utf8
    } else if known.contains(&PositionEncodingKind::UTF32) && !known.contains(&PositionEncodingKind::UTF16) {
        Encoding::Utf32
    } else {
        Encoding::Utf16
    }
}
