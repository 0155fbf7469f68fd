//! `textDocument/inlayHint`: words beside the text.

use crate::{features::Features, settings::InlayHints, snapshot::Snapshot};
use efl_ide::inlay_hints::{self, HintKind};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{
        InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams, InlayHintTooltip, OneOf,
        ServerCapabilities,
    },
};

pub(crate) fn register(capabilities: &mut ServerCapabilities, _: &Features) {
    capabilities.inlay_hint_provider = Some(OneOf::Left(true));
}

pub(crate) fn run(snapshot: &Snapshot, params: &InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let found = inlay_hints::inlay_hints(file.db(), file.source, file.offsets(params.range));
    let wanted = found.into_iter().filter(|hint| is_wanted(snapshot.settings.inlay_hints, hint.kind));
    let convert = |hint: inlay_hints::InlayHint| InlayHint {
        position: file.position(hint.at),
        label: InlayHintLabel::String(hint.label),
        kind: match hint.kind {
            HintKind::Type => Some(InlayHintKind::TYPE),
            HintKind::Argument => Some(InlayHintKind::PARAMETER),
            HintKind::Grouping | HintKind::Weight => None,
        },
        text_edits: None,
        tooltip: hint.tooltip.map(InlayHintTooltip::String),
        padding_left: None,
        padding_right: None,
        data: None,
    };
    Ok(Some(wanted.map(convert).collect()))
}

fn is_wanted(settings: InlayHints, kind: HintKind) -> bool {
    match kind {
        HintKind::Type => settings.types,
        HintKind::Argument => settings.arguments,
        HintKind::Grouping => settings.grouping,
        HintKind::Weight => settings.weights,
    }
}
