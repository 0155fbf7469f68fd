//! E0221 name-collision.

use crate::{diag::Diagnostic, elab::declared};
use efl_grammar::{
    TextRange,
    ast::{self, HasMembers},
};

super::rule! {
    code: "E0221",
    name: "name-collision",
    level: Error,
    summary: "Two declarations become one resource.",
    page: "",
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
    found
}
