//! E0221 name-collision.

use crate::{diag::Diagnostic, elab::declared, ir};
use efl_grammar::{
    TextRange, TextSize,
    ast::{self, HasMembers},
};

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

/// Orchestrators of one file whose resources would be one: `x` and `x-join` meet in a Sensor.
pub(crate) fn check_file(db: &dyn salsa::Database, file: crate::db::SourceFile) -> Vec<Diagnostic> {
    let items = crate::db::items(db, file);
    let names: Vec<(String, usize)> = items
        .iter()
        .enumerate()
        .filter_map(|(i, item)| {
            let signature = crate::names::item_signature(db, item.text);
            matches!(signature.decl.as_deref(), Some(crate::names::Decl::Orchestrator)).then(|| (signature.name.clone(), i))
        })
        .collect();
    let mut found = Vec::new();
    for (name, index) in &names {
        let Some((base, first)) = names.iter().find(|(n, _)| name.strip_suffix("-join") == Some(n)) else { continue };
        let message = format!("the orchestrators `{base}` and `{name}` become one Sensor, `{name}`");
        let place = |i: usize, n: &str| super::duplicate_name::place(db, items[i], n);
        let diagnostic = Diagnostic::new(&RULE, place(*index, name), message);
        found.push(diagnostic.label(place(*first, base), "the first one").help("rename one of them"));
    }
    found.extend(across(db, file));
    found
}

/// A resource that a declaration of an orchestrator becomes.
struct Made {
    /// Kind, namespace and name.
    key: (&'static str, String, String),
    orchestrator: String,
    place: TextRange,
}

/// Declarations of two orchestrators of one namespace that become one resource: `a` with the function `b-c`, and `a-b`
/// with the function `c`.
fn across(db: &dyn salsa::Database, file: crate::db::SourceFile) -> Vec<Diagnostic> {
    let mut made: Vec<Made> = Vec::new();
    let mut found = Vec::new();
    for item in crate::db::items(db, file) {
        let Some(ast::Item::Orchestrator(decl)) = crate::db::item_node(db, item.text) else { continue };
        let analysis = crate::elab::check_item(db, file, item.text);
        let Some(crate::elab::Lowered::Orchestrator(orc)) = &analysis.lowered else { continue };
        for new in resources_of(orc, &decl, item.start) {
            let clash = made.iter().find(|m| m.key == new.key && m.orchestrator != new.orchestrator);
            if let Some(first) = clash {
                let (kind, _, name) = &new.key;
                let message =
                    format!("the orchestrators `{}` and `{}` both have the {kind} `{name}`", first.orchestrator, orc.name);
                let diagnostic = Diagnostic::new(&RULE, new.place, message).label(first.place, "the first one");
                found.push(diagnostic.help("rename one of them, or give the orchestrators namespaces of their own"));
            } else {
                made.push(new);
            }
        }
    }
    found
}

fn resources_of(orc: &ir::Orchestrator, decl: &ast::Orchestrator, start: u32) -> Vec<Made> {
    let places = super::Places { decl };
    let namespace = orc.spec.target_namespace.as_ref().unwrap_or(&orc.namespace);
    let made = |kind: &'static str, name: &str, place: TextRange| Made {
        key: (kind, namespace.clone(), format!("{}-{name}", orc.name)),
        orchestrator: orc.name.clone(),
        place: place + TextSize::from(start),
    };
    let spec = &orc.spec;
    let functions = spec.functions.iter().map(|f| made("Service", &f.name, places.function(&f.name)));
    let sources = spec.sources.iter().map(|s| made("EventSource", &s.name, places.source(&s.name)));
    let workflows = spec.workflows.iter().map(|w| made("WorkflowTemplate", &w.name, places.workflow(&w.name)));
    let rules = spec.rules.iter().map(|r| made("WorkflowTemplate", &r.name, places.rule(&r.name)));
    functions.chain(sources).chain(workflows).chain(rules).collect()
}
