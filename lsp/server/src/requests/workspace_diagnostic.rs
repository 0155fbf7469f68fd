//! `workspace/diagnostic`: what is wrong with every program, open or not, for clients that ask. They ask again as soon as they
//! have an answer: as long as all is as they know it there is none.

use super::{diagnostic::result_id, nothing_new};
use crate::{
    diagnostics::of_file,
    features::Features,
    snapshot::{File, Snapshot},
};
use std::collections::{HashMap, HashSet};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        FullDocumentDiagnosticReport, ServerCapabilities, UnchangedDocumentDiagnosticReport, Uri,
        WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult,
        WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
        WorkspaceUnchangedDocumentDiagnosticReport,
    },
};

/// It is registered with `textDocument/diagnostic`.
pub(crate) fn register(_: &mut ServerCapabilities, _: &Features) {}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &WorkspaceDiagnosticParams,
) -> Result<WorkspaceDiagnosticReportResult> {
    let known = params.previous_result_ids.iter().map(|known| (&known.uri, known.value.as_str())).collect();
    let mut items: Vec<_> = snapshot.programs().filter_map(|file| report(file, &known)).collect();
    items.extend(gone(&items, params));
    let is_known = |item: &WorkspaceDocumentDiagnosticReport| {
        matches!(item, WorkspaceDocumentDiagnosticReport::Unchanged(_))
    };
    if !known.is_empty() && items.iter().all(is_known) {
        return Err(nothing_new());
    }
    Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
}

/// The programs that the client knows something of and that are no more: nothing is wrong with them.
fn gone(
    items: &[WorkspaceDocumentDiagnosticReport],
    params: &WorkspaceDiagnosticParams,
) -> Vec<WorkspaceDocumentDiagnosticReport> {
    let uri = |item: &WorkspaceDocumentDiagnosticReport| match item {
        WorkspaceDocumentDiagnosticReport::Full(report) => report.uri.clone(),
        WorkspaceDocumentDiagnosticReport::Unchanged(report) => report.uri.clone(),
    };
    let here: HashSet<Uri> = items.iter().map(uri).collect();
    let known = params.previous_result_ids.iter().map(|known| &known.uri);
    let empty = |uri: &Uri| {
        WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri: uri.clone(),
            version: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport::default(),
        })
    };
    known.filter(|uri| !here.contains(*uri)).map(empty).collect()
}

fn report(file: File<'_>, known: &HashMap<&Uri, &str>) -> Option<WorkspaceDocumentDiagnosticReport> {
    let uri = file.uri()?;
    let version = file.document().map(|document| i64::from(document.version));
    let items = of_file(file);
    let result_id = result_id(&items);
    if known.get(&uri) == Some(&result_id.as_str()) {
        let report = UnchangedDocumentDiagnosticReport { result_id };
        return Some(WorkspaceDocumentDiagnosticReport::Unchanged(
            WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report: report,
            },
        ));
    }
    let report = FullDocumentDiagnosticReport { result_id: Some(result_id), items };
    Some(WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
        uri,
        version,
        full_document_diagnostic_report: report,
    }))
}
