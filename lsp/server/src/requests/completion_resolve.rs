//! `completionItem/resolve`: what is said of something that can be typed.

use crate::{features::Features, snapshot::Snapshot};
use efl_ide::completion;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        CompletionItem, Documentation, MarkupContent, MarkupKind, ServerCapabilities,
        TextDocumentPositionParams,
    },
};

/// Told with `completion`.
pub(crate) fn register(_: &mut ServerCapabilities, _: &Features) {}

pub(crate) fn run(snapshot: &Snapshot, item: &CompletionItem) -> Result<CompletionItem> {
    let mut item = item.clone();
    let data = item.data.clone().unwrap_or_default();
    let Ok(at) = serde_json::from_value::<TextDocumentPositionParams>(data) else { return Ok(item) };
    let Some((file, offset)) = snapshot.at(&at) else { return Ok(item) };
    let found = completion::completion(file.db(), file.source, offset).items;
    let doc = found.into_iter().find(|known| known.label == item.label).and_then(|known| known.doc);
    let content = |value| MarkupContent { kind: MarkupKind::Markdown, value };
    item.documentation = doc.map(|doc| Documentation::MarkupContent(content(doc)));
    Ok(item)
}
