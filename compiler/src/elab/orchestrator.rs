//! Orchestrators: the names they declare, then each declaration, then what concerns them all.

use super::{
    Cx, Lowered, TypeScope, block,
    body::LoweredWorkflow,
    extent::{self, Extent},
    function, named,
};
use crate::{
    catalog::blocks,
    diag::Diagnostic,
    index::{Kind, Symbol},
    ir::{self, Callee, Fleet, Origin, Signature},
    names::{self, Binding, Decl, TypeExpr},
    rules,
    spec::{self, Engine, Management, OrchestratorSpec},
    types::Type,
    value::Value,
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasDoc, HasMembers, HasName},
};
use rustc_hash::FxHashMap;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What an orchestrator declares, known before its declarations are checked.
#[derive(Clone, Default)]
pub struct OrchestratorScope {
    pub(crate) name: String,
    pub(crate) engine: Engine,
    /// Its types; those that cannot be written out are errors.
    pub(crate) types: BTreeMap<String, TypeExpr>,
    /// What is wrong with those.
    pub(crate) misfits: FxHashMap<String, Extent>,
    pub(crate) used_types: BTreeSet<String>,
    pub(crate) sources: BTreeMap<String, TextRange>,
    pub(crate) events: Vec<EventDecl>,
    pub(crate) functions: BTreeMap<String, Signature>,
    pub(crate) workflows: BTreeMap<String, Signature>,
    pub(crate) used: BTreeSet<Use>,
    pub(crate) imported: Vec<Binding>,
    /// The internal events that something emits, or was probably meant to emit.
    pub(crate) emitted: BTreeSet<String>,
    /// The ports that its sources listen on.
    pub(crate) ports: Vec<rules::port_clash::Port>,
    pub(crate) fleet: Option<Arc<Fleet>>,
    pub(crate) selector: Option<ir::Expr>,
    /// The orchestrator itself, when an editor asks.
    pub(crate) symbol: Option<Symbol>,
}

/// An event of an orchestrator.
#[derive(Clone)]
pub(crate) struct EventDecl {
    pub(crate) source: Option<String>,
    pub(crate) name: String,
    pub(crate) payload: Type,
    pub(crate) meta: Type,
    pub(crate) range: TextRange,
}

impl EventDecl {
    /// What it is, when an editor asks.
    pub(crate) fn symbol(&self, orc: &OrchestratorScope) -> Option<Symbol> {
        let orc = orc.symbol.as_ref()?;
        Some(match &self.source {
            Some(source) => orc.child(Kind::Source, source).child(Kind::Event, &self.name),
            None => orc.child(Kind::Event, &self.name),
        })
    }
}

/// A declaration of the orchestrator that is used.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Use {
    Event(Option<String>, String),
    Function(String),
    Workflow(String),
}

impl OrchestratorScope {
    /// Whether an event of this name is declared.
    pub(crate) fn has_event(&self, name: &str) -> bool {
        self.events.iter().any(|e| e.name == name)
    }
}

/// The declarations of an orchestrator, lowered.
#[derive(Default)]
struct Parts {
    sources: Vec<spec::Source>,
    events: Vec<spec::InternalEvent>,
    functions: Vec<function::Lowered>,
    workflows: Vec<LoweredWorkflow>,
    rules: Vec<(spec::Rule, ir::Rule)>,
    placement: Option<spec::Placement>,
}

impl Cx<'_> {
    /// An orchestrator's declaration.
    pub(crate) fn orchestrator(&mut self, decl: &ast::Orchestrator) -> Option<ir::Orchestrator> {
        let name = named(decl);
        let place = name.as_ref().map_or_else(|| decl.range(), |(_, r)| *r);
        let members = decl.members();
        let given_engine = engine_of(&members);
        let outer = self.enter(Kind::Orchestrator, name.as_ref());
        self.orc = Some(OrchestratorScope {
            name: name.as_ref().map(|(n, _)| n.clone()).unwrap_or_default(),
            engine: given_engine,
            symbol: self.inside().cloned(),
            ..OrchestratorScope::default()
        });
        self.declare(&members);
        let given = self.given(&members, &blocks::ORCHESTRATOR);
        self.note_block(decl.syntax(), &[&blocks::ORCHESTRATOR], &given);
        self.check_presence(&given, &blocks::ORCHESTRATOR, place, decl);
        self.check_namespaces(&given, &members);
        let parts = self.parts(&members);
        self.patches("orchestrator", None, &members);
        self.leave(outer);
        self.check_names(name.as_ref(), decl, &parts);
        self.check_unused(&members);
        if let Some(ports) = self.orc.as_ref().map(|o| o.ports.clone()) {
            self.report_all(rules::port_clash::check(&ports));
        }
        let orc = self.assemble(name?, decl, &given, parts)?;
        if given.is_meant("engine") && given.get("engine").is_none() {
            self.forget(&rules::engine_unsupported::RULE);
        }
        let mut found = rules::check_orchestrator(&orc, decl);
        if !self.knows_bus(&given, decl) {
            found.retain(|d| d.rule != &rules::single_cluster_bus::RULE);
        }
        // A rule with an error does not mean what it says: it is no subset of another.
        let failed: Vec<TextRange> =
            members.iter().map(|m| m.range()).filter(|r| self.failed_in(*r)).collect();
        found.retain(|d| {
            d.rule != &rules::subsumed_rule::RULE || !failed.iter().any(|r| r.contains_range(d.range))
        });
        self.report_all(found);
        if !self.is_broken(decl.range())
            && let Some(scope) = &self.orc
        {
            let found = rules::never_fires::check(&orc, &scope.emitted, &rules::Places::of(decl));
            self.report_all(found);
        }
        Some(orc)
    }

    /// Whether it is clear which bus is meant, if any, and what it is.
    fn knows_bus(&self, given: &block::Given, decl: &ast::Orchestrator) -> bool {
        if self.is_mangled(decl.syntax()) {
            return false;
        }
        let Some(name) = given.get("bus").and_then(Value::as_str) else {
            return given.place("bus").is_none();
        };
        let binding = self.scope.find(name, |d| matches!(d, Decl::Bus));
        binding.and_then(|binding| self.lowered(binding)).is_some_and(|bus| !bus.has_errors())
    }

    /// Collects what the orchestrator declares, so that order does not matter.
    pub(super) fn declare(&mut self, members: &[ast::Member]) {
        let mut types = BTreeMap::new();
        for member in members {
            if let ast::Member::Type(decl) = member
                && let Some(name) = decl.name()
            {
                types.insert(name.text(), names::type_expr(decl.ty().as_ref()));
            }
        }
        if let Some(orc) = &mut self.orc {
            orc.misfits = extent::of_orchestrator(self.db, self.file, &types);
            orc.misfits.retain(|_, extent| !matches!(extent, Extent::Fits { .. }));
            for name in orc.misfits.keys() {
                types.insert(name.clone(), TypeExpr::Error);
            }
            orc.types = types;
        }
        let scope = self.type_scope();
        let (mut functions, mut workflows) = (BTreeMap::new(), BTreeMap::new());
        let (mut sources, mut events) = (BTreeMap::new(), Vec::new());
        for member in members {
            match member {
                ast::Member::Function(decl) => {
                    declare_callable(decl, Kind::Function, scope, self.inside(), &mut functions);
                }
                ast::Member::Workflow(decl) => {
                    declare_callable(decl, Kind::Workflow, scope, self.inside(), &mut workflows);
                    if let Some((name, _)) = named(decl)
                        && let Some(signature) = workflows.get_mut(&name)
                    {
                        signature.close();
                    }
                }
                ast::Member::Source(node) => {
                    if let Some((name, range)) = named(node) {
                        sources.entry(name).or_insert(range);
                    }
                    events.extend(self.source_events(node));
                }
                ast::Member::Event(node) => events.extend(self.internal(node)),
                _ => {}
            }
        }
        if let Some(orc) = &mut self.orc {
            (orc.functions, orc.workflows, orc.sources, orc.events) = (functions, workflows, sources, events);
        }
        self.check_duplicates(members);
    }

    fn internal(&self, node: &ast::Event) -> Option<EventDecl> {
        let (name, range) = named(node)?;
        let owner = self.here(Kind::Event, &name);
        let payload = |ty| self.type_scope().resolve_of(&names::type_expr(Some(&ty)), owner);
        let payload = node.ty().map_or(Type::Any, payload);
        Some(EventDecl { source: None, name, payload, meta: super::source::internal_meta(self.db), range })
    }

    fn check_duplicates(&mut self, members: &[ast::Member]) {
        let mut seen: Vec<(&str, String, TextRange)> = Vec::new();
        for member in members {
            let Some((space, what, name, range)) = declared(member) else { continue };
            self.check_hiding(space, &name, range);
            self.check_duplicate(&mut seen, space, what, name, range);
            if let ast::Member::Source(source) = member {
                let mut events: Vec<(&str, String, TextRange)> = Vec::new();
                for inner in source.members() {
                    let ast::Member::Event(event) = inner else { continue };
                    let Some((name, range)) = named(&event) else { continue };
                    self.check_duplicate(&mut events, "event", "event", name, range);
                }
            }
        }
    }

    /// A function, workflow or type that hides one of the file.
    fn check_hiding(&mut self, space: &str, name: &str, range: TextRange) {
        let same_space = |d: &Decl| match d {
            Decl::Function(_) | Decl::Workflow(_) => space == "callable",
            Decl::Type { .. } => space == "type",
            _ => false,
        };
        if let Some(hidden) = self.scope.find(name, same_space) {
            let what = format!("the {} of the file", hidden.decl.what());
            self.report(rules::shadowed_name::diagnostic(name, &what, range, None));
        }
    }

    fn check_duplicate(
        &mut self,
        seen: &mut Vec<(&'static str, String, TextRange)>,
        space: &'static str,
        what: &str,
        name: String,
        range: TextRange,
    ) {
        if let Some((_, _, first)) = seen.iter().find(|(s, n, _)| *s == space && *n == name) {
            let diagnostic = Diagnostic::new(
                &rules::duplicate_name::RULE,
                range,
                format!("the {what} `{name}` is declared twice"),
            );
            self.report(diagnostic.label(*first, "the first one"));
        }
        seen.push((space, name, range));
    }

    fn parts(&mut self, members: &[ast::Member]) -> Parts {
        let mut parts = Parts::default();
        for member in members {
            match member {
                ast::Member::Source(node) => {
                    let name = named(node);
                    let outer = self.enter(Kind::Source, name.as_ref());
                    if let Some((name, range)) = name {
                        self.check_kubernetes_name(&name, range, "source");
                    }
                    parts.sources.extend(self.source(node));
                    self.leave(outer);
                }
                ast::Member::Event(node) => parts.events.extend(self.internal_event_decl(node)),
                ast::Member::Function(node) => parts.functions.extend(self.function(node)),
                ast::Member::Workflow(node) => parts.workflows.extend(self.workflow(node)),
                ast::Member::Type(node) => self.type_decl(node),
                ast::Member::Rule(node) => {
                    let name = named(node);
                    let outer = self.enter(Kind::Rule, name.as_ref());
                    if let Some((name, range)) = name {
                        self.check_kubernetes_name(&name, range, "rule");
                    }
                    parts.rules.extend(self.rule(node));
                    self.leave(outer);
                }
                ast::Member::Placement(node) => {
                    let placement = self.placement(node);
                    // The parser reports a second one.
                    parts.placement.get_or_insert(placement);
                }
                _ => {}
            }
        }
        parts
    }

    fn check_namespaces(&mut self, given: &block::Given, members: &[ast::Member]) {
        for key in ["namespace", "target-namespace"] {
            if let Some(namespace) = given.get(key).and_then(Value::as_str) {
                let range = field_value_range(members, key).unwrap_or_default();
                self.report_all(rules::refused_namespace::check(namespace, range));
            }
        }
    }

    /// Reports a name that is no DNS label in kebab-case.
    pub(crate) fn check_kubernetes_name(&mut self, name: &str, range: TextRange, what: &str) {
        self.report_all(rules::not_kebab_case::check(name, what, range));
    }

    /// Reports a name that is longer, with its prefix, than what it becomes allows.
    pub(crate) fn check_budget(
        &mut self,
        name: &str,
        full: &str,
        limit: usize,
        what: &str,
        range: TextRange,
    ) {
        self.report_all(rules::name_too_long::check(name, full, limit, what, range));
    }

    fn check_names(&mut self, name: Option<&(String, TextRange)>, decl: &ast::Orchestrator, parts: &Parts) {
        let Some((orc, range)) = name else { return };
        self.check_kubernetes_name(orc, *range, "orchestrator");
        self.check_budget(orc, &format!("{orc}-events-everywhere"), 63, "a PropagationPolicy", *range);
        for member in decl.members() {
            let Some((_, _, name, range)) = declared(&member) else { continue };
            let full = format!("{orc}-{name}");
            match &member {
                ast::Member::Source(source) => {
                    let listens = source
                        .kind()
                        .and_then(|k| crate::catalog::sources::find(&k.text()))
                        .is_some_and(|k| k.listens);
                    let (limit, what) =
                        if listens { (47, "an EventSource that listens") } else { (52, "an EventSource") };
                    self.check_budget(&name, &full, limit, what, range);
                }
                ast::Member::Rule(_) => self.check_budget(&name, &full, 30, "the Workflows of a rule", range),
                ast::Member::Function(_) => self.check_budget(&name, &full, 50, "a Knative service", range),
                ast::Member::Workflow(_) => self.check_budget(&name, &full, 52, "a WorkflowTemplate", range),
                _ => {}
            }
        }
        self.report_all(rules::name_collision::check(decl, !parts.events.is_empty()));
    }

    fn check_unused(&mut self, members: &[ast::Member]) {
        let Some(orc) = self.orc.clone() else { return };
        for event in &orc.events {
            if !orc.used.contains(&Use::Event(event.source.clone(), event.name.clone())) {
                self.report(rules::unused::declaration(
                    "event",
                    &event.name,
                    event.range,
                    "no rule is on it",
                ));
            }
        }
        for member in members {
            let Some((_, what, name, range)) = declared(member) else { continue };
            let used = match member {
                ast::Member::Function(_) => orc.used.contains(&Use::Function(name.clone())),
                ast::Member::Workflow(_) => orc.used.contains(&Use::Workflow(name.clone())),
                ast::Member::Type(_) => orc.used_types.contains(&name),
                _ => true,
            };
            if !used {
                let why = if what == "type" { "nothing has it" } else { "nothing calls it" };
                self.report(rules::unused::declaration(what, &name, range, why));
            }
        }
    }

    /// Everything put together: imported callees brought in, logic printed as text.
    fn assemble(
        &mut self,
        (name, range): (String, TextRange),
        decl: &ast::Orchestrator,
        given: &block::Given,
        mut parts: Parts,
    ) -> Option<ir::Orchestrator> {
        let mut origins = self.origins(&name, range, decl);
        self.bring_in((&name, range), &mut parts, &mut origins);
        let orc = self.orc.as_ref()?;
        let text = |key: &str| given.get(key).and_then(Value::as_str).map(str::to_owned);
        let events = orc.events.iter().map(|e| ir::Event {
            source: e.source.clone(),
            name: e.name.clone(),
            payload: e.payload.clone(),
            meta: e.meta.clone(),
        });
        let mut assembled = ir::Orchestrator {
            namespace: text("namespace")?,
            description: decl.doc(),
            events: events.collect(),
            functions: parts.functions.iter().map(|f| f.signature.clone()).collect(),
            workflows: parts.workflows.iter().map(|w| w.ir.clone()).collect(),
            rules: parts.rules.iter().map(|(_, r)| r.clone()).collect(),
            origins,
            selector: orc.selector.clone(),
            fleet: orc.fleet.clone().or_else(|| only(self.fleets_in_scope())),
            spec: OrchestratorSpec {
                management: if text("management").as_deref() == Some("external") {
                    Management::External
                } else {
                    Management::Controller
                },
                target_namespace: text("target-namespace"),
                engine: orc.engine,
                event_bus: self.bus_of(given),
                types: Vec::new(),
                sources: parts.sources,
                events: parts.events,
                functions: parts.functions.into_iter().map(|f| f.spec).collect(),
                workflows: parts.workflows.into_iter().map(|w| w.spec).collect(),
                rules: parts.rules.into_iter().map(|(r, _)| r).collect(),
                placement: parts.placement.unwrap_or_default(),
                patches: self.patched.clone(),
            },
            name,
        };
        assembled.print_texts();
        Some(assembled)
    }

    fn bus_of(&self, given: &block::Given) -> Option<spec::EventBus> {
        let name = given.get("bus").and_then(Value::as_str)?;
        let binding = self.scope.find(name, |d| matches!(d, names::Decl::Bus))?;
        match self.lowered(binding)?.lowered.as_ref()? {
            Lowered::Bus(bus) => Some((**bus).clone()),
            _ => None,
        }
    }

    fn origins(&self, name: &str, range: TextRange, decl: &ast::Orchestrator) -> Vec<Origin> {
        let file = self.file.path(self.db);
        let breaks: Vec<usize> = self.text.match_indices('\n').map(|(at, _)| at).collect();
        let line = |range: TextRange| breaks.partition_point(|at| *at < usize::from(range.start()));
        let origin = |declaration: String, range: TextRange| Origin {
            declaration,
            file: file.clone(),
            item: name.to_owned(),
            line: u32::try_from(line(range)).unwrap_or(u32::MAX),
        };
        let mut origins = vec![origin(name.to_owned(), range)];
        for member in decl.members() {
            if let Some((_, what, member_name, range)) = declared(&member) {
                origins.push(origin(format!("{name}/{what}/{member_name}"), range));
            } else if let ast::Member::Placement(placement) = &member {
                origins.push(origin(format!("{name}/placement"), placement.range()));
            }
        }
        origins
    }

    /// Functions and workflows declared outside become the orchestrator's own, and what they call in turn.
    fn bring_in(&mut self, (orc, place): (&str, TextRange), parts: &mut Parts, origins: &mut Vec<Origin>) {
        let mut queue: Vec<Binding> = self.orc.as_ref().map(|o| o.imported.clone()).unwrap_or_default();
        let mut seen: Vec<Binding> = Vec::new();
        while let Some(binding) = queue.pop() {
            if seen.contains(&binding) {
                continue;
            }
            let clashes = parts.functions.iter().any(|f| f.spec.name == binding.name)
                || parts.workflows.iter().any(|w| w.spec.name == binding.name);
            if clashes {
                let message = format!(
                    "two different functions or workflows called `{}` meet in this orchestrator",
                    binding.name
                );
                self.error(&rules::name_collision::RULE, place, message);
                continue;
            }
            self.reads_unknown |= self.lowered(&binding).is_some_and(|a| a.incomplete);
            let what = match self.lowered(&binding).and_then(|a| a.lowered.as_ref()) {
                Some(Lowered::Function(function)) => {
                    self.patched.extend(function.patches.iter().map(|p| super::patch::inside(orc, p)));
                    parts.functions.push((**function).clone());
                    "function"
                }
                Some(Lowered::Workflow(workflow)) => {
                    queue.extend(workflow.callees.iter().cloned());
                    parts.workflows.push((**workflow).clone());
                    "workflow"
                }
                _ => continue,
            };
            origins.push(Origin {
                declaration: format!("{orc}/{what}/{}", binding.name),
                file: binding.file.path(self.db),
                item: binding.name.clone(),
                line: 0,
            });
            seen.push(binding);
        }
    }
}

impl ir::Orchestrator {
    /// Prints logic, bodies, signatures and types as text into the spec.
    pub fn print_texts(&mut self) {
        let one_parameter = |callee: &Callee| self.takes_one_parameter(callee);
        let bodies = |body: &ir::Body| ir::body(body, &one_parameter).to_string();
        let runs: Vec<String> = self.rules.iter().map(|r| bodies(&r.body)).collect();
        let steps: Vec<String> = self.workflows.iter().map(|w| bodies(&w.body)).collect();
        for ((spec, rule), run) in self.spec.rules.iter_mut().zip(&self.rules).zip(runs) {
            spec.on = rule.logic.to_string();
            spec.condition = rule.condition.as_ref().map(|c| ir::head(c).to_string());
            spec.run = run;
        }
        for ((spec, workflow), body) in self.spec.workflows.iter_mut().zip(&self.workflows).zip(steps) {
            spec.body = body;
            spec.parameters = ir::parameters(&workflow.signature.input).filter(|text| text != "()");
            spec.result = workflow.signature.output.as_ref().map(ToString::to_string);
        }
        for (spec, signature) in self.spec.functions.iter_mut().zip(&self.functions) {
            spec.input = ir::parameters(&signature.input);
            spec.output = signature.output.as_ref().map(ToString::to_string);
        }
        self.spec.types = self.named_types();
    }

    /// The named record types that signatures and events use, each with what it stands for.
    fn named_types(&self) -> Vec<spec::NamedType> {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for event in &self.events {
            collect_named(&event.payload, &mut found);
        }
        for signature in self.functions.iter().chain(self.workflows.iter().map(|w| &w.signature)) {
            match &signature.input {
                ir::Input::Any => {}
                ir::Input::Whole(ty) => collect_named(ty, &mut found),
                ir::Input::Named(params) => params.iter().for_each(|p| collect_named(&p.ty, &mut found)),
            }
            signature.output.iter().for_each(|ty| collect_named(ty, &mut found));
        }
        found.into_iter().map(|(name, ty)| spec::NamedType { name, ty }).collect()
    }
}

fn collect_named(ty: &Type, found: &mut BTreeMap<String, String>) {
    match ty {
        Type::Record(record) => {
            if let Some(name) = &record.name {
                found.insert(name.to_string(), ty.definition().to_string());
            }
            record.fields.iter().for_each(|f| collect_named(&f.ty, found));
        }
        Type::List(inner) | Type::Map(inner) => collect_named(inner, found),
        Type::Union(parts) => parts.iter().for_each(|p| collect_named(p, found)),
        _ => {}
    }
}

fn only<T: Clone>(items: &[T]) -> Option<T> {
    if let [one] = items { Some(one.clone()) } else { None }
}

fn declare_callable(
    decl: &(impl ast::HasSig + HasDoc + HasName),
    kind: Kind,
    scope: TypeScope<'_>,
    orc: Option<&Symbol>,
    into: &mut BTreeMap<String, Signature>,
) {
    if let Some((name, _)) = named(decl) {
        let owner = orc.map(|orc| orc.child(kind, &name));
        let mut signature = Cx::signature(scope, &names::function_sig(decl), owner.as_ref());
        if let (ir::Input::Named(params), Some(sig)) = (&mut signature.input, decl.sig()) {
            for (param, formal) in params.iter_mut().zip(sig.formals()) {
                param.default = formal.default().and_then(|d| literal(&d));
            }
        }
        into.insert(name, signature);
    }
}

/// A default that is a literal; others are params, looked up where the function is checked.
fn literal(node: &ast::Expr) -> Option<ir::Expr> {
    match node {
        ast::Expr::Str(text) => text.plain().map(ir::Expr::String),
        ast::Expr::Literal(literal) => match literal.kind()? {
            ast::LiteralKind::Number(text) => text.parse().ok().map(ir::Expr::Number),
            ast::LiteralKind::Bool(flag) => Some(ir::Expr::Bool(flag)),
            ast::LiteralKind::Null => Some(ir::Expr::Null),
        },
        ast::Expr::Unary(_) => block::number_text(node)?.parse().ok().map(ir::Expr::Number),
        _ => None,
    }
}

/// The name space, what it is, the name and its place of a member that declares a name.
pub(crate) fn declared(member: &ast::Member) -> Option<(&'static str, &'static str, String, TextRange)> {
    let (space, what, name) = match member {
        ast::Member::Source(d) => ("source", "source", named(d)),
        ast::Member::Event(d) => ("event", "event", named(d)),
        ast::Member::Function(d) => ("callable", "function", named(d)),
        ast::Member::Workflow(d) => ("callable", "workflow", named(d)),
        ast::Member::Rule(d) => ("rule", "rule", named(d)),
        ast::Member::Type(d) => ("type", "type", named(d)),
        _ => return None,
    };
    name.map(|(name, range)| (space, what, name, range))
}

/// The engine an orchestrator names, before its fields are checked.
fn engine_of(members: &[ast::Member]) -> Engine {
    let word = members.iter().find_map(|m| match m {
        ast::Member::Field(field) if field.key()?.text() == "engine" => match field.value()?.expr()? {
            ast::Expr::Name(word) => Some(word.name()),
            ast::Expr::Str(text) => text.plain(),
            _ => None,
        },
        _ => None,
    });
    if word.as_deref() == Some("efl") { Engine::Efl } else { Engine::Argo }
}

fn field_value_range(members: &[ast::Member], key: &str) -> Option<TextRange> {
    members.iter().find_map(|m| match m {
        ast::Member::Field(field) if field.key()?.text() == key => Some(field.value()?.range()),
        _ => None,
    })
}
