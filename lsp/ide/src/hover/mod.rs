//! Hover: what a name is, what its author says of it, and what it becomes.

mod pages;
#[cfg(test)]
mod tests;

pub(crate) use pages::{block_page, built_in_page, clause_page, field_page, source_page};

use crate::syntax::{declaration, entries_at, header, root, token_at};
use efl_compiler::{
    catalog::blocks,
    db::{Database, SourceFile, Workspace, items},
    elab::{Lowered, check_item},
    index::{self, Entry, IndexedItem, Kind, Meaning, Symbol},
    ir,
    project::{self, Made},
    types::Type,
};
use efl_grammar::{
    SyntaxKind, SyntaxNode, TextRange, TextSize,
    ast::{self, AstNode},
};
use pages::{builtin_page, code, form_page, join};

/// What is known about a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// The name it is about.
    pub range: TextRange,
    /// What to say, in Markdown.
    pub markdown: String,
}

/// What is known about the name in a place, or about what the keyword there declares.
pub fn hover(db: &Database, file: SourceFile, offset: TextSize) -> Option<Hover> {
    let Some((item, entries)) = entries_at(db, file, offset) else { return of_keyword(db, file, offset) };
    let range = entries.first()?.range;
    let about = About { db, item, offset: item.relative(offset) };
    let mut parts: Vec<String> = Vec::new();
    for entry in entries {
        let part = about.entry(entry);
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.extend(about.weights());
    let markdown = parts.join("\n\n---\n\n");
    (!markdown.is_empty()).then(|| Hover { range: item.absolute(range), markdown })
}

/// What is known about a clause or statement by its keyword, or about what that declares.
fn of_keyword(db: &Database, file: SourceFile, offset: TextSize) -> Option<Hover> {
    let item = index::item_at(db, file, offset)?;
    let token = token_at(&root(db, item.item), item.relative(offset))?;
    let node = token.parent().filter(|_| token.kind() == SyntaxKind::KEYWORD)?;
    if let Some(markdown) = clause_page(node.kind(), token.text()) {
        return Some(Hover { range: item.absolute(token.text_range()), markdown });
    }
    if ast::Item::cast(node.clone()).is_none() && ast::Member::cast(node).is_none() {
        return None;
    }
    let block = blocks::all().iter().find(|block| block.name.split(' ').next() == Some(token.text()))?;
    let mut parts = vec![block_page(token.text(), block)];
    if token.text() == "placement" {
        let of_placement = |m: &&Made| m.declaration.ends_with("/placement");
        let made = project::made(db, item.item.text).iter().filter(of_placement).cloned();
        parts.extend(becomes(&made.collect::<Vec<_>>()));
    }
    let markdown = join(&parts);
    Some(Hover { range: item.absolute(token.text_range()), markdown })
}

/// A place, and whom to ask about it.
struct About<'db> {
    db: &'db Database,
    item: IndexedItem<'db>,
    offset: TextSize,
}

impl About<'_> {
    fn entry(&self, entry: &Entry) -> String {
        let name = &self.item.item.text.text(self.db)[entry.range];
        let typed = |what: &str| match &entry.ty {
            Some(ty) => code(&format!("{what}{name}: {ty}")),
            None => code(&format!("{what}{name}")),
        };
        match &entry.meaning {
            Meaning::Declared(symbol) => self.declared(symbol, entry),
            Meaning::File(file) => format!("`{}`", file.path(self.db)),
            Meaning::Field(block, field) => field_page(block, field),
            Meaning::OpenKey => self.field_around(entry.range),
            Meaning::Nested(nested) => block_page(nested.name, nested.block),
            Meaning::SourceKind(kind) => source_page(kind),
            Meaning::Word => self.field_around(entry.range),
            Meaning::BuiltInType => built_in_page(name),
            Meaning::Builtin(builtin) => builtin_page(*builtin),
            Meaning::Form => form_page(name),
            Meaning::Meta => join(&[typed(""), "The metadata of the event.".to_owned()]),
            Meaning::ForeignField(doc) => join(&[typed(""), doc.as_deref().unwrap_or_default().to_owned()]),
            Meaning::PatchKind => {
                format!(
                    "Fields merged into the {name} that the declaration becomes, checked against its schema."
                )
            }
            Meaning::PatchField(takes) => {
                let takes = takes.as_deref().unwrap_or("a value");
                join(&[code(name), format!("Upstream field; takes {takes}.")])
            }
        }
    }

    fn declared(&self, symbol: &Symbol, entry: &Entry) -> String {
        let found = declaration(self.db, symbol);
        let node = found.as_ref().map(|(_, node)| node);
        let mut parts = vec![code(&signature(symbol, node, entry.ty.as_ref()))];
        if matches!(symbol.kind(), Kind::Event | Kind::Alias | Kind::Let | Kind::Loop | Kind::Parameter)
            && let Some(Type::Record(record)) = &entry.ty
            && record.name.is_some()
            && let Some(ty) = &entry.ty
        {
            parts.push(code(&format!("type {ty} = {}", ty.definition())));
        }
        parts.extend(node.and_then(ast::doc));
        if symbol.is_of_schema(self.db) {
            parts.extend(index::schema_doc(self.db, symbol).map(|doc| doc.to_string()));
        }
        parts.extend(self.value(symbol));
        parts.extend(self.becomes(symbol));
        join(&parts)
    }

    /// The value of a param that is given from outside.
    fn value(&self, symbol: &Symbol) -> Option<String> {
        let given = Workspace::get(self.db).params(self.db);
        if symbol.kind() != Kind::Param || !given.contains_key(symbol.name()) {
            return None;
        }
        let item = index::declaring_item(self.db, symbol)?;
        match &check_item(self.db, item.item.text).lowered {
            Some(Lowered::Param(Some(value), _)) => Some(format!("Here it is `{value}`.")),
            _ => None,
        }
    }

    /// What a declaration becomes, in each orchestrator that has it.
    fn becomes(&self, symbol: &Symbol) -> Option<String> {
        becomes(&made_of(self.db, symbol))
    }

    /// The field that a word or key is a value of.
    fn field_around(&self, range: TextRange) -> String {
        let Some(token) = token_at(&root(self.db, self.item.item), range.start()) else {
            return String::new();
        };
        let keys = token.parent_ancestors().filter_map(|node| key_of(&node));
        let entry = keys
            .filter(|key| !key.contains_range(range))
            .find_map(|key| self.item.index.entries.iter().find(|e| e.range == key));
        entry.map(|entry| self.entry(entry)).unwrap_or_default()
    }

    /// What the weights of a placement come to, where they are written.
    fn weights(&self) -> Option<String> {
        let token = token_at(&root(self.db, self.item.item), self.offset)?;
        let of_weights = |node: SyntaxNode| {
            let keyword = ast::Nested::cast(node)?.keyword()?.text();
            matches!(keyword.as_str(), "weights" | "metric").then_some(())
        };
        token.parent_ancestors().find_map(of_weights)?;
        token.parent_ancestors().find_map(ast::Placement::cast)?;
        let Some(Lowered::Orchestrator(orc)) = &check_item(self.db, self.item.item.text).lowered else {
            return None;
        };
        let share = |(name, share): (&str, f64)| format!("{name} {}", percent(share));
        let shares: Vec<String> = orc.spec.placement.shares().into_iter().map(share).collect();
        (!shares.is_empty()).then(|| format!("Weights in effect: {}.", shares.join(", ")))
    }
}

/// A part of one, as people say it.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", (share * 1000.0).round() / 10.0)
}

/// Resources by kind and name, in a sentence.
fn becomes(made: &[Made]) -> Option<String> {
    const MOST: usize = 6;
    let one = |m: &Made| format!("{} `{}`", kind_name(m), m.name);
    let all: Vec<String> = made.iter().take(MOST).map(one).collect();
    let more = if made.len() > MOST { format!(" and {} more", made.len() - MOST) } else { String::new() };
    (!made.is_empty()).then(|| format!("Becomes {}{more}.", all.join(", ")))
}

/// The resources that a declaration becomes, in each orchestrator of the workspace that has it.
fn made_of(db: &Database, symbol: &Symbol) -> Vec<Made> {
    let mut found = Vec::new();
    let path = symbol.file.path(db);
    let inside = symbol.path();
    for file in Workspace::get(db).files(db).values() {
        for item in items(db, *file) {
            let Some(Lowered::Orchestrator(orc)) = &check_item(db, item.text).lowered else {
                continue;
            };
            let is_own =
                *file == symbol.file && inside[0].kind == Kind::Orchestrator && *inside[0].name == *orc.name;
            let declaration = match inside {
                [_] if is_own => orc.name.clone(),
                [_, of] if is_own => format!("{}/{}/{}", orc.name, of.kind.what(), of.name),
                [of] if matches!(of.kind, Kind::Function | Kind::Workflow) => {
                    let declaration = format!("{}/{}/{}", orc.name, of.kind.what(), of.name);
                    let brought =
                        |o: &ir::Origin| o.declaration == declaration && o.file == path && o.item == *of.name;
                    if !orc.origins.iter().any(brought) {
                        continue;
                    }
                    declaration
                }
                _ => continue,
            };
            let made = project::made(db, item.text);
            found.extend(made.iter().filter(|m| m.declaration == declaration).cloned());
        }
    }
    found
}

fn kind_name(made: &Made) -> String {
    match made.kind {
        ("serving.knative.dev/v1", "Service") => "the Knative Service".to_owned(),
        (_, kind) => format!("the {kind}"),
    }
}

/// A declaration as its author would write it, without its body.
fn signature(symbol: &Symbol, node: Option<&SyntaxNode>, ty: Option<&Type>) -> String {
    let name = symbol.name();
    let typed = |what: &str| match ty {
        Some(ty) => format!("{what}{name}: {ty}"),
        None => format!("{what}{name}"),
    };
    match symbol.kind() {
        Kind::Let => typed("let "),
        Kind::Loop => typed("for "),
        Kind::Alias => typed("event "),
        Kind::Event if node.is_none_or(|n| ast::Event::cast(n.clone()).is_none_or(|e| e.ty().is_none())) => {
            typed("event ")
        }
        Kind::Type => node.map_or_else(|| typed("type "), undented),
        Kind::Field => match node {
            Some(node) => header(node),
            None => typed(""),
        },
        Kind::Input | Kind::Result => ty.map(Type::to_string).unwrap_or_default(),
        kind => {
            node.map(header).filter(|h| !h.is_empty()).unwrap_or_else(|| typed(&format!("{} ", kind.what())))
        }
    }
}

/// The text of a declaration without its doc.
fn undented(node: &SyntaxNode) -> String {
    let range = ast::trimmed_range(node);
    let from = range.start() - node.text_range().start();
    let text = node.text().to_string();
    text.get(usize::from(from)..usize::from(from + range.len())).unwrap_or_default().to_owned()
}

/// The key of a field, pin or record field.
fn key_of(node: &SyntaxNode) -> Option<TextRange> {
    match node.kind() {
        SyntaxKind::FIELD => Some(ast::Field::cast(node.clone())?.key()?.range()),
        SyntaxKind::RECORD_FIELD => Some(ast::RecordField::cast(node.clone())?.key()?.range()),
        SyntaxKind::NESTED => Some(ast::Nested::cast(node.clone())?.keyword()?.range()),
        _ => None,
    }
}
