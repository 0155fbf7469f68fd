//! Rules: their event logic, their options, their bodies.

use super::{
    Cx,
    block::{Given, value_range},
    bus::u32_of,
    expr::{Env, EventInScope, Own},
    named,
    orchestrator::{EventDecl, Use},
    record::Place,
};
use crate::{
    catalog::blocks,
    diag::{Diagnostic, a},
    engine::{self, Construct},
    index::{Kind, Names, Symbol},
    ir::{self, Logic, Term},
    rules,
    spec::{self, Backoff, Delivery, OncePer, Pairing, Reset, Retry},
    types::{Lookup, Type, TypeTable},
    value::Value,
};
use efl_grammar::{
    SyntaxNode, TextRange, TextSize,
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
    /// What stands there instead of the event's name: it is misspelt, maybe everywhere.
    misspelt: Option<String>,
    /// The event or its alias, when an editor asks.
    symbol: Option<Symbol>,
}

impl Used {
    /// Whether it is of the same event as another.
    fn is_same_event(&self, other: &Used) -> bool {
        (&self.term.source, &self.term.event) == (&other.term.source, &other.term.event)
    }
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
        if self.is_recording()
            && let Some(logic) = node.logic()
        {
            let behind = TextRange::new(logic.range().end(), node.syntax().text_range().end());
            self.note_events(behind, &env);
        }
        self.clauses(node, &mut rule, &uses);
        let given = self.rule_options(node, place);
        let condition = self.rule_condition(node, &mut env, &given, &uses);
        self.lower_options(&given, node, &mut rule, &uses, condition.is_some());
        if let Some(logic) = &logic {
            self.check_clauses(node, &given, &rule, logic);
        }
        let mark = self.mark();
        let body = node.body().map(|b| self.rule_body(&b, &mut env)).unwrap_or_default();
        if body.stmts.is_empty()
            && !self.failed_since(mark)
            && !self.is_mangled(node.syntax())
            && node.body().is_some_and(|b| b.stmts().next().is_none())
        {
            self.error(&rules::empty_body::RULE, place, "the rule does nothing: its body has no statement");
        }
        name?;
        let (logic, condition) = self.as_filter(logic?, condition);
        Some((rule, ir::Rule { logic, condition, body }))
    }

    /// Under `engine: argo` the `where` of a rule of one event is a predicate, which a Sensor has; it means the same.
    fn as_filter(&self, logic: Logic, condition: Option<ir::Expr>) -> (Logic, Option<ir::Expr>) {
        let argo = self.orc.as_ref().is_some_and(|o| o.engine == spec::Engine::Argo);
        match (logic, condition) {
            (Logic::Event(mut term), Some(condition)) if argo => {
                let condition = own(condition);
                term.predicate = Some(match term.predicate {
                    Some(predicate) => {
                        ir::Expr::Binary(ir::Op::And, Box::new(predicate), Box::new(condition))
                    }
                    None => condition,
                });
                (Logic::Event(term), None)
            }
            unchanged => unchanged,
        }
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
                let duration = self.time_of(not.duration().as_ref(), "`for`");
                self.support(Construct::Absence, node.range());
                Some(Logic::Absent { of: Box::new(of?), duration: duration? })
            }
        }
    }

    fn joined(&mut self, bin: &ast::LogicBin, uses: &mut Vec<Used>) -> Option<Logic> {
        let operator = bin.operator();
        // Of a misspelt one everything is there: nothing more is said.
        let word = operator.as_ref().map_or("and", |operator| operator.text());
        let parts: Vec<Option<Logic>> = bin.operands().map(|l| self.logic(&l, uses)).collect();
        let parts: Vec<Logic> = parts.into_iter().collect::<Option<_>>()?;
        // `a and b and c` is one conjunction, whatever the tree's nesting.
        let mut flat = Vec::new();
        for part in parts {
            match (word, part) {
                ("and", Logic::And(inner)) | ("or", Logic::Or(inner)) | ("then", Logic::Then(inner)) => {
                    flat.extend(inner);
                }
                (_, part) => flat.push(part),
            }
        }
        Some(match word {
            "and" => Logic::And(flat),
            "or" => Logic::Or(flat),
            _ => {
                let range = operator.as_ref().map_or_else(|| bin.range(), |operator| operator.text_range());
                self.support(Construct::Then, range);
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
        if self.is_recording()
            && let Some(predicate) = node.predicate()
        {
            self.note_visible(&predicate, || Names::Own { payload: payload.clone(), meta: meta.clone() });
        }
        let types = |_: &ir::Scope| (payload.clone(), meta.clone());
        let predicate =
            node.predicate().map(|p| self.filter(p.condition().as_ref(), p.range(), &env, &types));
        let range = alias.as_ref().map_or_else(|| reference.range(), AstNode::range);
        let Some(event) = event else {
            uses.extend(unknown_use(&reference, alias.as_ref(), range));
            return None;
        };
        let term = Term {
            source: event.source.clone(),
            event: event.name.clone(),
            qualified: reference.segments().count() > 1,
            name: alias.as_ref().map_or_else(|| event.name.clone(), ast::Name::text),
            predicate,
        };
        let written = reference.segments().last().map(|name| name.text());
        let misspelt = written.filter(|name| alias.is_none() && *name != event.name);
        let symbol = match &alias {
            Some(alias) => {
                let visible = || visible_in_rule(node.syntax());
                self.bind(Kind::Alias, (&alias.text(), alias.range()), &payload, visible);
                self.defined_at(alias.range())
            }
            None => self.orc.as_ref().and_then(|orc| event.symbol(orc)),
        };
        let aliased = alias.is_some();
        uses.push(Used { term: term.clone(), payload, meta, range, aliased, misspelt, symbol });
        Some(term)
    }

    /// A condition on events: one that no event or every event satisfies is reported.
    fn filter(
        &mut self,
        node: Option<&ast::Expr>,
        whole: TextRange,
        env: &Env,
        types: &dyn Fn(&ir::Scope) -> (Type, Type),
    ) -> ir::Expr {
        let mark = self.mark();
        let condition = self.condition(node, env);
        if let Some(node) = node
            && !self.failed_since(mark)
            && !self.is_broken(whole)
        {
            self.report_all(rules::never_holds::check(&condition, types, node));
            if let Some(place) = reads_context(node, env) {
                self.support(Construct::Context, place);
            }
        }
        condition
    }

    /// The event that a reference names; of a misspelt name the one that was probably meant, so that its uses are not
    /// reported too.
    pub(crate) fn event(&mut self, node: &ast::EventRef) -> Option<EventDecl> {
        let segments: Vec<ast::NameRef> = node.segments().collect();
        let (source, name) = match segments.as_slice() {
            [name] => (None, name),
            [source, name] => (Some(self.source_of(source)?), name),
            _ => return None,
        };
        let orc = self.orc.as_ref()?;
        let of_source = |e: &EventDecl| source.as_ref().is_none_or(|s| e.source.as_ref() == Some(s));
        let text = name.text();
        let found: Vec<EventDecl> =
            orc.events.iter().filter(|e| e.name == text && of_source(e)).cloned().collect();
        match found.as_slice() {
            [] => self.unknown_event(&text, name.range(), source.as_deref()),
            // One source that declares it twice was reported there.
            [event, others @ ..] if others.iter().all(|e| e.source == event.source) => {
                self.use_event(event);
                self.note_event(name, event);
                Some(event.clone())
            }
            [first, ..] => {
                for event in &found {
                    self.use_event(event);
                    self.note_event(name, event);
                }
                let sources: Vec<String> = found.iter().filter_map(|e| e.source.clone()).collect();
                self.report(rules::ambiguous_event::diagnostic(&text, &sources, name.range()));
                Some(EventDecl { payload: Type::Error, ..first.clone() })
            }
        }
    }

    /// The source that stands before a dot, or was meant to.
    fn source_of(&mut self, node: &ast::NameRef) -> Option<String> {
        let known: Vec<String> = self.orc.as_ref()?.sources.keys().cloned().collect();
        let text = node.text();
        if known.contains(&text) {
            let symbol = self.orc.as_ref().and_then(|o| Some(o.symbol.as_ref()?.child(Kind::Source, &text)));
            self.note_symbol(node, symbol, None);
            return Some(text);
        }
        self.unknown(&rules::unknown_source::RULE, "source", &text, node.range(), &known);
        super::suggest(&text, &known)
    }

    fn unknown_event(&mut self, name: &str, range: TextRange, source: Option<&str>) -> Option<EventDecl> {
        if source.is_none()
            && let Some(what) = self.other_kind(name)
        {
            let message = format!("`{name}` is {what}, not an event");
            self.error(&rules::wrong_kind_of_name::RULE, range, message);
            return None;
        }
        let events = &self.orc.as_ref()?.events;
        let of_source = |e: &&EventDecl| source.is_none() || e.source.as_deref() == source;
        let known = self.candidates(|| events.iter().filter(of_source).map(|e| e.name.clone()).collect());
        self.unknown(&rules::unknown_event::RULE, "event", name, range, &known);
        let near = super::suggest(name, &known)?;
        let meant = self.orc.as_ref()?.events.iter().find(|e| e.name == near && of_source(e))?.clone();
        self.use_event(&meant);
        Some(meant)
    }

    /// What a name that is no event's stands for.
    fn other_kind(&self, name: &str) -> Option<String> {
        let orc = self.orc.as_ref()?;
        if orc.sources.contains_key(name) {
            return Some("a source".to_owned());
        }
        if orc.functions.contains_key(name) {
            return Some("a function".to_owned());
        }
        if orc.workflows.contains_key(name) {
            return Some("a workflow".to_owned());
        }
        let binding = self.scope.bindings.get(name)?.first()?;
        Some(a(binding.decl.what()))
    }

    fn note_event(&mut self, place: impl Place, event: &EventDecl) {
        let symbol = self.orc.as_ref().and_then(|orc| event.symbol(orc));
        self.note_symbol(place, symbol, Some(&event.payload));
    }

    fn use_event(&mut self, event: &EventDecl) {
        if let Some(orc) = &mut self.orc {
            orc.used.insert(Use::Event(event.source.clone(), event.name.clone()));
        }
    }

    /// Two uses of one name in a rule need an alias; one event twice is not for every engine.
    fn check_uses(&mut self, uses: &[Used]) {
        for (i, used) in uses.iter().enumerate() {
            // A name that was misread may only seem to be the same.
            let misread = |range| self.failed_in(range) || self.is_broken(range);
            if let Some(first) = uses[..i].iter().find(|u| u.term.name == used.term.name)
                && !misread(used.range)
                && !misread(first.range)
            {
                self.report(if used.aliased {
                    let message = format!("two events of this rule are called `{}`", used.term.name);
                    Diagnostic::new(&rules::duplicate_name::RULE, used.range, message)
                        .label(first.range, "the first one")
                } else {
                    rules::alias_needed::diagnostic(&used.term, used.range, first.range)
                });
            } else if uses[..i].iter().any(|u| u.is_same_event(used)) {
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
            rule.within = self.time_of(within.duration().as_ref(), "`within`");
        }
        if let Some(by) = node.by().next() {
            self.support(Construct::By, by.range());
            for field in by.fields() {
                self.check_key(&field, uses);
                rule.by.push(field.text());
            }
        }
    }

    fn check_key(&mut self, field: &ast::NameRef, uses: &[Used]) {
        let name = field.text();
        for used in uses {
            self.note_field(field, &used.payload, &name);
        }
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
        self.note_block(node.syntax(), &[&blocks::RULE_OPTIONS], &given);
        self.check_presence(&given, &blocks::RULE_OPTIONS, place, node);
        given
    }

    fn rule_condition(
        &mut self,
        node: &ast::Rule,
        env: &mut Env,
        given: &Given,
        uses: &[Used],
    ) -> Option<ir::Expr> {
        let clause = node.conditions().next()?;
        let mut inner = env.clone();
        inner.place = "a `where`";
        let mark = self.mark();
        let types = |scope: &ir::Scope| {
            let event =
                env.events.iter().find(|e| matches!(scope, ir::Scope::Event(name) if *name == e.name));
            match event {
                Some(e) if e.absent => (e.payload.clone().or_null(), e.meta.clone().or_null()),
                Some(e) => (e.payload.clone(), e.meta.clone()),
                None => (Type::Any, Type::Any),
            }
        };
        let condition = self.filter(clause.condition().as_ref(), clause.range(), &inner, &types);
        if uses.len() > 1 && given.get("pairing").is_none() {
            self.support(Construct::Where, clause.range());
        }
        if !self.failed_since(mark) {
            *env = env.knowing(&condition, true);
        }
        Some(condition)
    }

    fn lower_options(
        &mut self,
        given: &Given,
        node: &ast::Rule,
        rule: &mut spec::Rule,
        uses: &[Used],
        conditional: bool,
    ) {
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
            let members: Vec<ast::Member> = node.body().iter().flat_map(ast::Body::members).collect();
            let range = value_range(&members, "once-per").or(given.place("once-per")).unwrap_or_default();
            rule.once_per = self.once_per(once, range, uses);
        }
        if let Some(range) = given.place("pairing") {
            self.support(Construct::Pairing, range);
        }
        let argo = self.orc.as_ref().is_some_and(|o| o.engine == spec::Engine::Argo);
        let unpaired = argo && !(conditional && uses.len() > 1);
        self.report_all(rules::option_without_effect::check(rule, given, unpaired));
        self.report_all(rules::conflicting_options::check(rule, given));
    }

    /// What keeps or joins events does nothing in a rule that fires on each event at once.
    fn check_clauses(&mut self, node: &ast::Rule, given: &Given, rule: &spec::Rule, logic: &Logic) {
        if rules::stale_halves::keeps(logic) {
            return;
        }
        let within = node.within().filter(|_| rule.within.is_some()).map(|c| ("within", c.range()));
        let by = node.by().filter(|_| !rule.by.is_empty()).map(|c| ("by", c.range()));
        let reset = rule.reset.as_ref().and(given.place("reset")).map(|r| ("reset", r));
        for (name, range) in within.chain(by).chain(reset) {
            self.report(rules::option_without_effect::keeps_nothing(name, range));
        }
    }

    /// Notes what `event.field` or `field` names; there are no blanks in it.
    fn note_once_per(&mut self, range: TextRange, event: Option<&str>, name: &str, uses: &[&Used]) {
        let field = TextRange::new(range.end() - TextSize::of(name).min(range.len()), range.end());
        for used in uses {
            if let Some(event) = event {
                let place = TextRange::at(range.start(), TextSize::of(event).min(range.len()));
                self.note_symbol(place, used.symbol.clone(), Some(&used.payload));
            }
            self.note_field(field, &used.payload, name);
        }
    }

    fn once_per(&mut self, value: &Value, range: TextRange, uses: &[Used]) -> Option<OncePer> {
        self.support(Construct::OncePer, range);
        let field = value.get("field").and_then(Value::as_str)?;
        let every = value.get("every")?.as_str()?.parse().ok()?;
        let table = TypeTable::default();
        let (event, name) = field.split_once('.').map_or((None, field), |(e, n)| (Some(e), n));
        let candidates: Vec<&Used> = uses.iter().filter(|u| event.is_none_or(|e| u.term.name == e)).collect();
        self.note_once_per(range, event, name, &candidates);
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

/// Where an alias is visible: in the rule, behind its logic.
fn visible_in_rule(node: &SyntaxNode) -> TextRange {
    let logic = node.ancestors().take_while(|n| ast::Logic::cast(n.clone()).is_some()).last();
    let start = logic.map_or_else(|| node.text_range().end(), |n| n.text_range().end());
    let rule = node.ancestors().find_map(ast::Rule::cast);
    TextRange::new(start, rule.map_or(start, |r| r.syntax().text_range().end()))
}

/// A use of an event that is unknown: its name is in scope all the same.
fn unknown_use(reference: &ast::EventRef, alias: Option<&ast::Name>, range: TextRange) -> Option<Used> {
    let event = reference.segments().last()?.text();
    let name = alias.map_or_else(|| event.clone(), ast::Name::text);
    let term = Term { source: None, event, qualified: false, name, predicate: None };
    let aliased = alias.is_some();
    let (payload, meta) = (Type::Error, Type::Error);
    Some(Used { term, payload, meta, range, aliased, misspelt: None, symbol: None })
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
        event: u.term.event.clone(),
        payload: u.payload.clone(),
        meta: u.meta.clone(),
        absent: !present.contains(&u.term.name) && u.payload != Type::Error,
        symbol: u.symbol.clone(),
    };
    let misspelt =
        |u: &Used| u.misspelt.clone().map(|name| EventInScope { name, payload: Type::Error, ..event(u) });
    uses.iter().map(event).chain(uses.iter().filter_map(misspelt)).collect()
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

/// Where a condition reads what Argo's filters do not see: the identity, time and source of an event.
fn reads_context(node: &ast::Expr, env: &Env) -> Option<TextRange> {
    let context = |member: &ast::MemberExpr| {
        let name = member.member().map(|m| m.text())?;
        let base = member.base()?;
        let is_meta = match &base {
            ast::Expr::Name(name) => env.own.is_some() && name.name() == "meta",
            ast::Expr::Member(of) => env.own.is_none() && of.member().is_some_and(|m| m.text() == "meta"),
            _ => false,
        };
        (is_meta && ["id", "time", "source"].contains(&name.as_str())).then(|| member.range())
    };
    node.syntax().descendants().filter_map(ast::MemberExpr::cast).find_map(|m| context(&m))
}

/// An expression over one event of a rule, as one over the event of a predicate.
fn own(expr: ir::Expr) -> ir::Expr {
    use ir::Expr;
    let boxed = |inner: Box<Expr>| Box::new(own(*inner));
    let all = |parts: Vec<Expr>| parts.into_iter().map(own).collect();
    match expr {
        Expr::Payload(_) => Expr::Payload(ir::Scope::Own),
        Expr::Meta(_) => Expr::Meta(ir::Scope::Own),
        Expr::Template(parts) => Expr::Template(all(parts)),
        Expr::Member(base, name) => Expr::Member(boxed(base), name),
        Expr::Index(base, index) => Expr::Index(boxed(base), boxed(index)),
        Expr::Call(builtin, args) => Expr::Call(builtin, all(args)),
        Expr::Not(inner) => Expr::Not(boxed(inner)),
        Expr::Negate(inner) => Expr::Negate(boxed(inner)),
        Expr::Binary(op, left, right) => Expr::Binary(op, boxed(left), boxed(right)),
        Expr::List(items) => Expr::List(all(items)),
        Expr::Record(fields) => {
            Expr::Record(fields.into_iter().map(|(key, value)| (key, own(value))).collect())
        }
        other => other,
    }
}
