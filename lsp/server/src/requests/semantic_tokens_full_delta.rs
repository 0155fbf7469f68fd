//! `textDocument/semanticTokens/full/delta`: how the words of a file differ from what the client was told last.

use super::semantic_tokens_full::encode;
use crate::{features::Features, snapshot::Snapshot};
use efl_ide::semantic_tokens;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensEdit,
        SemanticTokensFullDeltaResult, ServerCapabilities,
    },
};

/// How many numbers of the protocol a token is.
const NUMBERS: usize = 5;

pub(crate) fn register(_: &mut ServerCapabilities, _: &Features) {
    // Part of what `semanticTokens/full` registers.
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &SemanticTokensDeltaParams,
) -> Result<Option<SemanticTokensFullDeltaResult>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let data = encode(file, semantic_tokens::semantic_tokens(file.db(), file.source).iter());
    let told = &snapshot.told_tokens;
    let before = told.tokens(&params.text_document.uri, &params.previous_result_id);
    let result_id = told.tell(&params.text_document.uri, &data);
    Ok(Some(match before {
        Some(before) => {
            let edits = edit(&before, &data).into_iter().collect();
            SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id, edits })
        }
        None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data }),
    }))
}

/// What lies between the tokens at the beginning and at the end that are the same: tokens are relative to each other, so
/// that an edit changes few of them.
fn edit(before: &[SemanticToken], after: &[SemanticToken]) -> Option<SemanticTokensEdit> {
    let same = |pairs: &mut dyn Iterator<Item = (&SemanticToken, &SemanticToken)>| {
        pairs.take_while(|(a, b)| a == b).count()
    };
    let start = same(&mut before.iter().zip(after));
    let end = same(&mut before[start..].iter().rev().zip(after[start..].iter().rev()));
    let (old, new) = (&before[start..before.len() - end], &after[start..after.len() - end]);
    let number = |tokens: usize| u32::try_from(tokens * NUMBERS).unwrap_or(u32::MAX);
    (!old.is_empty() || !new.is_empty()).then(|| SemanticTokensEdit {
        start: number(start),
        delete_count: number(old.len()),
        data: Some(new.to_vec()),
    })
}
