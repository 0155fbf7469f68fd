//! A workspace seen from outside: every diagnostic with absolute places, every orchestrator with absolute lines.

use crate::{
    compile::{self, CompileError},
    consequences,
    db::{Database, Item, ItemText, SourceFile, Workspace, item_node, items},
    diag::{Diagnostic, Level},
    elab::{Lowered, check_item, declared},
    expand, ir,
    names::{Decl, item_signature},
    parallel, rules,
    suppress::Suppressions,
    system,
};
use efl_grammar::{
    TextRange, TextSize,
    ast::{self, AstNode, HasMembers, HasName},
};
use std::{collections::BTreeMap, sync::Arc};

/// Checks every item of a file, on all processors. [`diagnostics`] does it too, one item after the other: after an edit
/// there is only one.
pub fn check(db: &Database, file: SourceFile) {
    db.ask_of_each_item(file, |db, item| {
        check_item(db, item.text);
    });
}

/// Everything wrong with a file, in order, after suppressions and configured levels.
pub fn diagnostics(db: &Database, file: SourceFile) -> Vec<Diagnostic> {
    found(db, file, true)
}

/// [`diagnostics`] but for what only shows when the resources are made: for who makes them anyway, and learns it then.
pub fn diagnostics_without_resources(db: &Database, file: SourceFile) -> Vec<Diagnostic> {
    found(db, file, false)
}

fn found(db: &Database, file: SourceFile, make_resources: bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for item in items(db, file) {
        let checked = &check_item(db, item.text).diagnostics;
        let unmakeable = if make_resources { unmakeable(db, item.text).as_slice() } else { &[] };
        for diagnostic in checked.iter().chain(unmakeable) {
            found.push(absolute(item.start, diagnostic));
        }
    }
    found.extend(file_rules(db, file));
    let text = file.text(db).unwrap_or_default();
    consequences::drop(&text, &mut found);
    let config = db.workspace().config(db);
    found.retain_mut(|d| match config.level(d.rule, d.level) {
        Some(level) => {
            d.level = level;
            true
        }
        None => false,
    });
    let suppressions = Suppressions::read(&text);
    let extra = suppressions.apply(&mut found);
    found.extend(extra);
    found.sort_by_key(|d| (d.range.start(), d.range.end(), d.rule.code));
    found
}

/// What is wrong with an orchestrator that has no mistake of its own, but cannot be made into resources.
#[salsa::tracked(returns(ref))]
fn unmakeable<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> Vec<Diagnostic> {
    let analysis = check_item(db, item);
    let (Some(Lowered::Orchestrator(orc)), Some(ast::Item::Orchestrator(decl))) =
        (&analysis.lowered, item_node(db, item))
    else {
        return Vec::new();
    };
    if analysis.has_errors() || analysis.incomplete {
        return Vec::new();
    }
    let Err(errors) = compile::resources(orc, &compile::Options::default()) else { return Vec::new() };
    let places = rules::Places::of(&decl);
    let diagnostic = |error: CompileError| match error {
        CompileError::Expand(error) => {
            let range = places.declaration(&error.declaration);
            Some(rules::engine_unsupported::unmakeable(&error, range))
        }
        CompileError::NoCandidate(..) => None,
    };
    errors.into_iter().filter_map(diagnostic).collect()
}

/// A resource that a declaration becomes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// The declaration: `crossing-safety/function/classify`; of a Sensor each rule that it has a trigger of.
    pub declaration: String,
    /// Its kind, with the group that tells it from others of that name: `serving.knative.dev/v1`, `Service`.
    pub kind: (&'static str, &'static str),
    /// Its name.
    pub name: String,
}

/// What the declarations of an orchestrator become; nothing while it cannot be compiled.
#[salsa::tracked(returns(deref))]
pub fn made<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> Vec<Made> {
    let Some(Lowered::Orchestrator(orc)) = &check_item(db, item).lowered else { return Vec::new() };
    let resources = compile::resources(orc, &compile::Options::default()).unwrap_or_default();
    let made = |r: expand::Resource<'_>| {
        let declarations: Vec<String> = match r.rules().as_slice() {
            [] => vec![r.declaration.clone()],
            rules => rules.iter().map(|rule| format!("{}/rule/{rule}", orc.name)).collect(),
        };
        let (kind, name) = ((r.api_version, r.kind), r.name);
        declarations.into_iter().map(move |declaration| Made { declaration, kind, name: name.clone() })
    };
    resources.into_iter().flat_map(made).collect()
}

/// Whether a file has an error.
pub fn has_errors(db: &Database, file: SourceFile) -> bool {
    diagnostics(db, file).iter().any(|d| d.level == Level::Error)
}

/// A diagnostic of an item that begins at a byte, with its places in the file.
fn absolute(start: u32, diagnostic: &Diagnostic) -> Diagnostic {
    let mut diagnostic = diagnostic.clone();
    let start = TextSize::from(start);
    diagnostic.range += start;
    diagnostic.labels.iter_mut().for_each(|label| label.range += start);
    let edits = diagnostic.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
    edits.for_each(|edit| edit.range += start);
    diagnostic
}

/// The rules over a whole file: names declared twice, names that nothing uses, imports of values in a circle.
fn file_rules(db: &Database, file: SourceFile) -> Vec<Diagnostic> {
    let mut found = rules::duplicate_name::check_file(db, file);
    found.extend(rules::unused::check_file(db, file));
    found.extend(rules::name_collision::check_file(db, file));
    found
}

/// The orchestrators of a file that can be compiled, in order, with the lines of their declarations absolute.
pub fn orchestrators(db: &Database, file: SourceFile) -> Vec<ir::Orchestrator> {
    each_orchestrator(db, file, |orc| orc)
}

/// What a function makes of each of the [`orchestrators`] of a file, on all processors.
pub fn each_orchestrator<R: Send>(
    db: &Database,
    file: SourceFile,
    make: impl Fn(ir::Orchestrator) -> R + Sync + Send,
) -> Vec<R> {
    let mut lines = ItemLines { db, files: BTreeMap::new() };
    let mut found: Vec<(&ir::Orchestrator, Vec<u32>)> = Vec::new();
    for item in items(db, file) {
        if let Some(Lowered::Orchestrator(orc)) = &check_item(db, item.text).lowered {
            found.push((orc, orc.origins.iter().map(|origin| origin.line + 1 + lines.of(origin)).collect()));
        }
    }
    parallel::map(&found, |(orc, lines)| {
        let mut orc = (*orc).clone();
        for (origin, line) in orc.origins.iter_mut().zip(lines) {
            origin.line = *line;
        }
        make(orc)
    })
}

/// The file and the place of a declaration of an orchestrator that [`orchestrators`] made: all of it, but of the
/// orchestrator itself its head alone, so that no place lies in two.
pub fn place(db: &Database, origin: &ir::Origin) -> Option<(SourceFile, TextRange)> {
    let file = db.file(&origin.file)?;
    let item = items(db, file).iter().find(|item| item_signature(db, item.text).name == origin.item)?;
    let node = item_node(db, item.text)?;
    let range = match (&node, origin.declaration.split_once('/')) {
        (ast::Item::Orchestrator(orc), Some((_, inner))) => {
            let is = |member: &ast::Member| match declared(member) {
                Some((_, what, name, _)) => inner.split_once('/') == Some((what, name.as_str())),
                None => matches!(member, ast::Member::Placement(_)) && inner == "placement",
            };
            orc.members().iter().find(|member| is(member))?.range()
        }
        (ast::Item::Orchestrator(orc), None) => {
            let end = orc.name().map_or_else(|| orc.range().end(), |name| name.range().end());
            TextRange::new(orc.range().start(), end)
        }
        _ => node.range(),
    };
    Some((file, range + TextSize::from(item.start)))
}

/// A file and every program that it imports, and those import.
pub fn closure(db: &Database, file: SourceFile) -> Vec<SourceFile> {
    let mut found = vec![file];
    let mut at = 0;
    while let Some(file) = found.get(at).copied() {
        at += 1;
        let path = file.path(db);
        let signatures = items(db, file).iter().map(|item| item_signature(db, item.text));
        let written = signatures.flat_map(|signature| &signature.paths);
        let paths = written.filter_map(|written| system::resolve(&path, written));
        for imported in paths.filter(|path| path.ends_with(".efl")).filter_map(|path| db.file(&path)) {
            if !found.contains(&imported) {
                found.push(imported);
            }
        }
    }
    found
}

/// The lines on which the items of files begin, from 0: read once per file.
struct ItemLines<'db> {
    db: &'db Database,
    files: BTreeMap<Arc<str>, BTreeMap<String, u32>>,
}

impl ItemLines<'_> {
    fn of(&mut self, origin: &ir::Origin) -> u32 {
        if !self.files.contains_key(&origin.file) {
            let lines = self.db.file(&origin.file).map(|file| self.read(file)).unwrap_or_default();
            self.files.insert(origin.file.clone(), lines);
        }
        self.files[&origin.file].get(&origin.item).copied().unwrap_or(0)
    }

    fn read(&self, file: SourceFile) -> BTreeMap<String, u32> {
        let text = file.text(self.db).unwrap_or_default();
        let (mut line, mut at) = (0, 0);
        let mut lines = BTreeMap::new();
        for item in items(self.db, file) {
            let newlines = text[at..item.start as usize].matches('\n').count();
            (line, at) = (line + u32::try_from(newlines).unwrap_or(u32::MAX), item.start as usize);
            lines.entry(item_signature(self.db, item.text).name.clone()).or_insert(line);
        }
        lines
    }
}

/// The fleets of a file, in order.
pub fn fleets(db: &Database, file: SourceFile) -> Vec<Arc<ir::Fleet>> {
    let lowered = |item: &Item<'_>| match check_item(db, item.text).lowered.as_ref()? {
        Lowered::Fleet(fleet) => Some(fleet.clone()),
        _ => None,
    };
    items(db, file).iter().filter_map(lowered).collect()
}

/// The params that the files of a workspace declare: (name, file, whether a value is known).
pub fn params(db: &Database) -> Vec<(String, SourceFile, bool)> {
    let mut found = Vec::new();
    for file in Workspace::get(db).files(db).values() {
        for item in items(db, *file) {
            let signature = item_signature(db, item.text);
            if matches!(signature.decl.as_deref(), Some(Decl::Param { .. })) {
                let known = matches!(&check_item(db, item.text).lowered, Some(Lowered::Param(Some(_), _)));
                found.push((signature.name.clone(), *file, known));
            }
        }
    }
    found
}
