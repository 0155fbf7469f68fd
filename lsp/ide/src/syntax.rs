//! The tree around a place.

use efl_compiler::{
    db::{Database, Item, SourceFile, items, parse_item},
    index::{self, Entry, IndexedItem, Symbol},
};
use efl_grammar::{SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize, TokenAtOffset};

/// The tree of an item; its offsets are relative to the item.
pub(crate) fn root(db: &Database, item: Item<'_>) -> SyntaxNode {
    SyntaxNode::new_root(parse_item(db, item.text).green.clone())
}

/// The trees of a file's items, each with where it begins.
pub(crate) fn roots(db: &Database, file: SourceFile) -> impl Iterator<Item = (TextSize, SyntaxNode)> {
    items(db, file).iter().map(move |item| (item.start.into(), root(db, *item)))
}

/// The names in a place, with the item they stand in. Several where a name means several things.
pub(crate) fn entries_at(
    db: &Database,
    file: SourceFile,
    offset: TextSize,
) -> Option<(IndexedItem<'_>, Vec<&Entry>)> {
    let item = index::item_at(db, file, offset)?;
    let entries: Vec<&Entry> = item.index.at(item.relative(offset)).collect();
    (!entries.is_empty()).then_some((item, entries))
}

/// What the name in a place means, if a program declares it.
pub(crate) fn symbols_at(db: &Database, file: SourceFile, offset: TextSize) -> Vec<Symbol> {
    let entries = entries_at(db, file, offset).map(|(_, entries)| entries).unwrap_or_default();
    entries.into_iter().filter_map(|e| e.symbol().cloned()).collect()
}

/// The token in a place; between two the one with a meaning, the right one if both have.
pub(crate) fn token_at(root: &SyntaxNode, offset: TextSize) -> Option<SyntaxToken> {
    if !root.text_range().contains_inclusive(offset) {
        return None;
    }
    let silent = |t: &SyntaxToken| t.kind().is_trivia();
    match root.token_at_offset(offset) {
        TokenAtOffset::None => None,
        TokenAtOffset::Single(token) => Some(token),
        TokenAtOffset::Between(left, right) if silent(&right) && !silent(&left) => Some(left),
        TokenAtOffset::Between(_, right) => Some(right),
    }
}

/// The declaration of something: the node around its name, and the item it stands in.
pub(crate) fn declaration<'db>(db: &'db Database, symbol: &Symbol) -> Option<(IndexedItem<'db>, SyntaxNode)> {
    let item = index::declaring_item(db, symbol)?;
    let defines = |e: &&Entry| e.role == index::Role::Definition && e.symbol() == Some(symbol);
    let range = item.index.entries.iter().find(defines)?.range;
    let token = token_at(&root(db, item.item), range.start())?;
    let is_name = |n: &SyntaxNode| matches!(n.kind(), SyntaxKind::NAME | SyntaxKind::KEY);
    let name = token.parent_ancestors().find(is_name)?;
    // An alias and the word behind the name of a block have a node of their own.
    Some((item, name.parent()?))
}

/// The text of a node up to its block, on one line and without its doc.
pub(crate) fn header(node: &SyntaxNode) -> String {
    use SyntaxKind::*;
    let mut text = String::new();
    for child in node.children_with_tokens() {
        match child.kind() {
            BLOCK | BODY | STMTS => break,
            DOC | ERROR | COMMENT => {}
            _ => text.push_str(&child.to_string()),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The blanks and comments between the items of a file.
pub(crate) fn gaps(db: &Database, file: SourceFile) -> Vec<TextRange> {
    let end = TextSize::of(&*file.text(db).unwrap_or_default());
    let mut gaps = Vec::new();
    let mut at = TextSize::new(0);
    for item in items(db, file) {
        let start = TextSize::from(item.start);
        gaps.push(TextRange::new(at, start.max(at)));
        at = start + TextSize::of(item.text.text(db));
    }
    gaps.push(TextRange::new(at.min(end), end));
    gaps.retain(|gap| !gap.is_empty());
    gaps
}
