//! `workspace/symbol`: declarations by name.

use super::document_symbol::symbol_kind;
use crate::{features::Features, project::Place, snapshot::Snapshot};
use efl_ide::symbols;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{OneOf, ServerCapabilities, WorkspaceSymbol, WorkspaceSymbolParams, WorkspaceSymbolResponse},
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.workspace_symbol_provider = Some(OneOf::Left(true));
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &WorkspaceSymbolParams,
) -> Result<Option<WorkspaceSymbolResponse>> {
    let mut found = Vec::new();
    for (number, project) in snapshot.projects.iter().enumerate() {
        for symbol in symbols::workspace_symbols(&project.db, &params.query) {
            let place = Place { project: number, path: symbol.place.file.path(&project.db) };
            // A file that two projects read is found in its own.
            let file = snapshot.at_place(&place).filter(|_| snapshot.is_own(&place));
            let Some(location) = file.and_then(|file| file.location(symbol.place.range)) else { continue };
            found.push(WorkspaceSymbol {
                name: symbol.name,
                kind: symbol_kind(symbol.kind),
                tags: None,
                container_name: symbol.container,
                location: OneOf::Left(location),
                data: None,
            });
        }
    }
    Ok(Some(WorkspaceSymbolResponse::Nested(found)))
}
