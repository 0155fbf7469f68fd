//! Names that a program declares: of the file, of the orchestrator, of other files.

use super::imports;
use crate::completion::{Completion, FIRST, Kind, facts::Fact, likely::mentioned, probe::Probe};
use efl_compiler::names::{self, Binding, Decl};
use efl_grammar::{
    SyntaxKind::*,
    ast::{self, AstNode, HasDoc, HasMembers, HasName},
};

/// A name that a file declares.
pub(super) fn of_binding(binding: &Binding) -> Completion {
    let (kind, doc) = match &*binding.decl {
        Decl::Param { doc, .. } => (Kind::Param, doc.clone()),
        Decl::Type { doc, .. } => (Kind::Type, doc.clone()),
        Decl::Function(sig) => (Kind::Function, sig.doc.clone()),
        Decl::Workflow(sig) => (Kind::Workflow, sig.doc.clone()),
        Decl::Bus => (Kind::Bus, None),
        Decl::Fleet { .. } => (Kind::Fleet, None),
        Decl::Orchestrator => (Kind::Orchestrator, None),
        Decl::Cluster { fleet } => {
            return Completion::new(Kind::Cluster, &binding.name).detail(format!("cluster of {fleet}"));
        }
    };
    Completion::new(kind, &binding.name).detail(binding.decl.what()).doc(doc)
}

/// The names of some kind that the file knows, with what they are bound to.
pub(super) fn bound<'db>(
    probe: &Probe<'db>,
    accept: impl Fn(&Decl) -> bool,
) -> impl Iterator<Item = (Completion, &'db Binding)> {
    let scope = names::file_scope(probe.db, probe.file);
    scope.bindings.iter().filter_map(move |(local, bindings)| {
        let binding = bindings.iter().find(|b| accept(&b.decl))?;
        Some((Completion { label: local.clone(), insert: local.clone(), ..of_binding(binding) }, binding))
    })
}

/// The names of some kind that the file knows, then those of other files with their imports.
pub(super) fn declared(probe: &Probe<'_>, accept: impl Fn(&Decl) -> bool) -> Vec<Completion> {
    let known = bound(probe, &accept).map(|(item, _)| item);
    known.chain(imports::unknown(probe, &accept).into_iter().map(|(item, _)| item)).collect()
}

/// Something with a name in the orchestrator around.
pub(super) fn members(
    probe: &Probe<'_>,
    one: impl Fn(&ast::Member) -> Option<Completion>,
) -> Vec<Completion> {
    let Some((orchestrator, _)) = probe.orchestrator() else { return Vec::new() };
    orchestrator.members().iter().filter_map(one).collect()
}

/// What an event is named for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// By a rule that listens to it.
    Heard,
    /// By who emits it.
    Emitted,
    /// By a test.
    Tested,
}

/// The events of the orchestrator around: of its sources, and its own.
pub(super) fn events(probe: &Probe<'_>, purpose: Use) -> Vec<Completion> {
    let of_source = |source: &ast::Source| {
        let name = source.name().map(|name| name.text());
        let event = |member| if let ast::Member::Event(event) = member { Some(event) } else { None };
        let events = source.members().into_iter().filter_map(event);
        events.filter_map(|event| of_event(probe, &event, name.as_deref(), purpose)).collect()
    };
    let Some((orchestrator, _)) = probe.orchestrator() else { return Vec::new() };
    let of_member = |member| match member {
        ast::Member::Event(event) => of_event(probe, &event, None, purpose).into_iter().collect(),
        ast::Member::Source(source) if purpose != Use::Emitted => of_source(&source),
        _ => Vec::new(),
    };
    orchestrator.members().into_iter().flat_map(of_member).collect()
}

/// An event. A rule is written for what no rule listens to yet, and hardly names an event twice.
fn of_event(probe: &Probe<'_>, event: &ast::Event, source: Option<&str>, purpose: Use) -> Option<Completion> {
    let name = event.name()?.text();
    let detail = source.map_or_else(|| "event".to_owned(), |source| format!("event of {source}"));
    let mut weight = 0;
    if purpose == Use::Heard {
        let rule = probe.nearest(&[RULE]).and_then(ast::Rule::cast);
        let heard = |logic: ast::Logic| {
            logic.syntax().descendants().filter_map(ast::EventRef::cast).collect::<Vec<_>>()
        };
        let here = rule.as_ref().and_then(ast::Rule::logic).map(heard).unwrap_or_default();
        let is_here = here.iter().any(|event| event.segments().any(|segment| segment.text() == name));
        weight -= 4 * i32::from(is_here);
        weight += 2 * i32::from(probe.count(&Fact::Heard(name.as_str().into())) == 0);
        weight +=
            i32::from(rule.and_then(|rule| rule.name()).is_some_and(|rule| mentioned(&rule.text(), &name)));
    }
    Some(Completion::new(Kind::Event, name).detail(detail).doc(event.doc()).rank(FIRST).weight(weight))
}

/// The events of a source.
pub(super) fn events_of(probe: &Probe<'_>, source: &str) -> Vec<Completion> {
    let of_source = format!("event of {source}");
    events(probe, Use::Heard)
        .into_iter()
        .filter(|event| event.detail.as_deref() == Some(&of_source))
        .collect()
}

/// The sources of the orchestrator around.
pub(super) fn sources(probe: &Probe<'_>) -> Vec<Completion> {
    members(probe, |member| match member {
        ast::Member::Source(source) => {
            Some(Completion::new(Kind::Source, source.name()?.text()).doc(source.doc()))
        }
        _ => None,
    })
}

/// The rules of the orchestrator around.
pub(super) fn rules(probe: &Probe<'_>) -> Vec<Completion> {
    members(probe, |member| match member {
        ast::Member::Rule(rule) => {
            Some(Completion::new(Kind::Rule, rule.name()?.text()).doc(rule.doc()).rank(FIRST))
        }
        _ => None,
    })
}

/// The clusters that the file knows, in the order of their fleet, then those of other files. A list names none twice.
pub(super) fn clusters(probe: &Probe<'_>) -> Vec<Completion> {
    let list = probe.nearest(&[LIST_EXPR]).and_then(ast::ListExpr::cast);
    let listed: Vec<String> =
        list.iter().flat_map(ast::ListExpr::elements).map(|e| e.syntax().text().to_string()).collect();
    let is_cluster = |decl: &Decl| matches!(decl, Decl::Cluster { .. });
    let place = |binding: &Binding| {
        let Decl::Cluster { fleet } = &*binding.decl else { return None };
        let fleet =
            names::exports(probe.db, binding.file).find(fleet, |decl| matches!(decl, Decl::Fleet { .. }))?;
        let Decl::Fleet { clusters, .. } = &*fleet.decl else { return None };
        i32::try_from(clusters.iter().position(|cluster| *cluster == binding.name)?).ok()
    };
    let known =
        bound(probe, is_cluster).map(|(item, b)| item.rank(FIRST).weight(-place(b).unwrap_or_default()));
    let mut found: Vec<Completion> = known.collect();
    found.extend(imports::unknown(probe, is_cluster).into_iter().map(|(item, _)| item));
    found.retain(|item| !listed.iter().any(|name| name.trim() == item.label));
    found
}
