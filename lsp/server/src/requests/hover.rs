//! `textDocument/hover`: what a name is.

use crate::{features::Features, snapshot::Snapshot};
use efl_ide::hover;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        Hover, HoverContents, HoverParams, HoverProviderCapability, MarkupContent, MarkupKind,
        ServerCapabilities,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.hover_provider = Some(HoverProviderCapability::Simple(true));
}

pub(crate) fn run(snapshot: &Snapshot, params: &HoverParams) -> Result<Option<Hover>> {
    let Some((file, offset)) = snapshot.at(&params.text_document_position_params) else { return Ok(None) };
    let found = hover::hover(file.db(), file.source, offset);
    Ok(found.map(|hover| Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: hover.markdown }),
        range: Some(file.range(hover.range)),
    }))
}
