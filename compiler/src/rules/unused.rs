//! E0214 unused.

use super::duplicate_name::place;
use crate::{
    db::{self, SourceFile, Workspace, items, parse_item},
    diag::{Applicability, Diagnostic},
    elab::{cascade, check_item},
    names::{self, Decl, item_signature},
};
use efl_grammar::{TextRange, TextSize, ast, ast::AstNode};
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
        used.extend(check_item(db, file, item.text).used.iter().map(String::as_str));
    }
    let library = !items.iter().any(|i| matches!(item_signature(db, i.text).decl.as_deref(), Some(Decl::Orchestrator)));
    let broken: Vec<&str> =
        items.iter().filter(|i| !parse_item(db, i.text).errors.is_empty()).map(|i| i.text.text(db)).collect();
    // The use of a name may stand in what could not be read.
    let hidden = |name: &str| broken.iter().any(|text| cascade::mentions(text, name));
    let mut found = Vec::new();
    for item in items {
        let signature = item_signature(db, item.text);
        for (_, local) in signature.import.iter().flat_map(|i| &i.names) {
            if !used.contains(local.as_str()) && !hidden(local) && (library || !is_fleet(db, file, local)) {
                found.push(unused_import(db, *item, local));
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

fn unused_import(db: &dyn salsa::Database, item: db::Item<'_>, local: &str) -> Diagnostic {
    let range = place(db, item, local);
    let whole = match db::item_node(db, item.text) {
        Some(ast::Item::Import(node)) if node.names().count() == 1 => node.range() + TextSize::from(item.start),
        _ => with_comma(db, item, range),
    };
    import(local, range, whole)
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
