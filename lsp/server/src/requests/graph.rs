//! `efl/graph`: the picture of a program, and where each node is declared. For previews.

use super::yaml::orchestrators;
use crate::snapshot::{File, Snapshot};
use efl_compiler::{graph, project};
use serde::{Deserialize, Serialize};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{Location, TextDocumentIdentifier},
};

/// The document whose picture is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GraphParams {
    text_document: TextDocumentIdentifier,
}

/// The picture.
#[derive(Debug, Serialize)]
pub(crate) struct Graph {
    /// As `efl graph` draws it.
    pub(crate) svg: String,
    /// Its nodes.
    pub(crate) nodes: Vec<Node>,
}

/// A node.
#[derive(Debug, Serialize)]
pub(crate) struct Node {
    /// The id of its element.
    pub(crate) id: String,
    /// Its declaration.
    pub(crate) location: Location,
}

pub(crate) fn run(snapshot: &Snapshot, params: &GraphParams) -> Result<Graph> {
    match snapshot.file(&params.text_document.uri) {
        Some(file) => graph(file),
        None => Err(super::yaml::refused("the document is not known")),
    }
}

/// The picture of a file.
pub(crate) fn graph(file: File<'_>) -> Result<Graph> {
    let orchestrators = orchestrators(file)?;
    let graph = graph::Graph::of(&orchestrators);
    let origins = || orchestrators.iter().flat_map(|orc| &orc.origins);
    let nodes = graph.orchestrators.iter().flat_map(|pipeline| &pipeline.nodes).filter_map(|node| {
        // What has no declaration of its own is drawn with the place of another one.
        let same = |origin: &&efl_compiler::ir::Origin| origin.declaration == node.id;
        let near = |origin: &&efl_compiler::ir::Origin| {
            Some(&*origin.file) == node.file.as_deref() && Some(origin.line) == node.line
        };
        let origin = origins().find(same).or_else(|| origins().find(near))?;
        let (source, range) = project::place(file.db(), origin)?;
        Some(Node { id: node.element(), location: file.sibling(source).location(range)? })
    });
    Ok(Graph { svg: graph.svg(), nodes: nodes.collect() })
}
