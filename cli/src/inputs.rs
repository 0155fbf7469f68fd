//! What a command is given: files, folders with every `.efl` file below them, or standard input.

use crate::commands::Failure;
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

/// The inputs of a command.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Inputs {
    /// Files, folders (every `.efl` file below them), or `-` for standard input
    #[arg(value_name = "PATH", default_value = ".", value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
}

/// What is to be read.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Input {
    /// Standard input.
    Stdin,
    /// A file, as it was given or found.
    File(PathBuf),
}

impl Inputs {
    /// The paths as given, without `-`.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.paths.iter().filter(|path| !is_stdin(path)).cloned().collect()
    }

    /// Whether any is an absolute path.
    pub(crate) fn absolute(&self) -> bool {
        self.paths.iter().any(|path| path.is_absolute())
    }

    /// The files, each once: in the order given, those of a folder by name. What is not there is a file too: that it
    /// cannot be read is said like any other mistake.
    pub(crate) fn files(&self) -> Result<Vec<Input>, Failure> {
        let mut inputs = Vec::new();
        let mut seen = HashSet::new();
        for path in &self.paths {
            let found = if is_stdin(path) {
                vec![Input::Stdin]
            } else if path.is_dir() {
                below(path)?
            } else {
                vec![Input::File(path.clone())]
            };
            inputs.extend(found.into_iter().filter(|input| seen.insert(input.clone())));
        }
        if inputs.is_empty() {
            let places: Vec<String> = self.paths.iter().map(|path| format!("`{}`", path.display())).collect();
            return Err(Failure::usage(format!("there is no `.efl` file in {}", places.join(", "))));
        }
        Ok(inputs)
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn below(folder: &Path) -> Result<Vec<Input>, Failure> {
    let mut files = Vec::new();
    walk(folder, &mut files)
        .map_err(|e| Failure::new(format!("cannot read the folder `{}`: {e}", folder.display())))?;
    files.sort();
    Ok(files.into_iter().map(Input::File).collect())
}

/// Every `.efl` file below a folder, but for hidden folders and those with other people's files. Linked folders are
/// left out: they could go round in circles.
pub(crate) fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.');
        if hidden || name == "target" || name == "node_modules" {
            continue;
        }
        let path = if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) };
        if entry.file_type()?.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "efl") && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}
