//! `workspace/willRenameFiles`: the imports of a file that moves, and those that name it.

use super::rename::by_file;
use crate::{
    features::Features,
    files,
    project::{self, Place},
    snapshot::Snapshot,
};
use efl_ide::rename;
use std::path::Path;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        FileOperationFilter, FileOperationPattern, FileOperationPatternKind,
        FileOperationRegistrationOptions, RenameFilesParams, ServerCapabilities, WorkspaceEdit,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    let Some(workspace) = &mut capabilities.workspace else { return };
    let filter = |glob: &str, kind| FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: FileOperationPattern { glob: glob.to_owned(), matches: Some(kind), options: None },
    };
    let filters = vec![
        filter("**/*.{efl,json}", FileOperationPatternKind::File),
        filter("**", FileOperationPatternKind::Folder),
    ];
    let operations = workspace.file_operations.get_or_insert_default();
    operations.will_rename = Some(FileOperationRegistrationOptions { filters });
}

pub(crate) fn run(snapshot: &Snapshot, params: &RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
    let mut edits = Vec::new();
    for (number, project) in snapshot.projects.iter().enumerate() {
        let path = |uri: &str| relative(&project.root, uri);
        let moves: Vec<(String, String)> = params
            .files
            .iter()
            .filter_map(|file| Some((path(&file.old_uri)?, path(&file.new_uri)?)))
            .collect();
        let found = rename::rename_files(&project.db, &moves);
        let Some(first) = found.first() else { continue };
        let place = Place { project: number, path: first.place.file.path(&project.db) };
        if let Some(file) = snapshot.at_place(&place) {
            edits.extend(by_file(file, &found));
        }
    }
    Ok((!edits.is_empty()).then(|| snapshot.workspace_edit(edits)))
}

fn relative(root: &Path, uri: &str) -> Option<String> {
    let path = files::path(&uri.parse().ok()?)?;
    Some(project::relative(root, &path)?.to_string())
}
