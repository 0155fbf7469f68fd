//! What the tests of the import share: files on disk, examples, and what the checker says.

use efl_compiler::{
    db::{Database, SourceFile},
    diag::Level,
    project,
    system::System,
};
use std::{fs, io, path::PathBuf};

/// The files of the repository, by paths relative to its root.
pub(crate) struct Disk;

impl System for Disk {
    fn read(&self, path: &str) -> io::Result<String> {
        fs::read_to_string(root().join(path))
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Every `.efl` file of the examples.
pub(crate) fn example_files() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec!["examples".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("the examples can be read") {
            let entry = entry.expect("an entry");
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push(path);
            } else if std::path::Path::new(&path).extension().is_some_and(|e| e == "efl") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The errors of a file, as text.
pub(crate) fn errors(db: &Database, file: SourceFile) -> Vec<String> {
    let text = file.text(db).unwrap_or_default();
    let error = |d: efl_compiler::db::FileDiagnostic| {
        let start = usize::from(d.diagnostic.range.start()).min(text.len());
        let line = text.get(..start).unwrap_or_default().split('\n').count();
        let Level::Error = d.diagnostic.level else { return None };
        Some(format!("{line}: {}: {}", d.diagnostic.rule.code, d.diagnostic.message))
    };
    project::diagnostics(db, file).into_iter().filter_map(error).collect()
}
