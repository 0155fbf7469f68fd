//! `textDocument/semanticTokens/range`: what each word of a part of a file is.

use super::semantic_tokens_full::encode;
use crate::{features::Features, snapshot::Snapshot};
use efl_ide::semantic_tokens;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{SemanticTokens, SemanticTokensRangeParams, SemanticTokensRangeResult, ServerCapabilities},
};

pub(crate) fn register(_: &mut ServerCapabilities, _: &Features) {
    // Part of what `semanticTokens/full` registers.
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &SemanticTokensRangeParams,
) -> Result<Option<SemanticTokensRangeResult>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let range = file.offsets(params.range);
    let tokens = semantic_tokens::semantic_tokens(file.db(), file.source);
    let here = tokens.iter().filter(|token| token.range.intersect(range).is_some());
    let tokens = SemanticTokens { result_id: None, data: encode(file, here) };
    Ok(Some(SemanticTokensRangeResult::Tokens(tokens)))
}
