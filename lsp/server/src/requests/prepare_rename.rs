//! `textDocument/prepareRename`: whether a name can be changed, and what of the text is the name.

use super::rename::refused;
use crate::{features::Features, snapshot::Snapshot};
use efl_ide::rename;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{PrepareRenameResponse, ServerCapabilities, TextDocumentPositionParams},
};

pub(crate) fn register(_: &mut ServerCapabilities, _: &Features) {
    // Part of what `rename` registers.
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>> {
    let Some((file, offset)) = snapshot.at(params) else { return Ok(None) };
    let range = rename::prepare_rename(file.db(), file.source, offset).map_err(refused)?;
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder {
        range: file.range(range),
        placeholder: file.lines().text()[range].to_owned(),
    }))
}
