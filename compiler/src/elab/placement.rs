//! Placement: candidates, weights, pins.

use super::{Cx, block::Given, bus::u32_of, expr::Env};
use crate::{
    catalog::blocks,
    diag::Diagnostic,
    eval,
    index::{Meaning, Names},
    ir::{self, Fleet},
    rules,
    spec::{self, Limit, MetricWeight, Pins, Strategy, Weights},
    types::{Record, RecordField, Type},
    units::Duration,
    value::Value,
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasMembers},
};
use std::sync::Arc;

impl Cx<'_> {
    /// The placement of an orchestrator.
    pub(crate) fn placement(&mut self, node: &ast::Placement) -> spec::Placement {
        let members = node.members();
        let place = first_word(node);
        let mark = self.mark();
        let given = self.given(&members, &blocks::PLACEMENT);
        self.note_block(node.syntax(), &[&blocks::PLACEMENT], &given);
        let broken = self.failed_since(mark) || self.is_broken(node.range());
        self.check_presence(&given, &blocks::PLACEMENT, place, node);
        let mut placement = self.lower_placement(&given);
        placement.pin = self.pins(&members);
        self.selector(&members, &given, &mut placement);
        self.check_placement(&given, &placement, place, broken);
        placement
    }

    fn lower_placement(&mut self, given: &Given) -> spec::Placement {
        let default = spec::Placement::default();
        let number = |block: &str, key: &str, or: f64| {
            given.get(block).and_then(|b| b.get(key)).and_then(Value::as_f64).unwrap_or(or)
        };
        let duration =
            |key: &str| given.get(key).and_then(Value::as_str).and_then(|t| t.parse::<Duration>().ok());
        spec::Placement {
            weights: Weights {
                cpu: number("weights", "cpu", default.weights.cpu),
                memory: number("weights", "memory", default.weights.memory),
            },
            limit: Limit {
                cpu: number("limit", "cpu", default.limit.cpu),
                memory: number("limit", "memory", default.limit.memory),
            },
            metrics: self.metrics(given),
            clusters: names(given.get("clusters")),
            replicas: u32_of(given.get("replicas")).unwrap_or(default.replicas),
            strategy: match given.get("strategy").and_then(Value::as_str) {
                Some("least-loaded") => Strategy::LeastLoaded,
                _ => default.strategy,
            },
            margin: given.get("margin").and_then(Value::as_f64).unwrap_or(default.margin),
            hold: duration("hold").unwrap_or(default.hold),
            drain_timeout: duration("drain-timeout").unwrap_or(default.drain_timeout),
            force_after: duration("force-after"),
            ..default
        }
    }

    fn metrics(&mut self, given: &Given) -> Vec<MetricWeight> {
        let entries = given.get("metric").and_then(Value::as_map).unwrap_or_default();
        let fleets = self.fleets_in_scope().to_vec();
        let known: Vec<String> = fleets
            .iter()
            .flat_map(|f| f.metrics.iter().cloned())
            .chain([blocks::PENDING.0.to_owned()])
            .collect();
        let mut metrics = Vec::new();
        for (name, fields) in entries {
            self.note_metric(name, given.place(&format!("metric {name}")).unwrap_or_default());
            if !known.contains(name) && !fleets.is_empty() {
                let range = given.place(&format!("metric {name}")).unwrap_or_default();
                self.unknown(&rules::unknown_metric::RULE, "metric of the fleet:", name, range, &known);
            }
            let weight = fields.get("weight").and_then(Value::as_f64).unwrap_or(0.0);
            metrics.push(MetricWeight { name: name.clone(), weight });
        }
        metrics
    }

    fn pins(&mut self, members: &[ast::Member]) -> Pins {
        let mut pins = Pins::default();
        let mut seen: Vec<(String, TextRange)> = Vec::new();
        for member in members {
            let ast::Member::Pin(pin) = member else { continue };
            let Some(stage) = pin.stage() else { continue };
            let text = stage.text();
            if let Some((_, first)) = seen.iter().find(|(name, _)| *name == text) {
                let diagnostic = Diagnostic::new(
                    &rules::duplicate_field::RULE,
                    stage.range(),
                    format!("`pin {text}` is given twice"),
                );
                self.report(diagnostic.label(*first, "the first one"));
                continue;
            }
            seen.push((text.clone(), stage.range()));
            if blocks::PINS.contains(&text.as_str()) {
                self.note(&stage, || Meaning::Word);
            }
            let list = crate::catalog::FieldType::List(&crate::catalog::FieldType::Cluster);
            let value = pin.value().and_then(|v| self.field_value(&v, &list, "pin"));
            let clusters = names(value.as_ref());
            match text.as_str() {
                "events" => pins.events = clusters,
                "logic" => pins.logic = clusters,
                "functions" => pins.functions = clusters,
                _ => {
                    let known: Vec<String> = blocks::PINS.iter().map(|&p| p.to_owned()).collect();
                    self.unknown(&rules::unknown_word::RULE, "stage to pin:", &text, stage.range(), &known);
                }
            }
        }
        pins
    }

    /// `clusters where CONDITION`: the clusters of the fleet in scope that satisfy it.
    fn selector(&mut self, members: &[ast::Member], given: &Given, placement: &mut spec::Placement) {
        let clauses: Vec<&ast::ClustersWhere> = members
            .iter()
            .filter_map(|m| if let ast::Member::ClustersWhere(c) = m { Some(c) } else { None })
            .collect();
        let Some(clause) = clauses.first() else { return };
        for second in &clauses[1..] {
            self.error(&rules::duplicate_field::RULE, second.range(), "`clusters` is given twice");
        }
        if let Some(list) = given.place("clusters") {
            let diagnostic = Diagnostic::new(
                &rules::exclusive_fields::RULE,
                clause.range(),
                "a placement takes `clusters: […]` or `clusters where …`, not both",
            );
            self.report(diagnostic.label(list, "the list"));
        }
        let env = Env { cluster: Some(cluster_type()), place: "a cluster selector", ..Env::default() };
        self.note_visible(clause.syntax().text_range(), || Names::Cluster(cluster_type()));
        let mark = self.mark();
        let condition = self.condition(clause.condition().as_ref(), &env);
        if self.failed_since(mark) {
            return;
        }
        placement.cluster_selector = Some(condition.to_string());
        if let Some(orc) = &mut self.orc {
            orc.selector = Some(condition.clone());
        }
        let fleets = self.fleets_in_scope();
        if let [fleet] = fleets {
            let fleet = fleet.clone();
            if let Some(orc) = &mut self.orc {
                orc.fleet = Some(fleet.clone());
            }
            if !selected(&fleet, &condition).any(|_| true) {
                let message = format!("no cluster of the fleet `{}` satisfies this", fleet.name);
                self.error(&rules::no_candidate::RULE, clause.range(), message);
            }
        }
    }

    fn check_placement(
        &mut self,
        given: &Given,
        placement: &spec::Placement,
        place: TextRange,
        broken: bool,
    ) {
        let range = |key: &str| given.place(key).unwrap_or(place);
        self.report_all(rules::bad_weights::check(placement, range("weights")));
        self.report_all(rules::period_order::check(placement, range("force-after")));
        if !broken && given.get("clusters").is_some_and(|c| c.as_list().is_some_and(<[_]>::is_empty)) {
            let message = "no cluster is left to run on: the list is empty";
            self.error(&rules::no_candidate::RULE, range("clusters"), message);
        }
    }
}

/// The candidates of an orchestrator, when they are known: those it names, those of its fleet that its selector takes,
/// else all of its fleet. `None` without a fleet and a list.
pub fn candidates(orc: &ir::Orchestrator) -> Option<Vec<String>> {
    let placement = &orc.spec.placement;
    if !placement.clusters.is_empty() {
        return Some(placement.clusters.clone());
    }
    let fleet = orc.fleet.as_ref()?;
    let names = |clusters: Vec<&ir::Cluster>| clusters.into_iter().map(|c| c.name.clone()).collect();
    match &orc.selector {
        Some(selector) => Some(names(selected(fleet, selector).collect())),
        None => Some(names(fleet.clusters.iter().collect())),
    }
}

/// The clusters of a fleet that a selector takes.
pub(crate) fn selected<'a>(
    fleet: &'a Fleet,
    selector: &'a ir::Expr,
) -> impl Iterator<Item = &'a ir::Cluster> {
    fleet.clusters.iter().filter(move |cluster| {
        let json = serde_json::to_value(&cluster.fields).unwrap_or_default();
        let meta = serde_json::Value::Null;
        let env = eval::Env::of(eval::Event { payload: &json, meta: &meta });
        eval::holds(selector, &env) == eval::Outcome::True
    })
}

/// The fields of a cluster that a selector can ask for.
fn cluster_type() -> Type {
    let text = |name: &str| RecordField { name: name.into(), ty: Type::String, optional: true, doc: None };
    let mut fields: Vec<RecordField> =
        ["region", "zone", "provider", "gateway", "prometheus"].into_iter().map(text).collect();
    let labels = Type::Map(Arc::new(Type::String));
    fields.push(RecordField { name: "labels".into(), ty: labels, optional: true, doc: None });
    Type::Record(Arc::new(Record { name: Some("cluster".into()), fields, ..Record::default() }))
}

fn names(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect()
}

fn first_word(node: &impl AstNode) -> TextRange {
    let tokens = node.syntax().descendants_with_tokens().filter_map(efl_grammar::SyntaxElement::into_token);
    tokens
        .filter(|t| t.kind() == efl_grammar::SyntaxKind::KEYWORD)
        .map(|t| t.text_range())
        .next()
        .unwrap_or_else(|| node.range())
}
