//! The files of the repository, by paths relative to its root.

use efl_compiler::system::System;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The repository as it is on disk.
pub(crate) struct Disk;

impl System for Disk {
    fn read(&self, path: &str) -> io::Result<String> {
        fs::read_to_string(root().join(path))
    }
}

/// The files below a folder that end so, in order, by their paths in `base`.
pub(crate) fn below(base: &Path, folder: &str, endings: &[&str]) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(base.join(&folder)).unwrap_or_else(|e| panic!("{folder}: {e}")).flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            if entry.path().is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| path.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Every `.efl` file of the examples.
pub(crate) fn examples() -> Vec<String> {
    below(&root(), "examples", &[".efl"])
}
