//! The outline of a file, and the declarations of the workspace.

use crate::{FileRange, syntax::header};
use efl_compiler::{
    db::{Database, Item, ItemText, SourceFile, Workspace, item_node, items},
    index::Kind,
};
use efl_grammar::{
    SyntaxNode, TextRange, TextSize,
    ast::{self, AstNode, HasMembers, HasName, HasSig},
};

/// What stands for the name of what has none yet.
const UNNAMED: &str = "…";

/// A declaration with those in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentSymbol {
    /// Its name; of a test its title.
    pub name: String,
    /// What is worth knowing beside the name: its type, its parameters.
    pub detail: String,
    /// What it is; `None` for a test.
    pub kind: Option<Kind>,
    /// All of it.
    pub range: TextRange,
    /// Its name, or its first word.
    pub selection: TextRange,
    /// What is declared in it.
    pub children: Vec<DocumentSymbol>,
}

/// The declarations of a file, in order.
pub fn document_symbols(db: &Database, file: SourceFile) -> Vec<DocumentSymbol> {
    let of_item = |item: &Item<'_>| Some(outline(db, item.text).as_ref()?.moved(item.start.into()));
    items(db, file).iter().filter_map(of_item).collect()
}

impl DocumentSymbol {
    /// The same where its item begins at an offset.
    fn moved(&self, by: TextSize) -> Self {
        Self {
            range: self.range + by,
            selection: self.selection + by,
            children: self.children.iter().map(|child| child.moved(by)).collect(),
            name: self.name.clone(),
            detail: self.detail.clone(),
            kind: self.kind,
        }
    }
}

/// What an item declares; its ranges are relative to the item. An edit makes the outline of one item again.
#[salsa::tracked(returns(ref))]
fn outline<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> Option<DocumentSymbol> {
    Some(match &item_node(db, item)? {
        ast::Item::Import(_) => return None,
        ast::Item::Param(d) => leaf(d, Kind::Param, text(d.ty().as_ref())),
        ast::Item::Type(d) => type_decl(d),
        ast::Item::Bus(d) => leaf(d, Kind::Bus, d.kind().map(|k| k.text()).unwrap_or_default()),
        ast::Item::Fleet(d) => fleet(d),
        ast::Item::Function(d) => leaf(d, Kind::Function, signature(d)),
        ast::Item::Workflow(d) => leaf(d, Kind::Workflow, signature(d)),
        ast::Item::Orchestrator(d) => orchestrator(d),
        ast::Item::Test(d) => test(d),
    })
}

fn symbol(
    node: &impl AstNode,
    name: Option<(String, TextRange)>,
    kind: Option<Kind>,
    detail: String,
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    let range = node.range();
    let (name, selection) = name
        .filter(|(name, at)| !name.is_empty() && range.contains_range(*at))
        .unwrap_or_else(|| (UNNAMED.to_owned(), TextRange::empty(range.start())));
    DocumentSymbol { name, detail, kind, range, selection, children }
}

fn named(node: &impl HasName, kind: Kind, detail: String, children: Vec<DocumentSymbol>) -> DocumentSymbol {
    let name = node.name().map(|n| (n.text(), n.range()));
    symbol(node, name, Some(kind), detail, children)
}

fn leaf(node: &impl HasName, kind: Kind, detail: String) -> DocumentSymbol {
    named(node, kind, detail, Vec::new())
}

fn type_decl(decl: &ast::TypeDecl) -> DocumentSymbol {
    let fields = match decl.ty() {
        Some(ast::Ty::Record(record)) => record.fields().map(|f| type_field(&f)).collect(),
        _ => Vec::new(),
    };
    let detail = if fields.is_empty() { text(decl.ty().as_ref()) } else { String::new() };
    named(decl, Kind::Type, detail, fields)
}

fn type_field(field: &ast::TyField) -> DocumentSymbol {
    let key = field.key().map(|k| (k.text(), k.range()));
    symbol(field, key, Some(Kind::Field), text(field.ty().as_ref()), Vec::new())
}

fn fleet(decl: &ast::Fleet) -> DocumentSymbol {
    let member = |member: ast::Member| match member {
        ast::Member::Cluster(cluster) => Some(leaf(&cluster, Kind::Cluster, String::new())),
        ast::Member::Nested(nested) if nested.keyword()?.text() == "metric" => {
            let label = nested.label().map(|l| (l.text(), l.range()));
            Some(symbol(&nested, label, Some(Kind::Metric), String::new(), Vec::new()))
        }
        _ => None,
    };
    let members = decl.members().into_iter().filter_map(member).collect();
    named(decl, Kind::Fleet, String::new(), members)
}

fn orchestrator(decl: &ast::Orchestrator) -> DocumentSymbol {
    let members = decl.members().iter().filter_map(member).collect();
    named(decl, Kind::Orchestrator, String::new(), members)
}

fn member(of: &ast::Member) -> Option<DocumentSymbol> {
    Some(match of {
        ast::Member::Source(source) => {
            let events = source.members();
            let events = events.iter().filter_map(member).collect();
            let kind = source.kind().map(|k| k.text()).unwrap_or_default();
            named(source, Kind::Source, kind, events)
        }
        ast::Member::Event(event) => leaf(event, Kind::Event, text(event.ty().as_ref())),
        ast::Member::Function(d) => leaf(d, Kind::Function, signature(d)),
        ast::Member::Workflow(d) => leaf(d, Kind::Workflow, signature(d)),
        ast::Member::Rule(rule) => {
            let logic = rule.logic().map(|l| format!("on {}", text(Some(&l)))).unwrap_or_default();
            leaf(rule, Kind::Rule, logic)
        }
        ast::Member::Type(decl) => type_decl(decl),
        _ => return None,
    })
}

fn test(test: &ast::Test) -> DocumentSymbol {
    let title = test.title().and_then(|t| Some((t.plain()?, t.range())));
    let of = test.orchestrator().map(|o| o.text()).unwrap_or_default();
    symbol(test, title, None, of, Vec::new())
}

/// A node's text on one line, cut where it is long.
fn text(node: Option<&impl AstNode>) -> String {
    let text = node.map(|n| n.syntax().text().to_string()).unwrap_or_default();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// The parameters and the result of a function or workflow, as written.
fn signature(decl: &(impl HasSig + HasName)) -> String {
    let node: &SyntaxNode = decl.syntax();
    let header = header(node);
    let name = decl.name().map(|n| n.text()).filter(|name| !name.is_empty());
    let Some(name) = name else { return String::new() };
    header.split_once(&*name).map(|(_, rest)| rest.trim().to_owned()).unwrap_or_default()
}

/// A declaration of the workspace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkspaceSymbol {
    /// Its name.
    pub name: String,
    /// What it is; `None` for a test.
    pub kind: Option<Kind>,
    /// Its name's place.
    pub place: FileRange,
    /// What it is declared in.
    pub container: Option<String>,
}

/// The declarations of the workspace whose names have the letters of a query in their order; those that begin with it
/// first. An empty query finds all.
pub fn workspace_symbols(db: &Database, query: &str) -> Vec<WorkspaceSymbol> {
    let mut found = Vec::new();
    for file in Workspace::get(db).files(db).values() {
        if !file.path(db).ends_with(".efl") {
            continue;
        }
        for item in items(db, *file) {
            if let Some(symbol) = outline(db, item.text) {
                collect((*file, item.start.into()), symbol, None, query, &mut found);
            }
        }
    }
    found.sort_by_cached_key(|s| {
        let place = s.place;
        (rank(&s.name, query), s.name.len(), s.name.clone(), place.file.path(db), place.range.start())
    });
    found
}

/// Adds what fits of a symbol of an item, which begins at an offset of a file. What has no name yet is not found by one.
fn collect(
    (file, start): (SourceFile, TextSize),
    symbol: &DocumentSymbol,
    container: Option<&str>,
    query: &str,
    found: &mut Vec<WorkspaceSymbol>,
) {
    if symbol.name != UNNAMED && matches(&symbol.name, query) {
        found.push(WorkspaceSymbol {
            name: symbol.name.clone(),
            kind: symbol.kind,
            place: FileRange { file, range: symbol.selection + start },
            container: container.map(str::to_owned),
        });
    }
    for child in &symbol.children {
        collect((file, start), child, Some(&symbol.name), query, found);
    }
}

/// Whether a name has the letters of a query in their order.
fn matches(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

/// How well a name fits: the same, its beginning, a part, letters here and there.
fn rank(name: &str, query: &str) -> u8 {
    let (name, query) = (name.to_lowercase(), query.to_lowercase());
    match () {
        () if name == query => 0,
        () if name.starts_with(&query) => 1,
        () if name.contains(&query) => 2,
        () => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use insta::assert_snapshot;
    use std::fmt::Write;

    fn outline(source: &str) -> String {
        fn show(symbols: &[DocumentSymbol], depth: usize, text: &str, out: &mut String) {
            for s in symbols {
                assert!(
                    s.range.contains_range(s.selection),
                    "an editor refuses a selection outside of its range"
                );
                let what = s.kind.map_or("test", Kind::what);
                let lines = text[s.range].lines().count();
                let detail = if s.detail.is_empty() { String::new() } else { format!(" ({})", s.detail) };
                let _ = writeln!(out, "{}{what} {}{detail} {lines} lines", "  ".repeat(depth), s.name);
                show(&s.children, depth + 1, text, out);
            }
        }
        let fixture = Fixture::new(source);
        let mut out = String::new();
        show(&document_symbols(&fixture.db, fixture.file), 0, &fixture.text(fixture.file), &mut out);
        out
    }

    const PROGRAM: &str = r#"
import { x } from "nowhere.efl"
param limit: int = 5
type Car = { plate: string, speed?: int }
fleet f { domain: "a.example", cluster edge { }, metric depth { query: "up", max: 1 } }
orchestrator o {
  source road: webhook {
    event car: Car { path: "/car" }
  }
  event seen: { plate: string }
  function report(plate: string) -> { id: string } { image: "i:1" }
  workflow tell(car: Car) { report(car.plate) }
  rule fast on car[speed > limit] { tell(car) }
}
test "a fast car is told" { send car { plate: "x" } }
"#;

    #[test]
    fn the_outline_of_a_file() {
        assert_snapshot!(outline(PROGRAM), @"
        param limit (int) 1 lines
        type Car 1 lines
          field plate (string) 1 lines
          field speed (int) 1 lines
        fleet f 1 lines
          cluster edge 1 lines
          metric depth 1 lines
        orchestrator o 9 lines
          source road (webhook) 3 lines
            event car (Car) 1 lines
          event seen ({ plate: string }) 1 lines
          function report ((plate: string) -> { id: string }) 1 lines
          workflow tell ((car: Car)) 1 lines
          rule fast (on car[speed > limit]) 1 lines
        test a fast car is told 1 lines
        ");
    }

    #[test]
    fn a_half_typed_file_has_an_outline() {
        assert_snapshot!(outline("orchestrator o {\n  rule on car { }\n  workflow\n  source s: webh\n"), @"
        orchestrator o 4 lines
          rule … (on car) 1 lines
          workflow … 1 lines
          source s (webh) 1 lines
        ");
        assert_snapshot!(outline("function\nparam x"), @"
        function … 1 lines
        param x 1 lines
        ");
    }

    #[test]
    fn the_workspace_is_searched_by_letters() {
        let search = |query: &str| {
            let fixture = Fixture::new(&format!("//- /a.efl{PROGRAM}//- /b.efl\nfunction port {{ }}\n"));
            let found = workspace_symbols(&fixture.db, query);
            let line = |s: &WorkspaceSymbol| {
                let what = s.kind.map_or("test", Kind::what);
                format!("{what} {} of {}", s.name, s.container.as_deref().unwrap_or("the file"))
            };
            found.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        assert_snapshot!(search("port"), @"
        function port of the file
        function report of o
        ");
        assert_snapshot!(search("CR"), @"
        type Car of the file
        event car of road
        test a fast car is told of the file
        ");
        assert_eq!(search("").lines().count(), 16);
    }
}
