//! Inlay hints: what a reader would like to see beside the text.

use crate::{hover::percent, syntax::root};
use efl_compiler::{
    db::{Database, SourceFile},
    elab::{Lowered, check_item},
    index::{self, IndexedItem, Kind, Role},
};
use efl_grammar::{
    SyntaxKind, SyntaxNode, TextRange, TextSize,
    ast::{self, AstNode, HasMembers},
};

/// Words beside a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InlayHint {
    /// Where.
    pub at: TextSize,
    /// What it is about, so that a person can turn it off.
    pub kind: HintKind,
    /// The words.
    pub label: String,
    /// What to say when a person points at it: the whole of what the label cuts.
    pub tooltip: Option<String>,
}

/// What a hint is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HintKind {
    /// The type of a `let`, behind its name.
    Type,
    /// The parameter that a value is for, before it.
    Argument,
    /// Parentheses that precedence makes, around a part of mixed `and`, `or` and `then`.
    Grouping,
    /// What a weight of a placement comes to, behind it.
    Weight,
}

/// The longest label of a type, in characters.
const LONGEST: usize = 40;

/// The hints within a range, in order.
pub fn inlay_hints(db: &Database, file: SourceFile, range: TextRange) -> Vec<InlayHint> {
    let mut hints = Vec::new();
    for item in index::indexed(db, file) {
        let root = root(db, item.item);
        let whole = item.absolute(root.text_range());
        if whole.intersect(range).is_none() {
            continue;
        }
        let mut found = Vec::new();
        types(&item, &mut found);
        arguments(&item, &root, &mut found);
        groupings(&root, &mut found);
        weights(db, &item, &root, &mut found);
        for hint in &mut found {
            hint.at += TextSize::from(item.item.start);
        }
        hints.extend(found.into_iter().filter(|hint| range.contains_inclusive(hint.at)));
    }
    hints.sort_by_key(|hint| hint.at);
    hints
}

fn types(item: &IndexedItem<'_>, hints: &mut Vec<InlayHint>) {
    for entry in &item.index.entries {
        let is_let = entry.symbol().is_some_and(|s| s.kind() == Kind::Let);
        let Some(ty) = entry.ty.as_ref().filter(|ty| is_let && !ty.is_unknown()) else { continue };
        if entry.role != Role::Definition {
            continue;
        }
        let text = ty.to_string();
        let cut = text.char_indices().nth(LONGEST).map(|(at, _)| format!("{}…", &text[..at]));
        hints.push(InlayHint {
            at: entry.range.end(),
            kind: HintKind::Type,
            label: format!(": {}", cut.as_deref().unwrap_or(&text)),
            tooltip: cut.is_some().then_some(text),
        });
    }
}

fn arguments(item: &IndexedItem<'_>, root: &SyntaxNode, hints: &mut Vec<InlayHint>) {
    for (range, symbol) in &item.index.arguments {
        // `report(car)` for the parameter `car` says enough.
        let written = root.text().slice(range.intersect(root.text_range()).unwrap_or_default()).to_string();
        if written.trim() != symbol.name() {
            let label = format!("{}: ", symbol.name());
            hints.push(InlayHint { at: range.start(), kind: HintKind::Argument, label, tooltip: None });
        }
    }
}

fn groupings(root: &SyntaxNode, hints: &mut Vec<InlayHint>) {
    let operator = |node: &SyntaxNode| {
        let found = match node.kind() {
            SyntaxKind::BINARY_EXPR => ast::BinaryExpr::cast(node.clone())?.operator()?,
            SyntaxKind::LOGIC_BIN => ast::LogicBin::cast(node.clone())?.operator()?,
            _ => return None,
        };
        Some(found.text().to_owned()).filter(|o| matches!(o.as_str(), "and" | "or" | "then"))
    };
    for node in root.descendants() {
        let (Some(inner), Some(outer)) = (operator(&node), node.parent().and_then(|p| operator(&p))) else {
            continue;
        };
        if inner == outer {
            continue;
        }
        let range = ast::trimmed_range(&node);
        let tooltip = Some(format!("`{inner}` binds tighter than `{outer}`"));
        for (at, label) in [(range.start(), "("), (range.end(), ")")] {
            let (label, tooltip) = (label.to_owned(), tooltip.clone());
            hints.push(InlayHint { at, kind: HintKind::Grouping, label, tooltip });
        }
    }
}

fn weights(db: &Database, item: &IndexedItem<'_>, root: &SyntaxNode, hints: &mut Vec<InlayHint>) {
    let Some(placement) = root.descendants().find_map(ast::Placement::cast) else { return };
    let Some(Lowered::Orchestrator(orc)) = &check_item(db, item.item.text).lowered else { return };
    let shares = orc.spec.placement.shares();
    let mut hint = |name: &str, field: &ast::Field| {
        let (Some(value), Some((_, share))) = (field.value(), shares.iter().find(|(of, _)| *of == name))
        else {
            return;
        };
        let at = value.range().end();
        let label = format!(" = {}", percent(*share));
        // One that says so itself needs no hint.
        let text = value.syntax().text().to_string();
        if text.trim().parse::<f64>().is_ok_and(|written| (written - share).abs() < 0.000_5) {
            return;
        }
        hints.push(InlayHint { at, kind: HintKind::Weight, label, tooltip: None });
    };
    for member in placement.members() {
        let ast::Member::Nested(nested) = member else { continue };
        let Some(keyword) = nested.keyword() else { continue };
        for field in nested.members() {
            let ast::Member::Field(field) = field else { continue };
            let Some(key) = field.key() else { continue };
            match (keyword.text().as_str(), nested.label()) {
                ("weights", None) => hint(&key.text(), &field),
                ("metric", Some(label)) if key.text() == "weight" => hint(&label.text(), &field),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use insta::assert_snapshot;

    /// The text with the hints in it, in `⟨⟩`.
    fn check(source: &str) -> String {
        let fixture = Fixture::new(source);
        let mut text = fixture.text(fixture.file).to_string();
        let whole = TextRange::up_to(TextSize::of(&*text));
        for hint in inlay_hints(&fixture.db, fixture.file, whole).iter().rev() {
            text.insert_str(hint.at.into(), &format!("⟨{}⟩", hint.label));
        }
        text
    }

    #[test]
    fn types_and_arguments() {
        assert_snapshot!(check(
            r#"
type Verdict = { risk: "low" | "high" }
workflow w(x: int, plate: string) {
  let verdict = assess(x + 1)
  let all = [1, 2]
  let text = "${x} of ${plate}"
  report(plate)
  report(verdict.risk)
  let record = { alpha: "a long text", beta: [verdict], gamma: 3 }
}
function assess(speed: number) -> Verdict { image: "i:1" }
function report(plate: string) { image: "i:1" }
"#
        ), @r#"
        type Verdict = { risk: "low" | "high" }
        workflow w(x: int, plate: string) {
          let verdict⟨: Verdict⟩ = assess(⟨speed: ⟩x + 1)
          let all⟨: list<1 | 2>⟩ = [1, 2]
          let text⟨: string⟩ = "${x} of ${plate}"
          report(plate)
          report(⟨plate: ⟩verdict.risk)
          let record⟨: { alpha: "a long text", beta: list<Verdi…⟩ = { alpha: "a long text", beta: [verdict], gamma: 3 }
        }
        function assess(speed: number) -> Verdict { image: "i:1" }
        function report(plate: string) { image: "i:1" }
        "#);
    }

    #[test]
    fn grouping_of_mixed_operators() {
        assert_snapshot!(check(
            r#"
orchestrator o {
  namespace: "n"
  engine: efl
  source s: webhook { event a: { x: int } { path: "/a" }, event b: { x: int } { path: "/b" }, event c: any { path: "/c" } }
  rule r on a[x > 1 or x < 0 and x != 5] or b and c then a as d { f() }
  rule plain on a[x > 1 and x < 5] and b { f() }
  function f() { image: "i:1" }
}
"#
        ), @r#"
        orchestrator o {
          namespace: "n"
          engine: efl
          source s: webhook { event a: { x: int } { path: "/a" }, event b: { x: int } { path: "/b" }, event c: any { path: "/c" } }
          rule r on a[x > 1 or ⟨(⟩x < 0 and x != 5⟨)⟩] or ⟨(⟩b and ⟨(⟩c then a as d⟨)⟩⟨)⟩ { f() }
          rule plain on a[x > 1 and x < 5] and b { f() }
          function f() { image: "i:1" }
        }
        "#);
    }

    #[test]
    fn normalised_weights() {
        assert_snapshot!(check(
            r#"
fleet f { domain: "d.example", cluster edge { gateway: "10.0.0.1:80" }, metric depth { query: "up", max: 5 } }
orchestrator o {
  namespace: "n"
  placement { weights { cpu: 1, memory: 2 }, metric depth { weight: 1 } }
}
orchestrator p {
  namespace: "n"
  placement { weights { cpu: 0.25, memory: 0.75 } }
}
"#
        ), @r#"
        fleet f { domain: "d.example", cluster edge { gateway: "10.0.0.1:80" }, metric depth { query: "up", max: 5 } }
        orchestrator o {
          namespace: "n"
          placement { weights { cpu: 1⟨ = 25%⟩, memory: 2⟨ = 50%⟩ }, metric depth { weight: 1⟨ = 25%⟩ } }
        }
        orchestrator p {
          namespace: "n"
          placement { weights { cpu: 0.25, memory: 0.75 } }
        }
        "#);
    }
}
