//! `textDocument/documentHighlight`: where a name stands in its file.

use crate::{features::Features, snapshot::Snapshot};
use efl_ide::references::{self, Highlight};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, OneOf, ServerCapabilities,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.document_highlight_provider = Some(OneOf::Left(true));
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>> {
    let Some((file, offset)) = snapshot.at(&params.text_document_position_params) else { return Ok(None) };
    let convert = |found: &Highlight| DocumentHighlight {
        range: file.range(found.range),
        kind: Some(if found.is_definition {
            DocumentHighlightKind::WRITE
        } else {
            DocumentHighlightKind::READ
        }),
    };
    let found = references::highlight(file.db(), file.source, offset);
    Ok(found.map(|places| places.iter().map(convert).collect()))
}
