//! Whatever is renamed in an example, the example means the same: it has the diagnostics it had, and renaming back gives
//! its text.

mod common;

use efl_compiler::{
    db::{Database, SourceFile},
    diag::Level,
    index::{self, Role},
    project,
    system::MemorySystem,
};
use efl_grammar::TextSize;
use efl_ide::{FileEdit, rename};
use std::{collections::BTreeMap, sync::Arc};

type Files = BTreeMap<String, Arc<str>>;

fn load(files: &Files) -> Database {
    let programs: Vec<String> = files.keys().filter(|path| path.ends_with(".efl")).cloned().collect();
    Database::load(&MemorySystem { files: files.clone() }, &programs)
}

/// The errors and warnings of a workspace, without the names in them; nor that a declared payload has other fields than
/// upstream documents, which is what renaming those does.
fn problems(db: &Database) -> Vec<(Arc<str>, &'static str)> {
    let mut found = Vec::new();
    for (path, file) in db.workspace().files(db).iter().filter(|(path, _)| path.ends_with(".efl")) {
        let problems = project::diagnostics(db, *file);
        let serious =
            problems.iter().filter(|d| d.level > Level::Hint && d.rule.name != "typed-opaque-payload");
        found.extend(serious.map(|d| (path.clone(), d.rule.code)));
    }
    found
}

/// The places where something is declared.
fn declarations(db: &Database) -> Vec<(SourceFile, TextSize)> {
    let mut found = Vec::new();
    for (_, file) in db.workspace().files(db).iter().filter(|(path, _)| path.ends_with(".efl")) {
        for item in index::indexed(db, *file) {
            let entries = item.index.entries.iter().filter(|e| e.role != Role::Use && e.symbol().is_some());
            found.extend(entries.map(|e| (*file, item.absolute(e.range).start())));
        }
    }
    found
}

fn applied(db: &Database, files: &Files, edits: &[FileEdit]) -> Files {
    let mut files = files.clone();
    let mut edits: Vec<&FileEdit> = edits.iter().collect();
    edits.sort_by_key(|e| std::cmp::Reverse(e.place.range.start()));
    for edit in edits {
        let text = files.get_mut(&*edit.place.file.path(db)).expect("a file of the workspace");
        let mut new = text.to_string();
        new.replace_range(std::ops::Range::<usize>::from(edit.place.range), &edit.text);
        *text = new.into();
    }
    files
}

/// Each folder of the examples is a workspace.
fn workspaces() -> Vec<Files> {
    let mut folders: BTreeMap<String, Files> = BTreeMap::new();
    for (path, text) in common::examples() {
        let folder = path.split('/').next().unwrap_or_default().to_owned();
        folders.entry(folder).or_default().insert(path, text);
    }
    folders.into_values().collect()
}

#[test]
fn an_example_means_the_same_whatever_is_renamed() {
    rename_every(5);
}

#[test]
#[ignore = "a minute: every name, and not every fifth"]
fn every_name_can_be_renamed() {
    rename_every(1);
}

fn rename_every(step: usize) {
    const NAME: &str = "zz-renamed";
    let mut renamed = 0;
    for files in workspaces() {
        let db = load(&files);
        let before = problems(&db);
        for (file, at) in declarations(&db).into_iter().step_by(step) {
            let text = file.text(&db).unwrap_or_default();
            let range = rename::prepare_rename(&db, file, at).expect("a declaration has a name");
            let old = &text[range];
            let path = file.path(&db);
            let edits =
                rename::rename(&db, file, at, NAME).unwrap_or_else(|why| panic!("{path}: `{old}`: {why}"));
            let changed = applied(&db, &files, &edits);
            let after = load(&changed);
            assert_eq!(problems(&after), before, "{path}: `{old}` renamed at {edits:#?}");
            renamed += 1;
            let moved = after.file(&path).expect("it is there");
            let at = earlier_edits(&edits, file, at, NAME, old);
            let back = rename::rename(&after, moved, at, old).unwrap_or_else(|why| panic!("{path}: {why}"));
            assert_eq!(applied(&after, &changed, &back), files, "{path}: `{old}` renamed and back");
        }
    }
    assert!(renamed > 200 / step, "{renamed} names");
}

/// Where a place is after the edits before it in its file.
fn earlier_edits(edits: &[FileEdit], file: SourceFile, at: TextSize, new: &str, old: &str) -> TextSize {
    let before = edits.iter().filter(|e| e.place.file == file && e.place.range.start() < at).count();
    let count = TextSize::try_from(before).expect("few");
    let (new, old) = (u32::from(TextSize::of(new)), u32::from(TextSize::of(old)));
    TextSize::from(u32::from(at) + u32::from(count) * new - u32::from(count) * old)
}
