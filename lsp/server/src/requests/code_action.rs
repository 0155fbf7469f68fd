//! `textDocument/codeAction`: the fixes of the diagnostics at a place, all safe ones of the file, and what else can be done.

use super::rename::by_file;
use crate::{
    diagnostics,
    features::Features,
    snapshot::{File, Snapshot},
};
use efl_compiler::{
    diag::{Applicability, Diagnostic, Edit, Fix},
    fixes, project,
};
use efl_ide::code_actions::{self, ActionKind};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams,
        CodeActionProviderCapability, CodeActionResponse, ServerCapabilities, WorkspaceEdit,
    },
};

/// Applies every safe fix of a file: what an editor may do whenever it saves.
const FIX_ALL: &str = "source.fixAll.efl";

pub(crate) fn register(capabilities: &mut ServerCapabilities, features: &Features) {
    if !features.code_action_literals {
        return;
    }
    capabilities.code_action_provider = Some(CodeActionProviderCapability::Options(CodeActionOptions {
        code_action_kinds: Some(vec![
            CodeActionKind::QUICKFIX,
            CodeActionKind::REFACTOR,
            CodeActionKind::new(FIX_ALL),
        ]),
        ..CodeActionOptions::default()
    }));
}

pub(crate) fn run(snapshot: &Snapshot, params: &CodeActionParams) -> Result<Option<CodeActionResponse>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let wanted = |kind: &str| {
        let only = params.context.only.as_deref();
        only.is_none_or(|only| only.iter().any(|only| is_kind(kind, only.as_str())))
    };
    let found = project::diagnostics(file.db(), file.source);
    let mut actions = Vec::new();
    if wanted(CodeActionKind::QUICKFIX.as_str()) {
        let range = file.offsets(params.range);
        let here = found.iter().filter(|d| d.range.intersect(range).is_some());
        actions.extend(here.flat_map(|found| quick_fixes(file, found)));
    }
    let others = code_actions::code_actions(file.db(), file.source, file.offsets(params.range));
    actions.extend(
        others
            .iter()
            .map(|action| other(file, action, &found))
            .filter(|action| action.kind.as_ref().is_some_and(|kind| wanted(kind.as_str()))),
    );
    if wanted(FIX_ALL) {
        actions.extend(fix_all(file, &found));
    }
    Ok(Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()))
}

/// Whether a kind is another one or one of its sub-kinds.
fn is_kind(kind: &str, of: &str) -> bool {
    of.is_empty() || kind.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The ways out of a mistake.
fn quick_fixes(file: File<'_>, found: &Diagnostic) -> Vec<CodeAction> {
    let Some(diagnostic) = diagnostics::convert(file, found) else { return Vec::new() };
    let action = |fix: &Fix| CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic.clone()]),
        edit: Some(edit(file, &fix.edits)),
        is_preferred: Some(fix.applicability == Applicability::Safe),
        ..CodeAction::default()
    };
    found.fixes.iter().map(action).collect()
}

/// What can be done beside fixing.
fn other(file: File<'_>, action: &code_actions::CodeAction, found: &[Diagnostic]) -> CodeAction {
    let (kind, diagnostics) = match action.kind {
        ActionKind::QuickFix { code, range } => {
            let answered = found.iter().find(|d| d.rule.code == code && d.range == range);
            let answered = answered.and_then(|d| diagnostics::convert(file, d));
            (CodeActionKind::QUICKFIX, answered.map(|d| vec![d]))
        }
        ActionKind::Refactor => (CodeActionKind::REFACTOR, None),
    };
    CodeAction {
        title: action.title.clone(),
        kind: Some(kind),
        diagnostics,
        edit: Some(file.snapshot.workspace_edit(by_file(file, &action.edits))),
        ..CodeAction::default()
    }
}

fn fix_all(file: File<'_>, found: &[Diagnostic]) -> Option<CodeAction> {
    let (edits, count) = fixes::safe(file.lines().text(), found);
    (count > 0).then(|| CodeAction {
        title: match count {
            1 => "Mend the problem that can be mended safely".to_owned(),
            count => format!("Mend the {count} problems that can be mended safely"),
        },
        kind: Some(CodeActionKind::new(FIX_ALL)),
        edit: Some(edit(file, &edits)),
        ..CodeAction::default()
    })
}

fn edit(file: File<'_>, edits: &[Edit]) -> WorkspaceEdit {
    let edits = edits.iter().map(|edit| file.text_edit(edit.range, &edit.text)).collect();
    file.snapshot.workspace_edit([(file, edits)])
}

#[cfg(test)]
mod tests {
    use super::{FIX_ALL, is_kind};

    #[test]
    fn kinds_have_sub_kinds() {
        assert!(is_kind(FIX_ALL, "source") && is_kind(FIX_ALL, "source.fixAll") && is_kind(FIX_ALL, ""));
        assert!(
            !is_kind(FIX_ALL, "source.fix") && !is_kind("source", FIX_ALL) && !is_kind("quickfix", "quick")
        );
    }
}
