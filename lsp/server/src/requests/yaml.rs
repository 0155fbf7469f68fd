//! `efl/yaml`: the resources that a program becomes, and which line comes from where. For previews.

use crate::snapshot::{File, Snapshot};
use efl_compiler::{
    compile::{self, CompileError, Options},
    diag::Level,
    expand::{
        self, Stage,
        output::{self, Mapped},
    },
    ir, project,
    spec::Management,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use tower_lsp::{
    jsonrpc::{Error, ErrorCode, Result},
    ls_types::{Location, TextDocumentIdentifier},
};

/// The document whose resources are asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct YamlParams {
    text_document: TextDocumentIdentifier,
}

/// The resources.
#[derive(Debug, Serialize)]
pub(crate) struct Yaml {
    /// YAML documents, as `efl compile` writes them.
    pub(crate) text: String,
    /// Where its lines come from, in order and without overlap.
    pub(crate) map: Vec<Piece>,
}

/// Lines and where they come from.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Piece {
    /// The first line, from 0.
    pub(crate) start_line: u32,
    /// The line behind the last.
    pub(crate) end_line: u32,
    /// The declaration.
    pub(crate) location: Location,
}

pub(crate) fn run(snapshot: &Snapshot, params: &YamlParams) -> Result<Yaml> {
    let file =
        snapshot.file(&params.text_document.uri).ok_or_else(|| refused("the document is not known"))?;
    yaml(file)
}

/// An answer that there is nothing to answer, with the reason: a client keeps what it shows.
pub(crate) fn refused(reason: impl Into<String>) -> Error {
    // `RequestFailed` of the protocol.
    Error { code: ErrorCode::ServerError(-32803), message: reason.into().into(), data: None }
}

/// The orchestrators of a file, if nothing is wrong with it and what it imports.
pub(crate) fn orchestrators(file: File<'_>) -> Result<Vec<ir::Orchestrator>> {
    let db = file.db();
    for source in project::closure(db, file.source) {
        let errors = project::diagnostics(db, source).iter().filter(|d| d.level == Level::Error).count();
        if errors > 0 {
            let name = source.path(db);
            let count = if errors == 1 { "an error".to_owned() } else { format!("{errors} errors") };
            return Err(refused(format!("`{name}` has {count}")));
        }
    }
    let orchestrators = project::orchestrators(db, file.source);
    if orchestrators.is_empty() {
        return Err(refused("the file declares no orchestrator: there is nothing to compile"));
    }
    Ok(orchestrators)
}

/// The resources of a file.
pub(crate) fn yaml(file: File<'_>) -> Result<Yaml> {
    let db = file.db();
    let unset = |(param, declared, known): &(String, _, bool)| {
        let given = db.workspace().params(db).contains_key(param);
        !known && !given && project::closure(db, file.source).contains(declared)
    };
    if let Some((param, ..)) = project::params(db).iter().find(|param| unset(param)) {
        let reason =
            format!("the param `{param}` has no value: the setting `efl.env` chooses an environment");
        return Err(refused(reason));
    }
    let mut yaml = Yaml { text: String::new(), map: Vec::new() };
    let mut line = 0;
    for orc in orchestrators(file)? {
        if line > 0 {
            yaml.text.push_str("---\n");
            line += 1;
        }
        let (text, map) = resources(file, &orc)?;
        let mut known = HashMap::new();
        for Mapped { lines, declaration } in map {
            let location = || {
                let (source, range) = project::place(db, output::origin(&declaration, &orc.origins)?)?;
                file.sibling(source).location(range)
            };
            let location = known.entry(declaration.clone()).or_insert_with(location).clone();
            let piece =
                |location| Piece { start_line: line + lines.start, end_line: line + lines.end, location };
            yaml.map.extend(location.map(piece));
        }
        line += u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
        yaml.text.push_str(&text);
    }
    Ok(yaml)
}

/// The resources of an orchestrator, as `efl compile` writes them.
fn resources(file: File<'_>, orc: &ir::Orchestrator) -> Result<(String, Vec<Mapped>)> {
    let mut named = orc.clone();
    for origin in &mut named.origins {
        origin.file = file.name_of(&origin.file).into();
    }
    let failed = |errors: Vec<CompileError>| {
        let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
        refused(messages.join("\n"))
    };
    let mut resources = compile::resources(&named, &Options::default()).map_err(failed)?;
    let at =
        resources.iter().position(|resource| resource.stage == Stage::Control).unwrap_or(resources.len());
    resources.insert(at, expand::orchestrator(&named, Management::External));
    Ok(output::to_mapped_yaml(&resources, &named.origins))
}
