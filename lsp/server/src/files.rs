//! Files on disk: finding them, reading them, and their names in the protocol.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};
use tower_lsp::ls_types::Uri;

/// The name of the settings file of a project.
pub(crate) const SETTINGS: &str = "efl.toml";

/// The file of a URI, without `.` and `..`; `None` when it is none on this machine.
pub(crate) fn path(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    let mut whole = PathBuf::new();
    for part in uri.to_file_path()?.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    whole.is_absolute().then_some(whole)
}

/// The text of a file. A byte order mark is no part of it: no editor shows one.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let mut text = fs::read_to_string(path)?;
    if text.starts_with('\u{FEFF}') {
        text.drain(..'\u{FEFF}'.len_utf8());
    }
    Ok(text)
}

/// Every `.efl` file and every settings file below a folder, but for hidden folders and those with other people's
/// files. Linked folders are left out: they could go round in circles.
pub(crate) fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    // A folder that cannot be read has nothing to check.
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        let path = entry.path();
        if kind.is_dir() {
            if !is_skipped(&path) {
                walk(&path, found);
            }
        } else if (is_program(&path) || is_settings(&path)) && path.is_file() {
            found.push(path);
        }
    }
}

/// Whether a folder holds nothing of ours.
fn is_skipped(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || name == "target" || name == "node_modules"
}

/// Whether a file below a folder is one that [`walk`] finds.
pub(crate) fn is_below(file: &Path, folder: &Path) -> bool {
    file.strip_prefix(folder).is_ok_and(|rest| !rest.parent().is_some_and(|p| p.ancestors().any(is_skipped)))
}

/// Whether a file is a program.
pub(crate) fn is_program(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "efl")
}

/// Whether a file holds settings.
pub(crate) fn is_settings(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == SETTINGS)
}

/// The nearest folder, at a path or above it, that has an entry of a name.
pub(crate) fn above(path: &Path, name: &str) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.join(name).exists()).map(Path::to_owned)
}
