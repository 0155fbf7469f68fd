//! E0221 name-collision.

use crate::{
    db::{self, Item, SourceFile},
    diag::Diagnostic,
    elab::{Lowered, check_item, declared},
    names::{self, Decl, Signature},
};
use efl_grammar::{
    TextRange, TextSize,
    ast::{self, HasMembers},
};
use rustc_hash::FxHashMap;

super::rule! {
    code: "E0221",
    name: "name-collision",
    level: Error,
    summary: "Two declarations become one resource.",
    page: include_str!("pages/E0221.md"),
}

/// Declarations of one orchestrator that become one resource.
pub(crate) fn check(decl: &ast::Orchestrator, emits: bool) -> Vec<Diagnostic> {
    let mut made: Vec<(String, &'static str, String, TextRange)> = Vec::new();
    let mut found = Vec::new();
    for member in decl.members() {
        let Some((_, what, name, range)) = declared(&member) else { continue };
        for (resource, text) in resources(&member, what, &name) {
            let clash = made.iter().find(|(r, w, n, _)| *r == text && (*w, n.as_str()) != (what, &name));
            if let Some((_, other, other_name, first)) = clash {
                let message = format!("the {other} `{other_name}` and the {what} `{name}` become one {resource}");
                found.push(Diagnostic::new(&RULE, range, message).label(*first, "the first one").help("rename one of them"));
            }
            made.push((text, what, name.clone(), range));
        }
        if what == "source" && name == "emit" && emits {
            let message = "the source `emit` and the internal events become one EventSource";
            found.push(Diagnostic::new(&RULE, range, message).help("rename the source"));
        }
    }
    found
}

/// What a declaration becomes, as far as names can clash: (kind, key).
fn resources(member: &ast::Member, what: &str, name: &str) -> Vec<(&'static str, String)> {
    match (member, what) {
        (_, "rule" | "workflow") => vec![("WorkflowTemplate", format!("template/{name}"))],
        (_, "function") => vec![("Service", format!("service/{name}"))],
        (_, "source") => vec![("Service", format!("service/{name}-ingress"))],
        _ => Vec::new(),
    }
}

/// Orchestrators of one file whose resources would be one: `x` and `x-join` meet in a Sensor, and so do `a` with the
/// function `b-c` and `a-b` with the function `c` in a service. Both need the name of one to begin with the other's.
pub(crate) fn check_file(db: &dyn salsa::Database, file: SourceFile) -> Vec<Diagnostic> {
    let items = db::items(db, file);
    let mut orchestrators = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Signature { name, decl, .. } = names::item_signature(db, item.text);
        if matches!(decl.as_deref(), Some(Decl::Orchestrator)) {
            orchestrators.push((name.as_str(), index));
        }
    }
    let mut by_name = FxHashMap::default();
    for (name, index) in &orchestrators {
        by_name.entry(*name).or_insert(*index);
    }
    let mut found = Vec::new();
    for (name, longer) in &orchestrators {
        for (at, _) in name.match_indices('-') {
            let (base, rest) = (&name[..at], &name[at + 1..]);
            let Some(shorter) = by_name.get(base) else { continue };
            if rest == "join" {
                let message = format!("the orchestrators `{base}` and `{name}` become one Sensor, `{name}`");
                let place = |i: usize, n: &str| super::duplicate_name::place(db, items[i], n);
                let diagnostic = Diagnostic::new(&RULE, place(*longer, name), message);
                found.push(diagnostic.label(place(*shorter, base), "the first one").help("rename one of them"));
            }
            let (first, second) = (*shorter.min(longer), *shorter.max(longer));
            found.extend(across(&made(db, items[first]), &made(db, items[second])));
        }
    }
    found
}

/// A resource that a declaration of an orchestrator becomes.
struct Made {
    /// Kind, namespace and name.
    key: (&'static str, String, String),
    orchestrator: String,
    place: TextRange,
}

/// Declarations of two orchestrators that become one resource.
fn across(first: &[Made], second: &[Made]) -> Vec<Diagnostic> {
    let clash = |new: &Made| {
        let old = first.iter().find(|old| old.key == new.key)?;
        let (kind, _, name) = &new.key;
        let message = format!("the orchestrators `{}` and `{}` both have the {kind} `{name}`", old.orchestrator, new.orchestrator);
        let diagnostic = Diagnostic::new(&RULE, new.place, message).label(old.place, "the first one");
        Some(diagnostic.help("rename one of them, or give the orchestrators namespaces of their own"))
    };
    second.iter().filter_map(clash).collect()
}

/// The resources of the orchestrator that an item declares.
fn made(db: &dyn salsa::Database, item: Item<'_>) -> Vec<Made> {
    let Some(ast::Item::Orchestrator(decl)) = db::item_node(db, item.text) else { return Vec::new() };
    let Some(Lowered::Orchestrator(orc)) = &check_item(db, item.text).lowered else { return Vec::new() };
    let places = super::Places::of(&decl);
    let namespace = orc.spec.target_namespace.as_ref().unwrap_or(&orc.namespace);
    let made = |kind: &'static str, name: &str, place: TextRange| Made {
        key: (kind, namespace.clone(), format!("{}-{name}", orc.name)),
        orchestrator: orc.name.clone(),
        place: place + TextSize::from(item.start),
    };
    let spec = &orc.spec;
    let functions = spec.functions.iter().map(|f| made("Service", &f.name, places.function(&f.name)));
    let sources = spec.sources.iter().map(|s| made("EventSource", &s.name, places.source(&s.name)));
    let workflows = spec.workflows.iter().map(|w| made("WorkflowTemplate", &w.name, places.workflow(&w.name)));
    let rules = spec.rules.iter().map(|r| made("WorkflowTemplate", &r.name, places.rule(&r.name)));
    functions.chain(sources).chain(workflows).chain(rules).collect()
}
