//! `textDocument/documentLink`: the files and pages that a file names.

use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_ide::links::{self, Link, Target};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        DocumentLink, DocumentLinkOptions, DocumentLinkParams, ServerCapabilities, WorkDoneProgressOptions,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.document_link_provider = Some(DocumentLinkOptions {
        resolve_provider: Some(false),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    });
}

pub(crate) fn run(snapshot: &Snapshot, params: &DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let links = links::links(file.db(), file.source);
    Ok(Some(links.iter().filter_map(|link| convert(file, link)).collect()))
}

fn convert(file: File<'_>, link: &Link) -> Option<DocumentLink> {
    let target = match &link.target {
        Target::File(other) => file.sibling(*other).uri()?,
        Target::Url(url) => url.parse().ok()?,
    };
    Some(DocumentLink { range: file.range(link.range), target: Some(target), tooltip: None, data: None })
}
