//! Files on disk under the paths by which the compiler knows them, and by which people do.

use efl_compiler::system::{self, System};
use std::{
    collections::HashMap,
    env, fs, io,
    path::{Component, Path, PathBuf},
};

/// The name of the settings file.
pub(crate) const SETTINGS: &str = "efl.toml";
/// The name under which people know standard input.
pub(crate) const STDIN: &str = "<stdin>";
/// The file name under which the compiler does: a program's.
pub(crate) const STDIN_FILE: &str = "<stdin>.efl";

/// A workspace on disk.
///
/// The compiler's paths are relative to the root, with `/`: the folder of `efl.toml`, else the one with `.git`, else the
/// deepest that holds the current folder and every input. Files elsewhere are known by their absolute path.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    root: PathBuf,
    here: PathBuf,
    /// Whether people gave absolute paths, and so want them back.
    absolute: bool,
    /// Texts that are known already: the inputs, standard input among them.
    held: HashMap<String, String>,
}

impl Disk {
    /// The workspace of some inputs.
    pub(crate) fn of(inputs: &[PathBuf]) -> io::Result<Self> {
        let here = env::current_dir()?;
        let inputs: Vec<PathBuf> = inputs.iter().map(|path| absolute(&here, path)).collect();
        let first = inputs.first().unwrap_or(&here);
        let root = settings(first).and_then(|file| file.parent().map(Path::to_owned));
        let root = root.or_else(|| above(first, |folder| folder.join(".git").exists()));
        let root = root.unwrap_or_else(|| common(&here, &inputs));
        Ok(Self { root, here, absolute: false, held: HashMap::new() })
    }

    /// The same, with absolute paths in what people see.
    pub(crate) fn with_absolute_names(mut self, absolute: bool) -> Self {
        self.absolute = absolute;
        self
    }

    /// Takes a text for that of a file.
    pub(crate) fn hold(&mut self, path: &str, text: String) {
        self.held.insert(path.to_owned(), text);
    }

    /// The workspace path of a file.
    pub(crate) fn path_of(&self, file: &Path) -> String {
        let file = absolute(&self.here, file);
        let path = file.strip_prefix(&self.root).unwrap_or(&file);
        path.to_string_lossy().replace('\\', "/")
    }

    /// The workspace path of standard input: its imports are looked for in the current folder.
    pub(crate) fn stdin_path(&self) -> String {
        self.path_of(Path::new(STDIN_FILE))
    }

    /// The file of a workspace path.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The path as people want to see it: relative to the current folder, or absolute if they gave it so.
    pub(crate) fn name(&self, path: &str) -> String {
        let file = self.file(path);
        if path.ends_with(STDIN_FILE) {
            return STDIN.to_owned();
        }
        let name = if self.absolute { file } else { relative(&self.here, &file) };
        name.to_string_lossy().into_owned()
    }

    /// The root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The path under which compiled resources name a file: relative to the folder of `efl.toml`, else to that of the
    /// compiled file, so that it depends neither on the machine nor on the current folder.
    pub(crate) fn origin(&self, compiled: &str, path: &str) -> String {
        if path.ends_with(STDIN_FILE) {
            return STDIN.to_owned();
        }
        if self.root.join(SETTINGS).is_file() { path.to_owned() } else { system::relative(compiled, path) }
    }
}

impl System for Disk {
    fn read(&self, path: &str) -> io::Result<String> {
        match self.held.get(path) {
            Some(text) => Ok(text.clone()),
            None => fs::read_to_string(self.file(path)),
        }
    }
}

/// The settings file of an absolute path: in its folder or the nearest above.
pub(crate) fn settings(path: &Path) -> Option<PathBuf> {
    above(path, |folder| folder.join(SETTINGS).is_file()).map(|folder| folder.join(SETTINGS))
}

/// The nearest folder, at a path or above it, that is one.
fn above(path: &Path, is: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    path.ancestors().find(|folder| is(folder)).map(Path::to_owned)
}

/// A path without `.` and `..`, seen from a folder. Links are not followed: what a person wrote stays.
fn absolute(here: &Path, path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in here.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    whole
}

/// The deepest folder that holds a folder and every input.
fn common(here: &Path, inputs: &[PathBuf]) -> PathBuf {
    let holds = |folder: &&Path| inputs.iter().all(|input| input.starts_with(folder));
    here.ancestors().find(holds).unwrap_or(here).to_owned()
}

/// A path seen from a folder.
fn relative(from: &Path, path: &Path) -> PathBuf {
    let shared = from.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    if shared <= 1 && from != Path::new("/") {
        // Nothing in common but the root: the absolute path is shorter and clearer.
        return path.to_owned();
    }
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::{absolute, common, relative};
    use std::path::{Path, PathBuf};

    #[test]
    fn paths_are_seen_from_a_folder() {
        let seen = |from: &str, path: &str| relative(Path::new(from), Path::new(path)).display().to_string();
        assert_eq!(seen("/w/a", "/w/a/b/c.efl"), "b/c.efl");
        assert_eq!(seen("/w/a/b", "/w/c.efl"), "../../c.efl");
        assert_eq!(seen("/w/a", "/x/c.efl"), "/x/c.efl");
    }

    #[test]
    fn dots_are_resolved() {
        assert_eq!(absolute(Path::new("/w/a"), Path::new("./b/../../c.efl")), Path::new("/w/c.efl"));
    }

    #[test]
    fn the_root_holds_everything() {
        let inputs = [PathBuf::from("/w/a/x.efl"), PathBuf::from("/w/b")];
        assert_eq!(common(Path::new("/w/a"), &inputs), Path::new("/w"));
    }
}
