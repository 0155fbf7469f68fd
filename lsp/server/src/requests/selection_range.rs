//! `textDocument/selectionRange`: what is around a place, from the inside out.

use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_ide::selection;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        Position, SelectionRange, SelectionRangeParams, SelectionRangeProviderCapability, ServerCapabilities,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.selection_range_provider = Some(SelectionRangeProviderCapability::Simple(true));
}

pub(crate) fn run(snapshot: &Snapshot, params: &SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    Ok(Some(params.positions.iter().filter_map(|position| around(file, *position)).collect()))
}

fn around(file: File<'_>, position: Position) -> Option<SelectionRange> {
    let ranges = selection::selection_ranges(file.db(), file.source, file.offset(position));
    let outwards = ranges.into_iter().rev();
    outwards.fold(None, |parent, range| {
        Some(SelectionRange { range: file.range(range), parent: parent.map(Box::new) })
    })
}
