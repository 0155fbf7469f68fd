//! `textDocument/foldingRange`: what can be closed.

use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_ide::folding::{self, Fold, FoldKind};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        FoldingRange, FoldingRangeKind, FoldingRangeParams, FoldingRangeProviderCapability,
        ServerCapabilities,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.folding_range_provider = Some(FoldingRangeProviderCapability::Simple(true));
}

pub(crate) fn run(snapshot: &Snapshot, params: &FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let folds = folding::folds(file.db(), file.source);
    Ok(Some(folds.iter().filter_map(|fold| convert(file, fold)).collect()))
}

/// Editors close whole lines: the one with the closing brace stays open.
fn convert(file: File<'_>, fold: &Fold) -> Option<FoldingRange> {
    let range = file.range(fold.range);
    let end_line = match fold.kind {
        FoldKind::Region => range.end.line.checked_sub(1)?,
        FoldKind::Comment | FoldKind::Imports => range.end.line,
    };
    (end_line > range.start.line).then(|| FoldingRange {
        start_line: range.start.line,
        end_line,
        kind: match fold.kind {
            FoldKind::Region => None,
            FoldKind::Comment => Some(FoldingRangeKind::Comment),
            FoldKind::Imports => Some(FoldingRangeKind::Imports),
        },
        ..FoldingRange::default()
    })
}
