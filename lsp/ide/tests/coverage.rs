//! Every name in every example means something: an editor can say what.

mod common;

use efl_compiler::{
    db::{Database, parse_item},
    index,
    system::MemorySystem,
};
use efl_grammar::{SyntaxElement, SyntaxKind, SyntaxNode};
#[test]
fn every_name_of_the_examples_means_something() {
    let system = MemorySystem { files: common::examples() };
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
