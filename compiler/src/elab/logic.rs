//! Rules: their event logic, their options, their bodies.

use super::{
    Cx,
    block::Given,
    bus::u32_of,
    expr::{Env, EventInScope, Own},
    named,
    orchestrator::{EventDecl, Use},
};
use crate::{
    catalog::blocks,
    diag::Diagnostic,
    engine::{self, Construct},
    ir::{self, Logic, Term},
    rules,
    spec::{self, Backoff, Delivery, OncePer, Pairing, Reset, Retry},
    types::{Lookup, Type, TypeTable},
    value::Value,
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasDoc},
};
use std::collections::BTreeSet;

/// A use of an event in a rule, with its place.
struct Used {
    term: Term,
    payload: Type,
    meta: Type,
    range: TextRange,
    aliased: bool,
}

impl Cx<'_> {
    /// A rule's declaration; the texts of its spec are printed later, from the tree.
    pub(crate) fn rule(&mut self, node: &ast::Rule) -> Option<(spec::Rule, ir::Rule)> {
        let name = named(node);
        let place = name.as_ref().map_or_else(|| node.range(), |(_, r)| *r);
        let mut uses = Vec::new();
        let logic = node.logic().and_then(|l| self.logic(&l, &mut uses));
        self.check_uses(&uses);
        if let Some(logic) = &logic {
            self.check_absence(logic, node);
        }
        // Of broken logic nothing is known: no event counts as absent.
        let all = || uses.iter().map(|u| u.term.name.clone()).collect();
        let present = logic.as_ref().map_or_else(all, present);
        let mut env = Env { place: "a rule", events: in_scope(&uses, &present), ..Env::default() };
        let mut rule = spec::Rule {
            name: name.as_ref().map(|(n, _)| n.clone()).unwrap_or_default(),
            description: node.doc(),
            ..Default::default()
        };
        self.clauses(node, &mut rule, &uses);
        let given = self.rule_options(node, place);
        let condition = self.rule_condition(node, &mut env, &given);
        self.lower_options(&given, &mut rule, &uses);
        let mark = self.mark();
        let body = node.body().map(|b| self.rule_body(&b, &mut env)).unwrap_or_default();
        if body.stmts.is_empty()
            && !self.failed_since(mark)
            && node.body().is_some_and(|b| b.stmts().next().is_none())
        {
            self.error(&rules::empty_body::RULE, place, "the rule does nothing: its body has no statement");
        }
        self.check_duplicate_clauses(node);
        name?;
        Some((rule, ir::Rule { logic: logic?, condition, body }))
    }

    fn logic(&mut self, node: &ast::Logic, uses: &mut Vec<Used>) -> Option<Logic> {
        match node {
            ast::Logic::Paren(paren) => self.logic(&paren.inner()?, uses),
            ast::Logic::Event(event) => self.term(event, uses).map(Logic::Event),
            ast::Logic::Bin(bin) => self.joined(bin, uses),
            ast::Logic::Count(count) => {
                let of = count.inner().and_then(|l| self.logic(&l, uses));
                let times = self.count_of(count.times().as_ref(), 1, 1_000_000, "`count`");
                self.support(Construct::Count, node.range());
                Some(Logic::Count { of: Box::new(of?), times: times? })
            }
            ast::Logic::Not(not) => {
                let of = not.term().and_then(|l| self.logic(&l, uses));
                let duration = self.duration_of(not.duration().as_ref());
                self.support(Construct::Absence, node.range());
                Some(Logic::Absent { of: Box::new(of?), duration: duration? })
            }
        }
    }

    fn joined(&mut self, bin: &ast::LogicBin, uses: &mut Vec<Used>) -> Option<Logic> {
        let operator = bin.operator()?;
        let parts: Vec<Option<Logic>> = bin.operands().map(|l| self.logic(&l, uses)).collect();
        let parts: Vec<Logic> = parts.into_iter().collect::<Option<_>>()?;
        // `a and b and c` is one conjunction, whatever the tree's nesting.
        let mut flat = Vec::new();
        for part in parts {
            match (operator.text(), part) {
                ("and", Logic::And(inner)) | ("or", Logic::Or(inner)) | ("then", Logic::Then(inner)) => {
                    flat.extend(inner)
                }
                (_, part) => flat.push(part),
            }
        }
        Some(match operator.text() {
            "and" => Logic::And(flat),
            "or" => Logic::Or(flat),
            _ => {
                self.support(Construct::Then, operator.text_range());
                Logic::Then(flat)
            }
        })
    }

    fn term(&mut self, node: &ast::LogicEvent, uses: &mut Vec<Used>) -> Option<Term> {
        let reference = node.event()?;
        let event = self.event(&reference);
        let alias = node.alias();
        let payload = event.as_ref().map_or(Type::Error, |e| e.payload.clone());
        let meta = event.as_ref().map_or(Type::Error, |e| e.meta.clone());
        let shown = event.as_ref().map(|e| e.name.clone()).unwrap_or_default();
        let own = Own { event: shown, payload: payload.clone(), meta: meta.clone() };
        let env = Env { own: Some(own), place: "a predicate", ..Env::default() };
        let mark = self.mark();
        let predicate = node.predicate().map(|p| {
            let condition = p.condition();
            let lowered = self.condition(condition.as_ref(), &env);
            if !self.failed_since(mark)
                && let Some(condition) = &condition
            {
                let types = |_: &ir::Scope| (payload.clone(), meta.clone());
                if let Some(diagnostic) = rules::never_holds::check(&lowered, &types, condition) {
                    self.report(diagnostic);
                }
            }
            lowered
        });
        let event = event?;
        let term = Term {
            source: event.source.clone(),
            event: event.name.clone(),
            qualified: reference.segments().count() > 1,
            name: alias.as_ref().map_or_else(|| event.name.clone(), ast::Name::text),
            predicate,
        };
        let range = alias.as_ref().map_or_else(|| reference.range(), AstNode::range);
        uses.push(Used { term: term.clone(), payload, meta, range, aliased: alias.is_some() });
        Some(term)
    }

    /// The event that a reference names.
    pub(crate) fn event(&mut self, node: &ast::EventRef) -> Option<EventDecl> {
        let segments: Vec<ast::NameRef> = node.segments().collect();
        let orc = self.orc.as_ref()?;
        let (source, name) = match segments.as_slice() {
            [name] => (None, name),
            [source, name] => (Some(source), name),
            _ => return None,
        };
        let text = name.text();
        if let Some(source) = source
            && !orc.sources.contains_key(&source.text())
        {
            let known: Vec<String> = orc.sources.keys().cloned().collect();
            self.unknown(&rules::unknown_source::RULE, "source", &source.text(), source.range(), &known);
            return None;
        }
        let of_source = |e: &&EventDecl| source.is_none_or(|s| e.source.as_deref() == Some(&s.text()));
        let found: Vec<EventDecl> =
            orc.events.iter().filter(of_source).filter(|e| e.name == text).cloned().collect();
        match found.as_slice() {
            [] => {
                let known: Vec<String> =
                    orc.events.iter().filter(of_source).map(|e| e.name.clone()).collect();
                self.unknown(&rules::unknown_event::RULE, "event", &text, name.range(), &known);
                None
            }
            [event] => {
                let event = event.clone();
                self.use_event(&event);
                Some(event)
            }
            [first, ..] => {
                for event in &found {
                    self.use_event(event);
                }
                let sources: Vec<String> = found.iter().filter_map(|e| e.source.clone()).collect();
                self.report(rules::ambiguous_event::diagnostic(&text, &sources, name.range()));
                Some(EventDecl { payload: Type::Error, ..first.clone() })
            }
        }
    }

    fn use_event(&mut self, event: &EventDecl) {
        if let Some(orc) = &mut self.orc {
            orc.used.insert(Use::Event(event.source.clone(), event.name.clone()));
        }
    }

    /// Two uses of one name in a rule need an alias; one event twice is not for every engine.
    fn check_uses(&mut self, uses: &[Used]) {
        for (i, used) in uses.iter().enumerate() {
            if let Some(first) = uses[..i].iter().find(|u| u.term.name == used.term.name) {
                self.report(rules::alias_needed::diagnostic(
                    &used.term,
                    used.aliased,
                    used.range,
                    first.range,
                ));
            } else if let Some(first) = uses[..i]
                .iter()
                .find(|u| (&u.term.source, &u.term.event) == (&used.term.source, &used.term.event))
            {
                let _ = first;
                self.support(Construct::SameEventTwice, used.range);
            }
        }
    }

    fn check_absence(&mut self, logic: &Logic, node: &ast::Rule) {
        if !has_positive_everywhere(logic)
            && let Some(logic) = node.logic()
        {
            self.report(rules::absence_alone::diagnostic(logic.range()));
        }
    }

    /// Reports a construct that the engine lacks.
    pub(crate) fn support(&mut self, construct: Construct, range: TextRange) {
        let Some(engine) = self.orc.as_ref().map(|o| o.engine) else { return };
        if let Some(support) = engine::lacks(engine, construct) {
            self.report(rules::engine_unsupported::diagnostic(support, engine, range));
        }
    }

    fn clauses(&mut self, node: &ast::Rule, rule: &mut spec::Rule, uses: &[Used]) {
        if let Some(within) = node.within().next() {
            self.support(Construct::Within, within.range());
            rule.within = self.duration_of(within.duration().as_ref());
        }
        if let Some(by) = node.by().next() {
            self.support(Construct::By, by.range());
            for field in by.fields() {
                self.check_key(&field, uses);
                rule.by.push(field.text());
            }
        }
    }

    fn check_duplicate_clauses(&mut self, node: &ast::Rule) {
        let clauses: [(&str, Vec<TextRange>); 3] = [
            ("within", node.within().map(|c| c.range()).collect()),
            ("by", node.by().map(|c| c.range()).collect()),
            ("where", node.conditions().map(|c| c.range()).collect()),
        ];
        for (name, ranges) in clauses {
            for range in ranges.iter().skip(1) {
                let diagnostic = Diagnostic::new(
                    &rules::duplicate_clause::RULE,
                    *range,
                    format!("`{name}` is given twice"),
                );
                self.report(diagnostic.label(ranges[0], "the first one"));
            }
        }
    }

    fn check_key(&mut self, field: &ast::NameRef, uses: &[Used]) {
        let name = field.text();
        for used in uses {
            if matches!(TypeTable::default().member(&used.payload, &name), Lookup::Missing) {
                self.report(rules::key_not_everywhere::diagnostic(
                    &name,
                    &used.term.name,
                    &used.payload,
                    field.range(),
                ));
                return;
            }
        }
    }

    fn rule_options(&mut self, node: &ast::Rule, place: TextRange) -> Given {
        let members: Vec<ast::Member> = node.body().iter().flat_map(ast::Body::members).collect();
        let given = self.given(&members, &blocks::RULE_OPTIONS);
        self.check_presence(&given, &blocks::RULE_OPTIONS, place, node);
        given
    }

    fn rule_condition(&mut self, node: &ast::Rule, env: &mut Env, given: &Given) -> Option<ir::Expr> {
        let clause = node.conditions().next()?;
        let paired = given.get("pairing").is_some();
        let argo = self.orc.as_ref().is_some_and(|o| o.engine == spec::Engine::Argo);
        let mut inner = env.clone();
        inner.place = "a `where`";
        let mark = self.mark();
        let condition = self.condition(clause.condition().as_ref(), &inner);
        if argo && !paired {
            self.support(Construct::Where, clause.range());
        }
        if !self.failed_since(mark) {
            *env = env.knowing(&condition, true);
        }
        Some(condition)
    }

    fn lower_options(&mut self, given: &Given, rule: &mut spec::Rule, uses: &[Used]) {
        let text = |key: &str| given.get(key).and_then(Value::as_str);
        rule.rate = text("rate").and_then(|t| t.parse().ok());
        rule.dead_letter = text("dead-letter").map(str::to_owned);
        rule.pairing = text("pairing").map(|_| Pairing::Latest);
        if text("delivery") == Some("at-most-once") {
            rule.delivery = Delivery::AtMostOnce;
        }
        rule.retry = given.get("retry").map(retry);
        rule.reset = given.get("reset").map(|value| Reset {
            cron: value.get("cron").and_then(Value::as_str).unwrap_or_default().to_owned(),
            timezone: value.get("timezone").and_then(Value::as_str).map(str::to_owned),
        });
        if let Some(once) = given.get("once-per") {
            rule.once_per = self.once_per(once, given.place("once-per").unwrap_or_default(), uses);
        }
        if let Some(range) = given.place("pairing") {
            self.support(Construct::Pairing, range);
        }
        self.report_all(rules::option_without_effect::check(rule, given, uses.len() > 1));
        self.report_all(rules::conflicting_options::check(rule, given));
    }

    fn once_per(&mut self, value: &Value, range: TextRange, uses: &[Used]) -> Option<OncePer> {
        self.support(Construct::OncePer, range);
        let field = value.get("field").and_then(Value::as_str)?;
        let every = value.get("every")?.as_str()?.parse().ok()?;
        let table = TypeTable::default();
        let (event, name) = field.split_once('.').map_or((None, field), |(e, n)| (Some(e), n));
        let candidates: Vec<&Used> = uses.iter().filter(|u| event.is_none_or(|e| u.term.name == e)).collect();
        if let Some(event) = event
            && candidates.is_empty()
        {
            let known: Vec<String> = uses.iter().map(|u| u.term.name.clone()).collect();
            self.unknown(&rules::unknown_event::RULE, "event of this rule:", event, range, &known);
            return None;
        }
        if let Some(used) =
            candidates.iter().find(|u| matches!(table.member(&u.payload, name), Lookup::Missing))
        {
            self.report(rules::key_not_everywhere::diagnostic(name, &used.term.name, &used.payload, range));
        }
        Some(OncePer { field: field.to_owned(), every })
    }
}

/// A retry policy from its lowered value.
pub(crate) fn retry(value: &Value) -> Retry {
    let duration = |v: &Value| v.as_str().and_then(|t| t.parse().ok()).unwrap_or_default();
    let backoff = match value.get("backoff") {
        Some(Value::Range(from, to)) => Some(Backoff { from: duration(from), to: duration(to) }),
        _ => None,
    };
    Retry { times: u32_of(value.get("times")).unwrap_or(1), backoff }
}

/// The terms that are surely there when the logic holds.
fn present(logic: &Logic) -> BTreeSet<String> {
    match logic {
        Logic::Event(term) => [term.name.clone()].into(),
        Logic::And(parts) | Logic::Then(parts) => parts.iter().flat_map(present).collect(),
        Logic::Or(parts) => {
            let mut sets = parts.iter().map(present);
            let first = sets.next().unwrap_or_default();
            sets.fold(first, |a, b| a.intersection(&b).cloned().collect())
        }
        Logic::Count { of, .. } => present(of),
        Logic::Absent { .. } => BTreeSet::new(),
    }
}

fn in_scope(uses: &[Used], present: &BTreeSet<String>) -> Vec<EventInScope> {
    let event = |u: &Used| EventInScope {
        name: u.term.name.clone(),
        payload: u.payload.clone(),
        meta: u.meta.clone(),
        absent: !present.contains(&u.term.name) && u.payload != Type::Error,
    };
    uses.iter().map(event).collect()
}

/// Whether every way to satisfy the logic needs an event that comes.
fn has_positive_everywhere(logic: &Logic) -> bool {
    match logic {
        Logic::Event(_) => true,
        Logic::And(parts) | Logic::Then(parts) => parts.iter().any(has_positive_everywhere),
        Logic::Or(parts) => parts.iter().all(has_positive_everywhere),
        Logic::Count { of, .. } => has_positive_everywhere(of),
        Logic::Absent { .. } => false,
    }
}
