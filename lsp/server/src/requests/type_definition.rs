//! `textDocument/typeDefinition`: where the type of a value is declared.

use super::definition::response;
use crate::{features::Features, snapshot::Snapshot};
use efl_ide::definition;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        ServerCapabilities, TypeDefinitionProviderCapability,
        request::{GotoTypeDefinitionParams, GotoTypeDefinitionResponse},
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.type_definition_provider = Some(TypeDefinitionProviderCapability::Simple(true));
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &GotoTypeDefinitionParams,
) -> Result<Option<GotoTypeDefinitionResponse>> {
    let Some((file, offset)) = snapshot.at(&params.text_document_position_params) else { return Ok(None) };
    Ok(definition::type_definition(file.db(), file.source, offset).map(|found| response(file, &found)))
}
