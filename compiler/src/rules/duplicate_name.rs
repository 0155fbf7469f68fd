//! E0212 duplicate-name.

use crate::{
    db::{self, SourceFile, items},
    diag::Diagnostic,
    names::item_signature,
};
use efl_grammar::{
    TextRange, TextSize,
    ast::{self, AstNode, HasName},
};
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;

super::rule! {
    code: "E0212",
    name: "duplicate-name",
    level: Error,
    summary: "Two declarations of one name in one scope.",
    page: include_str!("pages/E0212.md"),
}

/// Names that a file declares or imports twice.
pub(crate) fn check_file(db: &dyn salsa::Database, file: SourceFile) -> Vec<Diagnostic> {
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    let mut found = Vec::new();
    let items = items(db, file);
    for (index, item) in items.iter().enumerate() {
        let signature = item_signature(db, item.text);
        let imported = signature.import.iter().flat_map(|i| &i.names).map(|(_, local)| local.as_str());
        let declared = signature.decl.iter().map(|_| signature.name.as_str());
        for name in declared.chain(imported).filter(|n| !n.is_empty()) {
            let first = *seen.entry(name).or_insert(index);
            // An import that brings a name twice is reported with the import.
            if first != index {
                let diagnostic = Diagnostic::new(&RULE, place(db, items[index], name), format!("`{name}` is declared twice"));
                found.push(diagnostic.label(place(db, items[first], name), "the first one"));
            }
        }
    }
    found.extend(tests(db, items));
    found
}

/// Tests of one name.
fn tests(db: &dyn salsa::Database, items: &[db::Item<'_>]) -> Vec<Diagnostic> {
    let mut seen: FxHashMap<String, TextRange> = FxHashMap::default();
    let mut found = Vec::new();
    let declares_nothing = |item: &&db::Item<'_>| item_signature(db, item.text).decl.is_none();
    for item in items.iter().filter(declares_nothing) {
        let Some(ast::Item::Test(test)) = db::item_node(db, item.text) else { continue };
        let Some((title, name)) = test.title().and_then(|t| Some((t.range(), t.plain()?))) else { continue };
        let range = title + TextSize::from(item.start);
        match seen.entry(name) {
            Entry::Occupied(first) => {
                let message = format!("two tests are called \"{}\"", first.key());
                found.push(Diagnostic::new(&RULE, range, message).label(*first.get(), "the first one"));
            }
            Entry::Vacant(place) => {
                place.insert(range);
            }
        }
    }
    found
}

/// Where an item gives a name, absolute.
pub(crate) fn place(db: &dyn salsa::Database, item: db::Item<'_>, name: &str) -> TextRange {
    let relative = match db::item_node(db, item.text) {
        Some(ast::Item::Import(import)) => import
            .names()
            .find(|n| n.alias().map(|a| a.text()).or_else(|| n.imported().map(|i| i.text())).as_deref() == Some(name))
            .map(|n| n.range()),
        Some(node) => name_of(&node).map(|n| n.range()),
        None => None,
    };
    relative.unwrap_or_default() + TextSize::from(item.start)
}

/// The name a declaration gives.
pub(crate) fn name_of(node: &ast::Item) -> Option<ast::Name> {
    match node {
        ast::Item::Import(_) | ast::Item::Test(_) => None,
        ast::Item::Param(d) => d.name(),
        ast::Item::Type(d) => d.name(),
        ast::Item::Bus(d) => d.name(),
        ast::Item::Fleet(d) => d.name(),
        ast::Item::Function(d) => d.name(),
        ast::Item::Workflow(d) => d.name(),
        ast::Item::Orchestrator(d) => d.name(),
    }
}
