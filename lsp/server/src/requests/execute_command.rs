//! `workspace/executeCommand`: compiling, and showing previews for clients that have no view of their own.

use super::{
    graph::graph,
    yaml::{refused, yaml},
};
use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use std::{env, fs, path::PathBuf};
use tower_lsp::{
    jsonrpc::{Error, Result},
    ls_types::{
        ExecuteCommandOptions, ExecuteCommandParams, LSPAny, ServerCapabilities, ShowDocumentParams, Uri,
    },
};

/// Returns the YAML of a document.
const COMPILE: &str = "efl.compile";
/// Shows the YAML of a document; client commands where the client has a view.
const SHOW_YAML: &str = "efl.showYaml";
/// Shows the picture of a document, likewise.
const SHOW_GRAPH: &str = "efl.showGraph";

pub(crate) fn register(capabilities: &mut ServerCapabilities, features: &Features) {
    let commands = [COMPILE, SHOW_YAML, SHOW_GRAPH].into_iter().filter(|command| !features.runs(command));
    capabilities.execute_command_provider = Some(ExecuteCommandOptions {
        commands: commands.map(str::to_owned).collect(),
        ..ExecuteCommandOptions::default()
    });
}

pub(crate) fn run(snapshot: &Snapshot, params: &ExecuteCommandParams) -> Result<Option<LSPAny>> {
    let uri = params.arguments.first().cloned();
    let uri: Option<Uri> = uri.and_then(|uri| serde_json::from_value(uri).ok());
    let uri = uri.ok_or_else(|| Error::invalid_params("the first argument is the URI of a document"))?;
    let file = snapshot.file(&uri).ok_or_else(|| refused(format!("`{}` is not known", uri.as_str())))?;
    match params.command.as_str() {
        COMPILE => Ok(Some(LSPAny::String(yaml(file)?.text))),
        SHOW_YAML => show(file, "yaml", &yaml(file)?.text),
        SHOW_GRAPH => show(file, "svg", &graph(file)?.svg),
        unknown => Err(Error::invalid_params(format!("there is no command `{unknown}`"))),
    }
}

/// Writes a preview to a file for it and asks the client to show that; returns its URI.
fn show(file: File<'_>, extension: &str, text: &str) -> Result<Option<LSPAny>> {
    let folder: PathBuf = env::temp_dir().join(format!("efl-previews-{}", std::process::id()));
    let path = file.source.path(file.db());
    let stem = path.trim_end_matches(".efl").replace(|c: char| !c.is_alphanumeric() && c != '-', "_");
    let preview = folder.join(format!("{stem}.{extension}"));
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&preview, text))
        .map_err(|e| refused(format!("cannot write `{}`: {e}", preview.display())))?;
    let uri = Uri::from_file_path(&preview).ok_or_else(Error::internal_error)?;
    if file.snapshot.features.show_document {
        let params = ShowDocumentParams {
            uri: uri.clone(),
            // A picture is for the browser.
            external: Some(extension == "svg"),
            take_focus: Some(false),
            selection: None,
        };
        let outbox = file.snapshot.outbox.clone();
        let client = outbox.client().clone();
        outbox.spawn(async move {
            // What the client does not show, the answer names.
            let _ = client.show_document(params).await;
        });
    }
    Ok(Some(LSPAny::String(uri.as_str().to_owned())))
}
