//! `textDocument/rangeFormatting`: the declarations, members and statements that a range touches.

use super::formatting::formatted;
use crate::{features::Features, snapshot::Snapshot};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{DocumentRangeFormattingParams, OneOf, ServerCapabilities, TextEdit},
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.document_range_formatting_provider = Some(OneOf::Left(true));
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &DocumentRangeFormattingParams,
) -> Result<Option<Vec<TextEdit>>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    Ok(Some(formatted(file, Some(file.offsets(params.range)))))
}
