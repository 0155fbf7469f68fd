//! `textDocument/completion`: what can be typed. Its documentation is sent when it is asked for.

use crate::{
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_ide::completion::{self, Completion, Completions, Kind};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        CompletionItem, CompletionItemKind, CompletionList, CompletionOptions, CompletionParams,
        CompletionResponse, CompletionTextEdit, InsertTextFormat, InsertTextMode, ServerCapabilities,
        TextEdit,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.completion_provider = Some(CompletionOptions {
        resolve_provider: Some(true),
        trigger_characters: Some([".", "\"", "["].map(str::to_owned).into()),
        ..CompletionOptions::default()
    });
}

pub(crate) fn run(snapshot: &Snapshot, params: &CompletionParams) -> Result<Option<CompletionResponse>> {
    let Some((file, offset)) = snapshot.at(&params.text_document_position) else { return Ok(None) };
    let found = completion::completion(file.db(), file.source, offset);
    let data = serde_json::to_value(&params.text_document_position).ok();
    let items = found
        .items
        .iter()
        .enumerate()
        .map(|(rank, item)| CompletionItem { data: data.clone(), ..convert(file, &found, rank, item) });
    Ok(Some(CompletionResponse::List(CompletionList { is_incomplete: false, items: items.collect() })))
}

fn convert(file: File<'_>, found: &Completions, rank: usize, item: &Completion) -> CompletionItem {
    // Who cannot take a snippet gets the word.
    let is_snippet = item.is_snippet && file.snapshot.features.snippets;
    let text = if item.is_snippet && !is_snippet { &item.label } else { &item.insert };
    let import = item.import.as_ref();
    CompletionItem {
        label: item.label.clone(),
        kind: Some(kind(item.kind)),
        detail: item.detail.clone(),
        sort_text: Some(format!("{rank:04}")),
        // Who is given an edit without it takes what is typed for matched already: Neovim.
        filter_text: Some(item.label.clone()),
        text_edit: Some(CompletionTextEdit::Edit(file.text_edit(found.replaces, text))),
        insert_text_format: Some(if is_snippet {
            InsertTextFormat::SNIPPET
        } else {
            InsertTextFormat::PLAIN_TEXT
        }),
        insert_text_mode: Some(InsertTextMode::ADJUST_INDENTATION),
        additional_text_edits: import.map(|edit| -> Vec<TextEdit> {
            vec![file.sibling(edit.place.file).text_edit(edit.place.range, &edit.text)]
        }),
        ..CompletionItem::default()
    }
}

fn kind(kind: Kind) -> CompletionItemKind {
    match kind {
        Kind::Keyword => CompletionItemKind::KEYWORD,
        Kind::Snippet => CompletionItemKind::SNIPPET,
        Kind::Type => CompletionItemKind::STRUCT,
        Kind::Function | Kind::Workflow => CompletionItemKind::FUNCTION,
        Kind::Event | Kind::Rule => CompletionItemKind::EVENT,
        Kind::Source | Kind::Orchestrator | Kind::Block => CompletionItemKind::MODULE,
        Kind::Cluster | Kind::Bus | Kind::Fleet => CompletionItemKind::CLASS,
        Kind::Param => CompletionItemKind::CONSTANT,
        Kind::Value => CompletionItemKind::VARIABLE,
        Kind::Field => CompletionItemKind::FIELD,
        Kind::Word => CompletionItemKind::ENUM_MEMBER,
        Kind::Unit => CompletionItemKind::UNIT,
        Kind::Path => CompletionItemKind::FILE,
    }
}
