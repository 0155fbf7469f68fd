//! Fleets: clusters, metrics, and how they are observed.

use super::{Cx, named, record::Place};
use crate::{
    catalog::blocks,
    db::{NameKey, SourceFile},
    diag::Diagnostic,
    index::{Kind, Symbol},
    ir::{Cluster, Fleet},
    names::{self, Binding, Decl},
    rules,
    units::Duration,
    value::Value,
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasMembers},
};
use std::sync::Arc;

impl Cx<'_> {
    /// A fleet's declaration.
    pub(crate) fn fleet(&mut self, decl: &ast::Fleet) -> Fleet {
        let name = named(decl);
        let place = name.as_ref().map_or_else(|| decl.range(), |(_, r)| *r);
        if let Some((name, range)) = &name {
            self.check_kubernetes_name(name, *range, "fleet");
        }
        let members = decl.members();
        let outer = self.enter(Kind::Fleet, name.as_ref());
        let given = self.given(&members, &blocks::FLEET);
        self.note_block(decl.syntax(), &[&blocks::FLEET], &given);
        self.check_presence(&given, &blocks::FLEET, place, decl);
        self.check_periods(&given);
        for (label, _) in given.get("query").and_then(Value::as_map).unwrap_or_default() {
            if !blocks::QUERIES.contains(&label.as_str()) {
                let known: Vec<String> = blocks::QUERIES.iter().map(|&q| q.to_owned()).collect();
                let range = given.place(&format!("query {label}")).unwrap_or(place);
                self.unknown(&rules::unknown_block::RULE, "query", label, range, &known);
            }
        }
        let clusters = self.clusters_of(&members);
        let metrics = given.get("metric").and_then(Value::as_map).unwrap_or_default();
        for (name, _) in metrics {
            let place = given.place(&format!("metric {name}")).map(|range| (name.clone(), range));
            self.define(Kind::Metric, place.as_ref(), None);
        }
        self.leave(outer);
        let metrics = metrics.iter().map(|(name, _)| name.clone()).collect();
        let fields = given.value();
        let text = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
        Fleet {
            name: name.map(|(n, _)| n).unwrap_or_default(),
            domain: text("domain"),
            call_address: text("call-address"),
            clusters,
            metrics,
            fields,
        }
    }

    fn check_periods(&mut self, given: &super::block::Given) {
        let duration = |key: &str| given.get(key)?.as_str()?.parse::<Duration>().ok();
        if let (Some(every), Some(stale)) = (duration("every"), duration("stale-after"))
            && stale < every
        {
            let range = given.place("stale-after").unwrap_or_default();
            let message = format!(
                "`stale-after: {stale}` is shorter than `every: {every}`: every metric would be stale"
            );
            self.error(&rules::period_order::RULE, range, message);
        }
    }

    fn clusters_of(&mut self, members: &[ast::Member]) -> Vec<Cluster> {
        let mut clusters: Vec<(Cluster, TextRange)> = Vec::new();
        for member in members {
            let ast::Member::Cluster(node) = member else { continue };
            let place = named(node).map_or_else(|| node.range(), |(_, r)| r);
            let fields = self.members(node, &blocks::CLUSTER, place);
            self.define(Kind::Cluster, named(node).as_ref(), None);
            let Some((name, range)) = named(node) else { continue };
            self.check_kubernetes_name(&name, range, "cluster");
            self.check_budget(&name, &name, 48, "a cluster's name (Karmada)", range);
            if let Some((_, first)) = clusters.iter().find(|(c, _)| c.name == name) {
                let message = format!("two clusters are called `{name}`");
                let diagnostic = Diagnostic::new(&rules::duplicate_name::RULE, range, message);
                self.report(diagnostic.label(*first, "the first one"));
                continue;
            }
            let gateway = fields.get("gateway").and_then(Value::as_str).map(str::to_owned);
            clusters.push((Cluster { name, gateway, fields }, range));
        }
        clusters.into_iter().map(|(c, _)| c).collect()
    }

    /// A cluster in scope, by its name here; its own name, with its fleet noted.
    pub(crate) fn cluster(&mut self, name: &str, range: TextRange) -> Option<String> {
        let Some(binding) = self.find(name, |d| matches!(d, Decl::Cluster { .. })).cloned() else {
            if !self.is_broken_import(name) {
                let known = self.scope.names(|d| matches!(d, Decl::Cluster { .. }));
                let what = "cluster";
                if known.is_empty() {
                    let message = format!("unknown cluster `{name}`: no fleet is in scope");
                    let help = "import it from the fleet file: import { … } from \"fleet.efl\"";
                    self.report(Diagnostic::new(&rules::unknown_cluster::RULE, range, message).help(help));
                } else {
                    self.unknown(&rules::unknown_cluster::RULE, what, name, range, &known);
                }
            }
            return None;
        };
        self.note_binding(range, &binding, None);
        if let Some(super::Lowered::Fleet(fleet)) = self.lowered(&binding).and_then(|a| a.lowered.as_ref()) {
            self.note_fleet(fleet, range);
        }
        Some(binding.name)
    }

    /// Notes that a cluster of a fleet is used; those of two fleets do not mix.
    fn note_fleet(&mut self, fleet: &Arc<Fleet>, range: TextRange) {
        let Some(orc) = &mut self.orc else { return };
        match &orc.fleet {
            Some(first) if first.name != fleet.name => {
                let message = format!(
                    "clusters of two fleets in one orchestrator: `{}` and `{}`",
                    first.name, fleet.name
                );
                self.error(&rules::two_fleets::RULE, range, message);
            }
            Some(_) => {}
            None => orc.fleet = Some(fleet.clone()),
        }
    }

    /// Notes that a place names a metric of a fleet in scope.
    pub(super) fn note_metric(&mut self, name: &str, place: impl Place) {
        if !self.is_recording() {
            return;
        }
        let measures = |b: &&Binding| matches!(&*b.decl, Decl::Fleet { metrics, .. } if metrics.iter().any(|m| m == name));
        let fleet = |b: &Binding| match &*b.decl {
            // A fleet is in scope where one of its clusters is.
            Decl::Cluster { fleet } => {
                let exports = names::exports(self.db, b.file);
                exports.find(fleet, |d| matches!(d, Decl::Fleet { .. })).cloned()
            }
            _ => Some(b.clone()),
        };
        let fleets: Vec<Binding> = self.scope.bindings.values().flatten().filter_map(fleet).collect();
        let symbol = fleets.iter().find(measures).map(|b| Symbol::of(b).child(Kind::Metric, name));
        self.note_symbol(place, symbol, None);
    }

    /// The fleets in scope: declared here, imported, or of an imported cluster.
    pub(crate) fn fleets_in_scope(&self) -> &[Arc<Fleet>] {
        fleets_of(self.db, self.file)
    }
}

#[salsa::tracked(returns(deref))]
fn fleets_of(db: &dyn salsa::Database, file: SourceFile) -> Vec<Arc<Fleet>> {
    let mut fleets: Vec<Arc<Fleet>> = Vec::new();
    for binding in names::file_scope(db, file).bindings.values().flatten() {
        if !matches!(&*binding.decl, Decl::Fleet { .. } | Decl::Cluster { .. }) {
            continue;
        }
        let Some(item) = names::declaring_item(db, binding.file, NameKey::new(db, binding.name.clone()))
        else {
            continue;
        };
        if let Some(super::Lowered::Fleet(fleet)) = &super::check_item(db, item).lowered
            && !fleets.iter().any(|f| f.name == fleet.name)
        {
            fleets.push(fleet.clone());
        }
    }
    fleets
}
