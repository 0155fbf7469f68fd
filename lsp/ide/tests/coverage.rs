//! Every name in every example means something: an editor can say what.

use efl_compiler::{
    db::{Database, parse_item},
    index,
    system::MemorySystem,
};
use efl_grammar::{SyntaxElement, SyntaxKind, SyntaxNode};
use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Arc<str>>) {
    for path in fs::read_dir(folder).expect("the examples").flatten().map(|e| e.path()) {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let inner = format!("{prefix}{name}");
        if path.is_dir() {
            read(&path, &format!("{inner}/"), files);
        } else if name.ends_with(".efl") || name.ends_with(".json") {
            files.insert(inner, fs::read_to_string(&path).expect("a text").into());
        }
    }
}

#[test]
fn every_name_of_the_examples_means_something() {
    let mut files = BTreeMap::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples"), "", &mut files);
    let system = MemorySystem { files };
    let programs: Vec<String> = system.files.keys().filter(|path| path.ends_with(".efl")).cloned().collect();
    let db = Database::load(&system, &programs);
    let mut unknown = Vec::new();
    for path in &programs {
        let file = db.file(path).expect("it was loaded");
        for item in index::indexed(&db, file) {
            let root = SyntaxNode::new_root(parse_item(&db, item.item.text).green.clone());
            let tokens = root.descendants_with_tokens().filter_map(SyntaxElement::into_token);
            for token in tokens.filter(|t| t.kind() == SyntaxKind::IDENT) {
                let range = token.text_range();
                if !item.index.entries.iter().any(|e| e.range == range) {
                    let parent = token.parent().and_then(|p| p.parent()).map(|p| p.text().to_string());
                    unknown.push(format!(
                        "{path}: `{}` in `{}`",
                        token.text(),
                        parent.unwrap_or_default().trim()
                    ));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}
