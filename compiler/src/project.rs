//! A workspace seen from outside: every diagnostic with absolute places, every orchestrator with absolute lines.

use crate::{
    db::{Database, FileDiagnostic, Item, NameKey, SourceFile, Workspace, items},
    diag::{Diagnostic, Fix, Level},
    elab::{Lowered, check_item},
    ir,
    names::{self, Decl, item_signature},
    rules,
    suppress::Suppressions,
};
use efl_grammar::{TextRange, TextSize};
use std::sync::Arc;

/// Everything wrong with a file, in order, after suppressions and configured levels.
pub fn diagnostics(db: &Database, file: SourceFile) -> Vec<FileDiagnostic> {
    let mut found = Vec::new();
    for item in items(db, file) {
        for diagnostic in &check_item(db, file, item.text).diagnostics {
            found.push(absolute(db, file, item.start, diagnostic));
        }
    }
    found.extend(
        file_rules(db, file)
            .into_iter()
            .map(|d| FileDiagnostic { label_files: labels_here(db, file, &d), diagnostic: d }),
    );
    let config = db.workspace().config(db);
    found.retain_mut(|d| match config.level(d.diagnostic.rule, d.diagnostic.level) {
        Some(level) => {
            d.diagnostic.level = level;
            true
        }
        None => false,
    });
    let text = file.text(db).unwrap_or_default();
    let suppressions = Suppressions::read(&text);
    let extra = suppressions.apply(&mut found);
    found.extend(extra.into_iter().map(|d| FileDiagnostic { label_files: Vec::new(), diagnostic: d }));
    found.sort_by_key(|d| (d.diagnostic.range.start(), d.diagnostic.range.end(), d.diagnostic.rule.code));
    found
}

/// Whether a file has an error.
pub fn has_errors(db: &Database, file: SourceFile) -> bool {
    diagnostics(db, file).iter().any(|d| d.diagnostic.level == Level::Error)
}

fn labels_here(db: &Database, file: SourceFile, diagnostic: &Diagnostic) -> Vec<Arc<str>> {
    diagnostic.labels.iter().map(|_| file.path(db)).collect()
}

fn absolute(db: &Database, file: SourceFile, start: u32, diagnostic: &Diagnostic) -> FileDiagnostic {
    let shift = |range: TextRange, start: u32| range + TextSize::from(start);
    let mut diagnostic = diagnostic.clone();
    diagnostic.range = shift(diagnostic.range, start);
    let mut label_files = Vec::new();
    for label in &mut diagnostic.labels {
        let (path, base) = match &label.place {
            None => (file.path(db), start),
            Some(place) => {
                let target = db.file(&place.file);
                let base = target.and_then(|f| items(db, f).get(place.item).map(|i| i.start)).unwrap_or(0);
                (place.file.clone(), base)
            }
        };
        label.range = shift(label.range, base);
        label_files.push(path);
    }
    for fix in &mut diagnostic.fixes {
        shift_fix(fix, start);
    }
    FileDiagnostic { diagnostic, label_files }
}

fn shift_fix(fix: &mut Fix, start: u32) {
    for edit in &mut fix.edits {
        edit.range += TextSize::from(start);
    }
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
    let lowered = |item: &Item<'_>| match check_item(db, file, item.text).lowered.as_ref()? {
        Lowered::Orchestrator(orc) => {
            let mut orc = (**orc).clone();
            for origin in &mut orc.origins {
                origin.line += 1 + item_line(db, origin);
            }
            Some(orc)
        }
        _ => None,
    };
    items(db, file).iter().filter_map(lowered).collect()
}

/// The line, from 0, on which the item of an origin begins.
fn item_line(db: &Database, origin: &ir::Origin) -> u32 {
    let Some(file) = db.file(&origin.file) else { return 0 };
    let Some(text) = file.text(db) else { return 0 };
    let Some(item) = names::declaring_item(db, file, NameKey::new(db, origin.item.clone())) else { return 0 };
    let start = items(db, file).iter().find(|i| i.text == item).map_or(0, |i| i.start as usize);
    u32::try_from(text.as_bytes()[..start].iter().filter(|b| **b == b'\n').count()).unwrap_or(u32::MAX)
}

/// The fleets of a file, in order.
pub fn fleets(db: &Database, file: SourceFile) -> Vec<Arc<ir::Fleet>> {
    let lowered = |item: &Item<'_>| match check_item(db, file, item.text).lowered.as_ref()? {
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
                let known =
                    matches!(&check_item(db, *file, item.text).lowered, Some(Lowered::Param(Some(_), _)));
                found.push((signature.name.clone(), *file, known));
            }
        }
    }
    found
}
