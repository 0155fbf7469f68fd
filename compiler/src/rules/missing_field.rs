//! E0320 missing-field.

use crate::{
    catalog::{Block, Field},
    diag::{Applicability, Diagnostic},
};
use efl_grammar::TextRange;

super::rule! {
    code: "E0320",
    name: "missing-field",
    level: Error,
    summary: "A required field of a block is missing.",
    page: include_str!("pages/E0320.md"),
}

/// Required fields that a block does not give.
pub(crate) fn diagnostic(block: &Block, missing: &[&Field], place: TextRange) -> Diagnostic {
    let names: Vec<String> = missing.iter().map(|f| format!("`{}`", f.name)).collect();
    let what = if missing.len() == 1 { "field" } else { "fields" };
    let message = format!("the {} misses the {what} {}", block.name, names.join(", "));
    let docs: Vec<String> = missing.iter().map(|f| format!("{}: {}", f.name, first_sentence(f.doc))).collect();
    let _ = Applicability::Manual;
    Diagnostic::new(&RULE, place, message).help(docs.join("; "))
}

fn first_sentence(doc: &str) -> &str {
    doc.split_once(". ").map_or(doc, |(first, _)| first).trim_end_matches('.')
}
