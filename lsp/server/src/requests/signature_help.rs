//! `textDocument/signatureHelp`: what a call takes.

use crate::{features::Features, snapshot::Snapshot};
use efl_grammar::TextRange;
use efl_ide::signature_help;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        Documentation, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, ServerCapabilities,
        SignatureHelp, SignatureHelpOptions, SignatureHelpParams, SignatureInformation,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.signature_help_provider = Some(SignatureHelpOptions {
        trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
        ..SignatureHelpOptions::default()
    });
}

pub(crate) fn run(snapshot: &Snapshot, params: &SignatureHelpParams) -> Result<Option<SignatureHelp>> {
    let Some((file, offset)) = snapshot.at(&params.text_document_position_params) else { return Ok(None) };
    let Some(help) = signature_help::signature_help(file.db(), file.source, offset) else { return Ok(None) };
    let parameters = help.parameters.iter().map(|range| ParameterInformation {
        label: ParameterLabel::LabelOffsets(units(&help.label, *range)),
        documentation: None,
    });
    let active_parameter = help.active.and_then(|n| u32::try_from(n).ok());
    let signature = SignatureInformation {
        parameters: Some(parameters.collect()),
        documentation: help
            .doc
            .map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })),
        label: help.label,
        active_parameter,
    };
    Ok(Some(SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter }))
}

/// A place in a label, in UTF-16 units: those of labels are never others.
fn units(label: &str, range: TextRange) -> [u32; 2] {
    let units = |to: usize| u32::try_from(label[..to].encode_utf16().count()).unwrap_or_default();
    [units(range.start().into()), units(range.end().into())]
}
