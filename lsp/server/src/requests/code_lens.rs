//! `textDocument/codeLens`: what can be seen of an orchestrator.

use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_ide::code_lens::{self, View};
use serde_json::json;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{CodeLens, CodeLensOptions, CodeLensParams, Command, ServerCapabilities},
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.code_lens_provider = Some(CodeLensOptions { resolve_provider: Some(false) });
}

pub(crate) fn run(snapshot: &Snapshot, params: &CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    if !snapshot.settings.code_lens {
        return Ok(None);
    }
    let lenses = code_lens::code_lenses(file.db(), file.source);
    Ok(Some(lenses.iter().filter_map(|lens| convert(file, lens)).collect()))
}

fn convert(file: File<'_>, lens: &code_lens::CodeLens) -> Option<CodeLens> {
    let range = file.range(lens.range);
    let command = Command {
        title: lens.view.title().to_owned(),
        command: match lens.view {
            View::Yaml => "efl.showYaml".to_owned(),
            View::Graph => "efl.showGraph".to_owned(),
        },
        arguments: Some(vec![json!(file.uri()?), json!(range)]),
    };
    Some(CodeLens { range, command: Some(command), data: None })
}
