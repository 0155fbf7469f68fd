//! The only door to the outside: files by workspace path.

use std::{collections::BTreeMap, io, sync::Arc};

/// Where files come from. The CLI has one over the disk, the server one with open buffers on top, tests one in memory.
///
/// Paths are text with `/`, relative to the workspace root or absolute, as [`normalise`] leaves them.
pub trait System {
    /// The text of a file.
    fn read(&self, path: &str) -> io::Result<String>;
}

/// Files in memory.
#[derive(Clone, Default, Debug)]
pub struct MemorySystem {
    /// Path to text.
    pub files: BTreeMap<String, Arc<str>>,
}

impl System for MemorySystem {
    fn read(&self, path: &str) -> io::Result<String> {
        self.files.get(path).map(|text| text.to_string()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// `dir/file` seen from the folder of another path, without `.` and `..`; `None` when it leaves the workspace root.
pub fn resolve(from: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') {
        return None;
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (root, relative) = folder.strip_prefix('/').map_or(("", folder), |rest| ("/", rest));
    let mut parts: Vec<&str> = Vec::new();
    for part in relative.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(format!("{root}{}", parts.join("/")))
}

/// The way back: the path that [`resolve`] makes `to` of when it stands in the file `from`.
pub fn relative(from: &str, to: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let parts = |path: &'_ str| {
        path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let (folder, to) = (parts(folder), parts(to));
    let shared = folder.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = folder[shared..].iter().map(|_| "..");
    up.chain(to[shared..].iter().map(String::as_str)).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::{relative, resolve};

    #[test]
    fn a_path_seen_from_a_file_leads_back() {
        assert_eq!(relative("main.efl", "types.efl"), "types.efl");
        assert_eq!(relative("a/b/main.efl", "a/types.efl"), "../types.efl");
        assert_eq!(relative("/w/a/main.efl", "/w/b/t.efl"), "../b/t.efl");
        assert_eq!(relative("/a/main.efl", "/main.efl"), "../main.efl");
    }

    #[test]
    fn imports_resolve_beside_their_file() {
        assert_eq!(resolve("main.efl", "types.efl").as_deref(), Some("types.efl"));
        assert_eq!(resolve("a/b/main.efl", "../types.efl").as_deref(), Some("a/types.efl"));
        assert_eq!(resolve("a/main.efl", "./b/t.efl").as_deref(), Some("a/b/t.efl"));
        assert_eq!(resolve("/w/a/main.efl", "../t.efl").as_deref(), Some("/w/t.efl"));
        assert_eq!(resolve("main.efl", "../t.efl"), None);
        assert_eq!(resolve("main.efl", "/etc/passwd"), None);
    }
}
