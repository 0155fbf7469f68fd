//! `textDocument/prepareCallHierarchy`: the event, rule, workflow or function that a name is.

use super::document_symbol::symbol_kind;
use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_ide::call_hierarchy::{self, Station};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        CallHierarchyItem, CallHierarchyPrepareParams, CallHierarchyServerCapability, ServerCapabilities,
        TextDocumentIdentifier, TextDocumentPositionParams,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.call_hierarchy_provider = Some(CallHierarchyServerCapability::Simple(true));
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &CallHierarchyPrepareParams,
) -> Result<Option<Vec<CallHierarchyItem>>> {
    let Some((file, offset)) = snapshot.at(&params.text_document_position_params) else { return Ok(None) };
    let stations = call_hierarchy::prepare_call_hierarchy(file.db(), file.source, offset);
    let items: Vec<CallHierarchyItem> = stations.iter().filter_map(|station| item(file, station)).collect();
    Ok((!items.is_empty()).then_some(items))
}

pub(super) fn item(file: File<'_>, station: &Station) -> Option<CallHierarchyItem> {
    let file = file.sibling(station.place.file);
    Some(CallHierarchyItem {
        name: station.symbol.name().to_owned(),
        kind: symbol_kind(Some(station.symbol.kind())),
        tags: None,
        detail: station.container.clone(),
        uri: file.uri()?,
        range: file.range(station.place.range),
        selection_range: file.range(station.selection),
        data: None,
    })
}

/// Where the name of an item is that the client asks about.
pub(super) fn position(item: &CallHierarchyItem) -> TextDocumentPositionParams {
    TextDocumentPositionParams {
        text_document: TextDocumentIdentifier { uri: item.uri.clone() },
        position: item.selection_range.start,
    }
}
