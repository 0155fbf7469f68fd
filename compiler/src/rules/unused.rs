//! E0214 unused.

use super::duplicate_name::place;
use crate::{
    db::{self, SourceFile, Workspace, items},
    diag::{Applicability, Diagnostic},
    elab::{cascade, check_item},
    names::{self, Decl, item_signature},
};
use efl_grammar::{TextRange, TextSize, ast, ast::AstNode};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

super::rule! {
    code: "E0214",
    name: "unused",
    level: Warning,
    summary: "An event, function, workflow, param, type, import, bus or `let` that nothing uses.",
    page: include_str!("pages/E0214.md"),
}

/// A `let`, loop variable or parameter that nothing reads.
pub(crate) fn local(name: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{name}` is never used")).unnecessary()
}

/// A declaration that nothing uses.
pub(crate) fn declaration(what: &str, name: &str, range: TextRange, why: &str) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("the {what} `{name}` is never used: {why}")).unnecessary()
}

/// An imported name that nothing uses; `whole` is what goes with it.
pub(crate) fn import(name: &str, range: TextRange, whole: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("the import `{name}` is never used"))
        .unnecessary()
        .fix(Applicability::Safe, format!("Remove `{name}`"), whole, "")
}

/// Imports, params, functions and workflows of a file that nothing uses. What another file of the workspace imports is
/// used; a file without an orchestrator is a library, whose declarations are for others.
pub(crate) fn check_file(db: &dyn salsa::Database, file: SourceFile) -> Vec<Diagnostic> {
    let items = items(db, file);
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for item in items {
        used.extend(check_item(db, item.text).used.iter().map(String::as_str));
    }
    let library = !items.iter().any(|i| matches!(item_signature(db, i.text).decl.as_deref(), Some(Decl::Orchestrator)));
    // The use of a name may stand in what could not be read.
    let unread: FxHashSet<&str> = items.iter().flat_map(|item| cascade::unread(db, item.text)).collect();
    let hidden = |name: &str| unread.contains(name);
    let mut found = Vec::new();
    for item in items {
        let signature = item_signature(db, item.text);
        if let Some(import) = &signature.import {
            let is_unused =
                |local: &&str| !used.contains(local) && !hidden(local) && (library || !is_fleet(db, file, local));
            let unused: BTreeSet<&str> =
                import.names.iter().map(|(_, local)| local.as_str()).filter(is_unused).collect();
            if !unused.is_empty() {
                found.extend(unused_imports(db, *item, &unused));
            }
        }
        let what = match signature.decl.as_deref() {
            Some(decl @ (Decl::Param { .. } | Decl::Function(_) | Decl::Workflow(_) | Decl::Bus | Decl::Type { .. })) => decl.what(),
            _ => continue,
        };
        if !library && !used.contains(signature.name.as_str()) && !hidden(&signature.name) && !is_imported(db, file, &signature.name) {
            found.push(declaration(what, &signature.name, place(db, *item, &signature.name), "nothing in this file names it"));
        }
    }
    found
}

/// Whether a name is that of a fleet: an orchestrator of the file uses it without naming it, for the clusters it may run on.
fn is_fleet(db: &dyn salsa::Database, file: SourceFile, name: &str) -> bool {
    let bindings = names::file_scope(db, file).bindings.get(name);
    bindings.is_some_and(|found| found.iter().any(|b| matches!(&*b.decl, Decl::Fleet { .. })))
}

/// The unused names of an import, each once.
fn unused_imports(db: &dyn salsa::Database, item: db::Item<'_>, unused: &BTreeSet<&str>) -> Vec<Diagnostic> {
    let Some(ast::Item::Import(node)) = db::item_node(db, item.text) else { return Vec::new() };
    let names: Vec<ast::ImportName> = node.names().collect();
    let mut left = unused.clone();
    let mut found = Vec::new();
    for name in &names {
        let alias = name.alias().map(|alias| alias.text());
        let Some(local) = alias.or_else(|| name.imported().map(|imported| imported.text())) else { continue };
        if !left.remove(local.as_str()) {
            continue;
        }
        let range = name.range() + TextSize::from(item.start);
        let whole =
            if names.len() == 1 { node.range() + TextSize::from(item.start) } else { with_comma(db, item, range) };
        found.push(import(&local, range, whole));
    }
    found
}

/// A name of a list with the comma behind it, else the one before it.
fn with_comma(db: &dyn salsa::Database, item: db::Item<'_>, range: TextRange) -> TextRange {
    let text = item.text.text(db);
    let relative = range - TextSize::from(item.start);
    let (start, end) = (usize::from(relative.start()), usize::from(relative.end()));
    let size = |n: usize| TextSize::from(u32::try_from(n).unwrap_or(u32::MAX) + item.start);
    let behind = &text[end..];
    let rest = behind.trim_start();
    if let Some(after) = rest.strip_prefix(',') {
        return TextRange::new(range.start(), size(text.len() - after.trim_start_matches(' ').len()));
    }
    match text[..start].trim_end().strip_suffix(',') {
        Some(before) => TextRange::new(size(before.len()), range.end()),
        None => range,
    }
}

/// Whether another file of the workspace imports a name of a file.
fn is_imported(db: &dyn salsa::Database, file: SourceFile, name: &str) -> bool {
    let files = Workspace::get(db).files(db);
    files.values().filter(|f| **f != file).any(|other| {
        items(db, *other).iter().any(|item| {
            let import = item_signature(db, item.text).import.as_ref();
            import.is_some_and(|i| {
                names::imported_file(db, *other, &i.path) == Some(file) && i.names.iter().any(|(imported, _)| imported == name)
            })
        })
    })
}
