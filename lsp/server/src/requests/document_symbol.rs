//! `textDocument/documentSymbol`: the outline.

use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_compiler::index::Kind;
use efl_ide::symbols;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, OneOf, ServerCapabilities, SymbolKind,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.document_symbol_provider = Some(OneOf::Left(true));
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let outline = symbols::document_symbols(file.db(), file.source);
    Ok(Some(DocumentSymbolResponse::Nested(outline.iter().map(|symbol| convert(file, symbol)).collect())))
}

fn convert(file: File<'_>, symbol: &symbols::DocumentSymbol) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> = symbol.children.iter().map(|child| convert(file, child)).collect();
    #[allow(deprecated)] // a field of the protocol that must be written
    DocumentSymbol {
        name: symbol.name.clone(),
        detail: Some(symbol.detail.clone()).filter(|detail| !detail.is_empty()),
        kind: symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: file.range(symbol.range),
        selection_range: file.range(symbol.selection),
        children: (!children.is_empty()).then_some(children),
    }
}

/// The protocol's kind, for the picture beside the name; a test is none of the language's kinds.
pub(super) fn symbol_kind(kind: Option<Kind>) -> SymbolKind {
    match kind {
        None => SymbolKind::KEY,
        Some(Kind::Param) => SymbolKind::CONSTANT,
        Some(Kind::Type) => SymbolKind::STRUCT,
        Some(Kind::Bus | Kind::Cluster) => SymbolKind::OBJECT,
        Some(Kind::Fleet) => SymbolKind::NAMESPACE,
        Some(Kind::Metric) => SymbolKind::NUMBER,
        Some(Kind::Function) => SymbolKind::FUNCTION,
        Some(Kind::Workflow) => SymbolKind::METHOD,
        Some(Kind::Orchestrator) => SymbolKind::MODULE,
        Some(Kind::Source) => SymbolKind::CLASS,
        Some(Kind::Event | Kind::Alias) => SymbolKind::EVENT,
        Some(Kind::Rule) => SymbolKind::OPERATOR,
        Some(Kind::Field) => SymbolKind::FIELD,
        Some(Kind::Parameter | Kind::Input | Kind::Result | Kind::Let | Kind::Loop) => SymbolKind::VARIABLE,
    }
}
