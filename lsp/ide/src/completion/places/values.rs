//! Values of fields: what the catalogue says that a field takes.

use super::{
    calls, expressions, logic,
    names::{clusters, declared},
    words,
};
use crate::completion::{Completion, FIRST, Kind, probe::Probe, snippet::Snippet};
use efl_compiler::{
    catalog::{FieldType, blocks as tables},
    names::Decl,
};
use efl_grammar::{
    SyntaxKind::*,
    SyntaxNode,
    ast::{self, AstNode},
};

/// The values of a field; its name, if the cursor is in that.
pub(super) fn of_field(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let Some(key) = ast::Field::cast(around.clone()).and_then(|field| field.key()) else {
        return expressions::all(probe);
    };
    if key.range().contains_inclusive(probe.at) {
        return super::blocks::all(probe, &around.parent().unwrap_or_else(|| around.clone()));
    }
    of_key(probe, &key.text())
}

/// The values of a field of the block around.
pub(super) fn of_key(probe: &Probe<'_>, key: &str) -> Vec<Completion> {
    let body = probe.nearest(&[BODY]).and_then(|body| body.parent()).map(|node| node.kind());
    let option = match body {
        Some(RULE) => tables::RULE_OPTIONS.field(key),
        Some(WORKFLOW) => tables::WORKFLOW_OPTIONS.field(key),
        _ => None,
    };
    let in_block = probe.block().and_then(|place| {
        let known = place.blocks.iter().find_map(|block| Some(block.field(key)?.ty));
        known.or_else(|| place.blocks.iter().find_map(|block| block.open))
    });
    let ty = option.map(|field| field.ty).or(in_block);
    let has_value = probe.last() != ":" && !probe.last().ends_with(['[', ',']);
    match ty {
        Some(FieldType::OncePer) if has_value => return words(&["every"]),
        Some(FieldType::Retry) if has_value => return words(&["backoff"]),
        _ => {}
    }
    let mut found = ty.map(|ty| of_type(probe, &ty)).unwrap_or_default();
    found.extend(declared(probe, |decl| matches!(decl, Decl::Param { .. })));
    if found.is_empty() { expressions::all(probe) } else { found }
}

/// The values of a field's type.
fn of_type(probe: &Probe<'_>, ty: &FieldType) -> Vec<Completion> {
    let form = |name: &str, ty: &FieldType| {
        Completion::new(Kind::Snippet, name).snippet(Snippet::new().value(ty).done()).rank(FIRST)
    };
    match ty {
        FieldType::Bool => each(Kind::Word, &["true", "false"]),
        FieldType::Word(words) => each(Kind::Word, words),
        FieldType::Secret => vec![form("secret", ty)],
        FieldType::Config => vec![form("config", ty)],
        FieldType::EnvValue => vec![form("secret", &FieldType::Secret), form("config", &FieldType::Config)],
        FieldType::Reset => vec![form("cron", ty)],
        FieldType::Cluster => clusters(probe),
        FieldType::Function => calls::as_value(probe),
        FieldType::Bus => declared(probe, |decl| matches!(decl, Decl::Bus)),
        FieldType::List(of) | FieldType::Map(of) | FieldType::Range { of, .. } => of_type(probe, of),
        FieldType::OneOf(types) => types.iter().flat_map(|ty| of_type(probe, ty)).collect(),
        FieldType::OncePer => logic::by(probe),
        FieldType::Duration { .. } => durations(),
        FieldType::Cpu => each(Kind::Unit, &["100m", "500m", "1"]),
        FieldType::Bytes => each(Kind::Unit, &["64Mi", "256Mi", "1Gi"]),
        FieldType::Percent => each(Kind::Unit, &["50%", "80%"]),
        FieldType::Rate => each(Kind::Unit, &["1/s", "10/s", "60/m"]),
        _ => Vec::new(),
    }
}

/// Lengths of time, with each unit.
pub(super) fn durations() -> Vec<Completion> {
    each(Kind::Unit, &["10s", "1m", "1h"])
}

fn each(kind: Kind, labels: &[&str]) -> Vec<Completion> {
    labels.iter().map(|label| Completion::new(kind, *label).rank(FIRST)).collect()
}
