//! `workspace/diagnostic`: what is wrong with every program, open or not, for clients that ask.

use super::diagnostic::result_id;
use crate::{
    diagnostics::of_file,
    features::Features,
    snapshot::{File, Snapshot},
};
use std::collections::HashMap;
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
    let items = snapshot.programs().filter_map(|file| report(file, &known)).collect();
    Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
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
