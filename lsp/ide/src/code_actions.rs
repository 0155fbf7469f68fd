//! Code actions beyond the fixes of diagnostics: suppress here, make a call a workflow, add what is required.

use crate::{FileEdit, FileRange, completion::snippet::example, syntax::root};
use efl_compiler::{
    catalog::{Block, Field, Presence},
    db::{Database, SourceFile},
    diag::{Diagnostic, Level},
    index::{self, BlockPlace, Entry, IndexedItem, Kind, Names},
    project, rules,
};
use efl_grammar::{
    SyntaxKind, SyntaxNode, TextRange, TextSize,
    ast::{self, AstNode, HasName},
};
use std::fmt::Write;

/// Something that can be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeAction {
    /// What it does.
    pub title: String,
    /// What it is for.
    pub kind: ActionKind,
    /// How.
    pub edits: Vec<FileEdit>,
}

/// What an action is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ActionKind {
    /// It answers the diagnostic of a code in a place.
    QuickFix {
        /// The diagnostic's code.
        code: &'static str,
        /// Its place.
        range: TextRange,
    },
    /// It writes the same in another way.
    Refactor,
}

/// What can be done in a range.
pub fn code_actions(db: &Database, file: SourceFile, range: TextRange) -> Vec<CodeAction> {
    let mut found = project::diagnostics(db, file);
    found.retain(|diagnostic| diagnostic.range.intersect(range).is_some());
    let mut actions = suppressions(db, file, &found);
    if let Some(item) = index::item_at(db, file, range.start()) {
        let root = root(db, item.item);
        let at = Place { db, file, item, root, offset: item.relative(range.start()) };
        actions.extend(at.required_fields(&found));
        actions.extend(at.call_to_workflow());
    }
    actions
}

/// Comments that suppress what was found; an error cannot be.
fn suppressions(db: &Database, file: SourceFile, found: &[Diagnostic]) -> Vec<CodeAction> {
    let text = file.text(db).unwrap_or_default();
    let mut actions: Vec<CodeAction> = Vec::new();
    for diagnostic in found {
        let is_error = diagnostic.rule.level == Level::Error;
        let about_comments =
            [rules::bad_ignore::RULE.code, rules::unused_ignore::RULE.code].contains(&diagnostic.rule.code);
        if is_error || about_comments {
            continue;
        }
        let Some(edit) = suppression(db, file, &text, diagnostic.range.start(), diagnostic.rule.code) else {
            continue;
        };
        actions.push(CodeAction {
            title: format!("Suppress {} here", diagnostic.rule.code),
            kind: ActionKind::QuickFix { code: diagnostic.rule.code, range: diagnostic.range },
            edits: vec![edit],
        });
    }
    actions
}

fn suppression(db: &Database, file: SourceFile, text: &str, at: TextSize, code: &str) -> Option<FileEdit> {
    let at = usize::from(at);
    let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let line = &text[start..];
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let size = |n: usize| TextSize::try_from(n).unwrap_or_default();
    // Inside a text a comment would be text.
    if let Some(item) = index::item_at(db, file, size(start)) {
        let token = crate::syntax::token_at(&root(db, item.item), item.relative(size(start)));
        if token.is_some_and(|t| {
            t.kind() == SyntaxKind::STR_TEXT
                && t.text_range().start() + size(item.item.start as usize) < size(start)
        }) {
            return None;
        }
    }
    // A line has one such comment: a second code joins the first.
    let before = text[..start].trim_end_matches(['\n', '\r']).rsplit('\n').next().unwrap_or_default();
    let codes = before.trim_start().strip_prefix("// efl-ignore ").and_then(|rest| rest.split(':').next());
    if let Some(codes) = codes {
        let end = start - (text[..start].len() - text[..start].trim_end_matches(['\n', '\r']).len());
        let comment = end - before.len() + (before.len() - before.trim_start().len());
        let insert = comment + "// efl-ignore ".len() + codes.trim_end().len();
        let place = FileRange { file, range: TextRange::empty(size(insert)) };
        return Some(FileEdit { place, text: format!(", {code}") });
    }
    let place = FileRange { file, range: TextRange::empty(size(start)) };
    Some(FileEdit { place, text: format!("{indent}// efl-ignore {code}: reason\n") })
}

/// A place in an item.
struct Place<'db> {
    db: &'db Database,
    file: SourceFile,
    item: IndexedItem<'db>,
    root: SyntaxNode,
    offset: TextSize,
}

impl Place<'_> {
    fn text(&self, range: TextRange) -> &str {
        &self.item.item.text.text(self.db)[range]
    }

    fn insert(&self, at: TextSize, text: String) -> FileEdit {
        let range = self.item.absolute(TextRange::empty(at));
        FileEdit { place: FileRange { file: self.file, range }, text }
    }

    /// Adds the required fields that the block around the place, or the declaration whose head it is in, lacks.
    fn required_fields(&self, found: &[Diagnostic]) -> Option<CodeAction> {
        let around = |b: &&BlockPlace| b.range.contains_inclusive(self.offset);
        let of_head = |b: &&BlockPlace| {
            let block = self.root.covering_element(b.range);
            let decl = block.ancestors().find(|n| n.text_range() != b.range && n.kind() != SyntaxKind::BLOCK);
            let head = decl.map(|d| TextRange::new(d.text_range().start(), b.range.start()));
            head.is_some_and(|h| !h.is_empty() && h.contains_inclusive(self.offset))
        };
        let blocks = &self.item.index.blocks;
        let place = blocks.iter().rev().find(of_head).or_else(|| blocks.iter().rev().find(around))?;
        let missing = self.missing(place);
        if missing.is_empty() {
            return None;
        }
        let names: Vec<String> = missing.iter().map(|f| format!("`{}`", f.name)).collect();
        let reports = [rules::missing_field::RULE.code, rules::missing_group_field::RULE.code];
        let reported = found.iter().find(|d| reports.contains(&d.rule.code));
        Some(CodeAction {
            title: format!("Add {}", names.join(", ")),
            kind: reported
                .map_or(ActionKind::Refactor, |d| ActionKind::QuickFix { code: d.rule.code, range: d.range }),
            edits: vec![self.insert_fields(place, &missing)],
        })
    }

    /// The required fields that neither a block nor, of an event, its source gives; of a source those that none of its
    /// events gives and several may share.
    fn missing(&self, place: &BlockPlace) -> Vec<&'static Field> {
        let Some(block) = place.blocks.first() else { return Vec::new() };
        let blocks = &self.item.index.blocks;
        let same = |other: &&BlockPlace| other.blocks.first().is_some_and(|b| b.name == block.name);
        let outer = blocks
            .iter()
            .filter(same)
            .find(|o| o.range != place.range && o.range.contains_range(place.range));
        let inner: Vec<&BlockPlace> = blocks
            .iter()
            .filter(same)
            .filter(|i| i.range != place.range && place.range.contains_range(i.range))
            .collect();
        let gives = |b: &BlockPlace, name: &str| b.given.iter().any(|g| g == name);
        let has = |name: &str| {
            gives(place, name)
                || outer.is_some_and(|o| gives(o, name))
                || inner.iter().any(|i| gives(i, name))
        };
        let is_source = place.blocks.len() > 1;
        let per_event = efl_compiler::catalog::sources::all()
            .iter()
            .find(|kind| kind.block.name == block.name)
            .map_or(&[][..], |kind| kind.per_event);
        let wanted = |field: &&Field| {
            let required = match field.presence {
                Presence::Required => true,
                Presence::Group(group) => is_wanted(block, group, field, &has),
                _ => false,
            };
            required && !has(field.name) && !(is_source && per_event.contains(&field.name))
        };
        block.fields.iter().filter(wanted).collect()
    }

    fn insert_fields(&self, place: &BlockPlace, fields: &[&Field]) -> FileEdit {
        let text = self.text(place.range);
        let lines: Vec<String> = fields.iter().map(|f| format!("{}: {}", f.name, example(&f.ty))).collect();
        let open = place.range.start() + TextSize::new(1);
        if text.contains('\n') {
            let indent = self.indent(place.range.start());
            let fields: String = lines.iter().fold(String::new(), |mut out, line| {
                let _ = write!(out, "\n{indent}  {line}");
                out
            });
            return self.insert(open, fields);
        }
        let inner = text.trim_start_matches('{').trim_end_matches('}').trim();
        let separator = if inner.is_empty() { "" } else { "," };
        self.insert(open, format!(" {}{separator}", lines.join(", ")))
    }

    /// The blanks at the beginning of the line of a place.
    fn indent(&self, at: TextSize) -> String {
        let text = self.item.item.text.text(self.db);
        let line = text[..usize::from(at)].rsplit('\n').next().unwrap_or_default();
        line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
    }

    /// Makes the one call of a rule a workflow, for more to follow.
    fn call_to_workflow(&self) -> Option<CodeAction> {
        let token = crate::syntax::token_at(&self.root, self.offset)?;
        let rule = token.parent_ancestors().find_map(ast::Rule::cast)?;
        let body = rule.body()?;
        let mut stmts = body.stmts();
        let (Some(ast::Stmt::Call(stmt)), None) = (stmts.next(), stmts.next()) else { return None };
        let callee = stmt.call()?.callee()?.range();
        let is_function =
            |e: &Entry| e.range == callee && e.symbol().is_some_and(|s| s.kind() == Kind::Function);
        if !self.item.index.entries.iter().any(is_function) {
            return None;
        }
        let called = self.text(callee);
        let name = rule.name().map(|n| n.text()).filter(|n| !n.is_empty())?;
        let workflow = self.free_name(&format!("run-{name}"));
        let events = self.events_read(&stmt)?;
        let formals: Vec<String> = events.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        let actuals: Vec<String> = events.iter().map(|(name, _)| format!("{name}: {name}")).collect();
        let indent = self.indent(rule.range().start());
        let statement = self.text(stmt.range());
        let declared = format!(
            "workflow {workflow}({}) {{\n{indent}  {statement}\n{indent}}}\n\n{indent}",
            formals.join(", ")
        );
        let range = self.item.absolute(stmt.range());
        let replaced = FileEdit {
            place: FileRange { file: self.file, range },
            text: format!("{workflow}({})", actuals.join(", ")),
        };
        let start = rule.syntax().text_range().start();
        Some(CodeAction {
            title: format!("Call `{called}` from a workflow"),
            kind: ActionKind::Refactor,
            edits: vec![self.insert(start, declared), replaced],
        })
    }

    /// The events that a statement of a rule reads, with the types of their payloads; `None` if it reads what a workflow
    /// cannot be given.
    fn events_read(&self, stmt: &ast::CallStmt) -> Option<Vec<(String, String)>> {
        let mut events: Vec<(String, String)> = Vec::new();
        let range = stmt.range();
        for node in stmt.syntax().descendants() {
            if ast::MemberExpr::cast(node.clone())
                .and_then(|m| m.member())
                .is_some_and(|m| m.text() == "meta")
            {
                return None;
            }
            let Some(name) = ast::NameExpr::cast(node).map(|n| n.name()) else { continue };
            let visible = self.item.index.visible.iter().filter(|v| v.range.contains_range(range));
            let mut event = visible.filter_map(|v| match &v.names {
                Names::Event { name: event, payload, absent, .. } if *event == name => {
                    Some((payload, *absent))
                }
                _ => None,
            });
            if let Some((payload, absent)) = event.next_back()
                && !events.iter().any(|(known, _)| *known == name)
            {
                let ty = if absent { payload.clone().or_null() } else { payload.clone() };
                events.push((name, ty.to_string()));
            }
        }
        Some(events)
    }

    /// A name that nothing callable has here.
    fn free_name(&self, wanted: &str) -> String {
        let text = self.item.item.text.text(self.db);
        let taken = |name: &str| {
            let scope = efl_compiler::names::file_scope(self.db, self.file);
            scope.bindings.contains_key(name)
                || text.contains(&format!("workflow {name}"))
                || text.contains(&format!("function {name}"))
        };
        if !taken(wanted) {
            return wanted.to_owned();
        }
        (2..1_000).map(|n| format!("{wanted}-{n}")).find(|name| !taken(name)).unwrap_or_default()
    }
}

/// Whether a field of a group is wanted: the group must be given, nothing of it is, and this is of its first way.
fn is_wanted(block: &Block, group: &str, field: &Field, has: &impl Fn(&str) -> bool) -> bool {
    let Some(group) = block.groups.iter().find(|g| g.name == group && g.required) else { return false };
    let given = group.alternatives.iter().any(|fields| fields.iter().any(|f| has(f)));
    let first = group.alternatives.first().is_some_and(|fields| fields.contains(&field.name));
    !given && first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use insta::assert_snapshot;

    /// The titles of the actions, and the file after the one that is asked for.
    fn check(source: &str, title: &str) -> String {
        let fixture = Fixture::new(source);
        let range = TextRange::empty(fixture.offset());
        let actions = code_actions(&fixture.db, fixture.file, range);
        let titles: Vec<&str> = actions.iter().map(|a| a.title.as_str()).collect();
        match actions.iter().find(|a| a.title.starts_with(title)) {
            Some(action) => format!("{}\n{}", titles.join(" | "), fixture.applied(&action.edits)),
            None => format!("none of: {}", titles.join(" | ")),
        }
    }

    #[test]
    fn suppress_here() {
        assert_snapshot!(check("function f {\n  image: \"registry<CURSOR>.example/a:latest\"\n}\n", "Suppress"), @r#"
        Suppress E0601 here
        //- /main.efl
        function f {
          // efl-ignore E0601: reason
          image: "registry.example/a:latest"
        }
        "#);
    }

    #[test]
    fn a_second_code_joins_the_comment() {
        assert_snapshot!(check(
            "function f {\n  // efl-ignore E0403: I know.\n  image: \"registry.example<CURSOR>/a:latest\"\n}\n",
            "Suppress"
        ), @r#"
        Suppress E0601 here
        //- /main.efl
        function f {
          // efl-ignore E0403, E0601: I know.
          image: "registry.example/a:latest"
        }
        "#);
    }

    #[test]
    fn an_error_is_not_suppressed() {
        assert_snapshot!(check("param x: int = t<CURSOR>rue", "Suppress"), @"none of:");
    }

    #[test]
    fn add_required_fields() {
        assert_snapshot!(check("function f<CURSOR> { }\n", "Add"), @r#"
        Add `image`
        //- /main.efl
        function f { image: "" }
        "#);
        assert_snapshot!(check("orchestrator o {\n  source s: mqtt<CURSOR> {\n    event e: any { topic: \"a\" }\n  }\n}\n", "Add"), @r#"
        Suppress E0507 here | Add `url`
        //- /main.efl
        orchestrator o {
          source s: mqtt {
            url: "tcp://host.example"
            event e: any { topic: "a" }
          }
        }
        "#);
        assert_snapshot!(check("orchestrator o {\n  source s: mqtt {\n    url: \"tcp://a:1\"\n    event e<CURSOR>: any { }\n  }\n}\n", "Add"), @r#"
        Suppress E0214 here | Add `topic`
        //- /main.efl
        orchestrator o {
          source s: mqtt {
            url: "tcp://a:1"
            event e: any { topic: "" }
          }
        }
        "#);
        assert_snapshot!(check("fleet f<CURSOR> { cluster a { } }\n", "Add"), @r#"
        Add `domain`
        //- /main.efl
        fleet f { domain: "", cluster a { } }
        "#);
    }

    #[test]
    fn nothing_to_add() {
        assert_snapshot!(check("function f<CURSOR> { image: \"registry.example/f:1\" }\n", "Add"), @"none of:");
    }

    #[test]
    fn a_call_becomes_a_workflow() {
        assert_snapshot!(check(
            r#"
orchestrator o {
  namespace: "n"
  source s: webhook { event car: Car { path: "/car" } }
  function report(car: Car, zone: string) { image: "registry.example/r:1" }
  /// Reports it.
  rule fast on car[speed > 5] as c {
    rate: 10/s
    report(car: c, zone: c<CURSOR>.zone) retry 3
  }
}
type Car = { speed: int, zone: string }
"#, "Call"), @r#"
        Call `report` from a workflow
        //- /main.efl
        orchestrator o {
          namespace: "n"
          source s: webhook { event car: Car { path: "/car" } }
          function report(car: Car, zone: string) { image: "registry.example/r:1" }
          workflow run-fast(c: Car) {
            report(car: c, zone: c.zone) retry 3
          }

          /// Reports it.
          rule fast on car[speed > 5] as c {
            rate: 10/s
            run-fast(c: c)
          }
        }
        type Car = { speed: int, zone: string }
        "#);
    }

    #[test]
    fn a_call_with_metadata_stays() {
        assert_snapshot!(check(
            r#"
orchestrator o {
  namespace: "n"
  source s: webhook { event car: { speed: int } { path: "/car" } }
  function report(id: string) { image: "registry.example/r:1" }
  rule fast on car { report(id: car<CURSOR>.meta.id) }
}
"#, "Call"), @"none of:");
    }
}
