//! E0509 missing-group-field.

use crate::{
    catalog::{Block, Group},
    diag::Diagnostic,
};
use efl_grammar::TextRange;

super::rule! {
    code: "E0509",
    name: "missing-group-field",
    level: Error,
    summary: "None of the fields of which the kind needs one (`schedule` or `interval`).",
    page: include_str!("pages/E0509.md"),
}

/// A group of which a block gives nothing.
pub(crate) fn diagnostic(block: &Block, group: &Group, place: TextRange) -> Diagnostic {
    let alternative = |fields: &&[&str]| fields.iter().map(|f| format!("`{f}`")).collect::<Vec<_>>().join(" with ");
    let alternatives: Vec<String> = group.alternatives.iter().map(alternative).collect();
    Diagnostic::new(&RULE, place, format!("the {} needs {}", block.name, alternatives.join(" or ")))
}
