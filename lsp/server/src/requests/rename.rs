//! `textDocument/rename`: another name, wherever it stands.

use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_compiler::config;
use efl_ide::{FileEdit, rename};
use tower_lsp::{
    jsonrpc::{Error, ErrorCode, Result},
    ls_types::{
        OneOf, RenameOptions, RenameParams, ServerCapabilities, TextEdit, WorkDoneProgressOptions,
        WorkspaceEdit,
    },
};

/// `RequestFailed` of the protocol: the request was right, but there is a reason why it cannot be done.
const REQUEST_FAILED: i64 = -32803;

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.rename_provider = Some(OneOf::Right(RenameOptions {
        prepare_provider: Some(true),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }));
}

pub(crate) fn run(snapshot: &Snapshot, params: &RenameParams) -> Result<Option<WorkspaceEdit>> {
    let Some((file, offset)) = snapshot.at(&params.text_document_position) else { return Ok(None) };
    let edits = rename::rename(file.db(), file.source, offset, &params.new_name).map_err(refused)?;
    let programs = by_file(file, &edits);
    let programs = programs.into_iter().filter_map(|(file, edits)| Some((file.versioned()?, edits)));
    // The environments of `efl.toml` give params their values by name.
    let param = rename::param(file.db(), file.source, offset);
    let settings = param
        .and_then(|param| file.settings_edit(|text| config::places_of_param(text, &param), &params.new_name));
    Ok(Some(snapshot.edit_of_documents(programs.chain(settings))))
}

/// Why something cannot be renamed, for the client to show.
pub(super) fn refused(reason: rename::Refusal) -> Error {
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: reason.into(), data: None }
}

/// Edits of files of a project, file by file.
pub(super) fn by_file<'s>(file: File<'s>, edits: &[FileEdit]) -> Vec<(File<'s>, Vec<TextEdit>)> {
    let mut files: Vec<(File<'s>, Vec<TextEdit>)> = Vec::new();
    for edit in edits {
        let other = file.sibling(edit.place.file);
        let converted = other.text_edit(edit.place.range, &edit.text);
        match files.iter_mut().find(|(known, _)| known.source == other.source) {
            Some((_, edits)) => edits.push(converted),
            None => files.push((other, vec![converted])),
        }
    }
    files
}
