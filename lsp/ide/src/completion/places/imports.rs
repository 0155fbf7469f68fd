//! Names and paths of other files.

use super::{names::of_binding, words};
use crate::{
    FileEdit, FileRange,
    completion::{Completion, ELSEWHERE, FIRST, Kind, facts::Fact, probe::Probe},
};
use efl_compiler::{
    db::{self, SourceFile, Workspace, items},
    names::{self, Binding, Decl},
    system,
};
use efl_grammar::{
    SyntaxKind::*,
    TextRange, TextSize,
    ast::{self, AstNode},
};
use std::sync::Arc;

/// The files that a path in quotes can name.
pub(super) fn paths(probe: &Probe<'_>) -> Vec<Completion> {
    let wanted = match probe.nearest(&[IMPORT, TY_SCHEMA, FIELD]).map(|node| node.kind()) {
        Some(IMPORT) => ".efl",
        Some(TY_SCHEMA) => ".json",
        _ => return Vec::new(),
    };
    let here = probe.file.path(probe.db);
    let files = Workspace::get(probe.db).files(probe.db).keys();
    let others = files.filter(|path| **path != here && path.ends_with(wanted));
    others.map(|path| Completion::new(Kind::Path, system::relative(&here, path)).rank(FIRST)).collect()
}

/// The other programs of the workspace, with their paths as this file writes them.
fn other_programs<'db>(probe: &Probe<'db>) -> impl Iterator<Item = (String, SourceFile)> + use<'db> {
    let (db, here) = (probe.db, probe.file);
    let files: Vec<(&Arc<str>, &SourceFile)> = Workspace::get(db).files(db).iter().collect();
    let others = files.into_iter().filter(move |(path, file)| **file != here && path.ends_with(".efl"));
    others.map(move |(path, file)| (system::relative(&here.path(db), path), *file))
}

/// The names that an import can bring: of its file, or of all others as long as it names none.
pub(super) fn names(probe: &Probe<'_>) -> Vec<Completion> {
    let Some(import) = probe.nearest(&[IMPORT]).and_then(ast::Import::cast) else { return Vec::new() };
    if probe.last() == "}" {
        return words(&["from"]);
    }
    if !matches!(probe.last(), "{" | ",") {
        return Vec::new();
    }
    let taken: Vec<String> = import.names().filter_map(|name| Some(name.imported()?.text())).collect();
    let path = import.path().and_then(|path| path.plain());
    let named = path.and_then(|path| Some((names::imported_file(probe.db, probe.file, &path)?, path)));
    let files = match named {
        Some((file, path)) => vec![(path, file)],
        None => other_programs(probe).collect(),
    };
    files.iter().flat_map(|(path, file)| of_program(probe, path, *file, &taken)).collect()
}

/// The names of a program that an import does not have yet. What this file uses without knowing it is missing; the
/// names of one import are of one file.
fn of_program(probe: &Probe<'_>, path: &str, file: SourceFile, taken: &[String]) -> Vec<Completion> {
    let exports = names::exports(probe.db, file);
    let is_begun = taken.iter().any(|name| exports.bindings.contains_key(name));
    let known = names::file_scope(probe.db, probe.file);
    let left = exports.bindings.values().flatten().filter(|binding| !taken.contains(&binding.name));
    let one = |binding: &Binding| {
        let is_used = probe.count(&Fact::Word(binding.name.as_str().into())) > 0;
        let is_missing = is_used && !known.bindings.contains_key(&binding.name);
        let weight = 4 * i32::from(is_begun) + 2 * i32::from(is_missing) + i32::from(is_used);
        of_binding(binding).detail(format!("{} of {path}", binding.decl.what())).rank(FIRST).weight(weight)
    };
    left.map(one).collect()
}

/// The names of a kind that other files declare and this one does not know, with their imports.
pub(super) fn unknown(probe: &Probe<'_>, accept: impl Fn(&Decl) -> bool) -> Vec<(Completion, Binding)> {
    let known = names::file_scope(probe.db, probe.file);
    let mut found = Vec::new();
    for (path, file) in other_programs(probe) {
        for binding in names::exports(probe.db, file).bindings.values().flatten().filter(|b| accept(&b.decl))
        {
            if !known.bindings.contains_key(&binding.name) {
                let detail = format!("{} of {path}", binding.decl.what());
                let import = Some(import(probe, &binding.name, &path));
                let item = of_binding(binding).detail(detail).rank(ELSEWHERE);
                found.push((Completion { import, ..item }, binding.clone()));
            }
        }
    }
    found
}

/// The edit that imports a name: into the import of its file if there is one, else a line at the beginning.
fn import(probe: &Probe<'_>, name: &str, path: &str) -> FileEdit {
    let (db, file) = (probe.db, probe.file);
    for item in items(db, file) {
        let Some(ast::Item::Import(import)) = db::item_node(db, item.text) else { continue };
        if import.path().and_then(|written| written.plain()).as_deref() == Some(path)
            && let Some(last) = import.names().last()
        {
            let at = TextSize::from(item.start) + last.range().end();
            let place = FileRange { file, range: TextRange::empty(at) };
            return FileEdit { place, text: format!(", {name}") };
        }
    }
    let place = FileRange { file, range: TextRange::empty(TextSize::new(0)) };
    FileEdit { place, text: format!("import {{ {name} }} from \"{path}\"\n") }
}
