//! The examples.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

/// The programs of the examples and what they name, by path.
pub fn examples() -> BTreeMap<String, Arc<str>> {
    let mut files = BTreeMap::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples"), "", &mut files);
    assert!(files.len() > 10, "the examples are there");
    files
}

fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Arc<str>>) {
    let entries = fs::read_dir(folder).expect("the examples").flatten().map(|e| e.path());
    for path in entries {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let inner = format!("{prefix}{name}");
        if path.is_dir() {
            read(&path, &format!("{inner}/"), files);
        } else if name.ends_with(".efl") || name.ends_with(".json") {
            files.insert(inner, fs::read_to_string(&path).expect("a text").into());
        }
    }
}
