//! `textDocument/semanticTokens/full`: what each word of a file is.

use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_ide::semantic_tokens::{self, Modifiers, TokenKind};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensFullOptions,
        SemanticTokensLegend, SemanticTokensOptions, SemanticTokensParams, SemanticTokensResult,
        SemanticTokensServerCapabilities, ServerCapabilities, WorkDoneProgressOptions,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    let legend = SemanticTokensLegend {
        token_types: TokenKind::ALL.map(|kind| SemanticTokenType::new(kind.name())).to_vec(),
        token_modifiers: Modifiers::NAMES.map(SemanticTokenModifier::new).to_vec(),
    };
    let options = SemanticTokensOptions {
        legend,
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    };
    capabilities.semantic_tokens_provider =
        Some(SemanticTokensServerCapabilities::SemanticTokensOptions(options));
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &SemanticTokensParams,
) -> Result<Option<SemanticTokensResult>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let tokens = semantic_tokens::semantic_tokens(file.db(), file.source);
    let data = encode(file, tokens.iter());
    let result_id = snapshot.told_tokens.tell(&params.text_document.uri, &data);
    Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id, data })))
}

/// Tokens as the protocol writes them: each from the one before it.
pub(super) fn encode<'t>(
    file: File<'_>,
    tokens: impl Iterator<Item = &'t semantic_tokens::SemanticToken>,
) -> Vec<SemanticToken> {
    let number = |kind: TokenKind| TokenKind::ALL.iter().position(|k| *k == kind).unwrap_or_default();
    let (mut line, mut column) = (0, 0);
    let mut data = Vec::new();
    for token in tokens {
        let range = file.range(token.range);
        if range.start.line != line {
            column = 0;
        }
        data.push(SemanticToken {
            delta_line: range.start.line - line,
            delta_start: range.start.character - column,
            length: range.end.character - range.start.character,
            token_type: u32::try_from(number(token.kind)).unwrap_or_default(),
            token_modifiers_bitset: token.modifiers.0,
        });
        (line, column) = (range.start.line, range.start.character);
    }
    data
}
