//! `textDocument/references`: where a name stands in the workspace.

use crate::{features::Features, snapshot::Snapshot};
use efl_ide::references;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{Location, OneOf, ReferenceParams, ServerCapabilities},
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.references_provider = Some(OneOf::Left(true));
}

pub(crate) fn run(snapshot: &Snapshot, params: &ReferenceParams) -> Result<Option<Vec<Location>>> {
    let Some((file, offset)) = snapshot.at(&params.text_document_position) else { return Ok(None) };
    let found = references::references(file.db(), file.source, offset, params.context.include_declaration);
    Ok(found.map(|places| {
        places.iter().filter_map(|place| file.sibling(place.file).location(place.range)).collect()
    }))
}
