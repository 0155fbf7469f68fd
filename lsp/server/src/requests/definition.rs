//! `textDocument/definition`: where a name is declared.

use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_ide::definition::{self, Definition};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{GotoDefinitionParams, GotoDefinitionResponse, OneOf, ServerCapabilities},
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.definition_provider = Some(OneOf::Left(true));
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>> {
    let Some((file, offset)) = snapshot.at(&params.text_document_position_params) else { return Ok(None) };
    Ok(definition::definition(file.db(), file.source, offset).map(|found| response(file, &found)))
}

/// The places that a name leads to.
pub(super) fn response(file: File<'_>, found: &Definition) -> GotoDefinitionResponse {
    let locations = found.targets.iter().filter_map(|place| file.sibling(place.file).location(place.range));
    GotoDefinitionResponse::Array(locations.collect())
}
