//! `textDocument/onTypeFormatting`: what a closing brace ends.

use super::formatting::formatted;
use crate::{features::Features, snapshot::Snapshot};
use efl_grammar::TextRange;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        DocumentOnTypeFormattingOptions, DocumentOnTypeFormattingParams, ServerCapabilities, TextEdit,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.document_on_type_formatting_provider = Some(DocumentOnTypeFormattingOptions {
        first_trigger_character: "}".to_owned(),
        more_trigger_character: None,
    });
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &DocumentOnTypeFormattingParams,
) -> Result<Option<Vec<TextEdit>>> {
    let Some((file, offset)) = snapshot.at(&params.text_document_position) else { return Ok(None) };
    Ok(Some(formatted(file, Some(TextRange::empty(offset)))))
}
