//! Tests: every name, payload, pattern and value checked; running them is the engine's.

use super::{
    Cx, Lowered, TypeScope,
    body::unwrap_value,
    cascade,
    expr::Env,
    orchestrator::{EventDecl, OrchestratorScope},
    record::Unquoted,
};
use crate::{
    catalog::blocks::PENDING,
    db::{ItemText, NameKey, item_node},
    diag::Diagnostic,
    index::{Kind, Meaning, Origin, Symbol},
    ir,
    names::{self, Decl},
    rules,
    types::{Record, RecordField, Type, TypeTable},
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasMembers},
};
use std::sync::Arc;

/// The orchestrator that a test is about.
struct Tested<'db> {
    orc: Arc<ir::Orchestrator>,
    /// Whether it has no errors.
    whole: bool,
    /// The item that declares it.
    item: Option<ItemText<'db>>,
}

impl<'db> Cx<'db> {
    /// A test's declaration.
    pub(crate) fn test(&mut self, node: &ast::Test) {
        let Some(Tested { orc, whole, item }) = self.orchestrator_of(node) else { return };
        self.orc = Some(scope_of(&orc));
        self.recorded_scope(node);
        if whole {
            self.check_reached(node, &orc);
        }
        let mark = self.mark();
        let mut expects = false;
        let mut moved = false;
        for step in node.steps() {
            expects |= matches!(step, ast::Step::Expect(_));
            if let ast::Step::At(at) = &step {
                self.test_time(at, moved);
            }
            moved |= matches!(step, ast::Step::Advance(_))
                || matches!(&step, ast::Step::Send(s) if s.every().is_some());
            self.step(&step, &orc);
        }
        if !expects && let Some(title) = node.title() {
            self.report(Diagnostic::new(
                &rules::test_without_expect::RULE,
                title.range(),
                "the test expects nothing",
            ));
        }
        let text = self.text;
        let mut found = self.take_since(mark);
        found.retain(|d| !cascade::may_be_declared(self.db, d, &text[d.range], item));
        self.report_all(found);
    }

    /// Mocks and expectations of what no rule leads to.
    fn check_reached(&mut self, node: &ast::Test, orc: &ir::Orchestrator) {
        let reached = ir::Reached::of(orc);
        for step in node.steps() {
            match &step {
                ast::Step::Mock(mock) => {
                    let Some(name) = mock.function() else { continue };
                    let known = orc.spec.functions.iter().any(|f| f.name == name.text());
                    if known && !reached.functions.contains(&name.text()) {
                        self.report(rules::needless_mock::diagnostic(&name.text(), name.range()));
                    }
                }
                ast::Step::Expect(expect) if !expect.is_negative() => {
                    let Some(target) = expect.target() else { continue };
                    let (Some(keyword), Some(name)) = (target.keyword(), target.name()) else { continue };
                    let (what, reached, known) = match keyword.text() {
                        "call" => (
                            "function",
                            &reached.functions,
                            orc.spec.functions.iter().any(|f| f.name == name.text()),
                        ),
                        "run" => (
                            "workflow",
                            &reached.workflows,
                            orc.spec.workflows.iter().any(|w| w.name == name.text()),
                        ),
                        "emit" => {
                            ("event", &reached.events, orc.spec.events.iter().any(|e| e.name == name.text()))
                        }
                        _ => continue,
                    };
                    if known && !reached.contains(&name.text()) {
                        self.report(rules::unreachable_expectation::diagnostic(
                            what,
                            &name.text(),
                            name.range(),
                        ));
                    }
                }
                _ => {}
            }
        }
    }

    /// The orchestrator that a test is of, and whether it is without errors.
    fn orchestrator_of(&mut self, node: &ast::Test) -> Option<Tested<'db>> {
        let names = self.scope.names(|d| matches!(d, Decl::Orchestrator));
        let name = match node.orchestrator() {
            Some(reference) => {
                let name = reference.text();
                if !names.contains(&name) {
                    self.unknown(
                        &rules::unknown_orchestrator::RULE,
                        "orchestrator",
                        &name,
                        reference.range(),
                        &names,
                    );
                    return None;
                }
                name
            }
            None => {
                if names.len() != 1 {
                    let range = node.title().map_or_else(|| node.range(), |t| t.range());
                    self.report(rules::orchestrator_not_chosen::diagnostic(&names, range));
                    return None;
                }
                names[0].clone()
            }
        };
        let binding = self.find(&name, |d| matches!(d, Decl::Orchestrator))?;
        if let Some(reference) = node.orchestrator() {
            self.note_binding(&reference, binding, None);
        }
        let analysis = self.lowered(binding)?;
        match analysis.lowered.as_ref()? {
            Lowered::Orchestrator(orc) => Some(Tested {
                orc: orc.clone(),
                whole: !analysis.has_errors(),
                item: cascade::declaring(self.db, binding),
            }),
            _ => None,
        }
    }

    fn test_time(&mut self, at: &ast::StepAt, moved: bool) {
        let Some(node) = at.time() else { return };
        if let Some(text) = node.plain()
            && crate::eval::timestamp::parse(&text).is_none()
        {
            self.report(rules::bad_timestamp::diagnostic(&text, node.range()));
        }
        if moved {
            let message = "`at` sets the clock before time has moved; use `advance` here";
            self.error(&rules::time_goes_back::RULE, at.range(), message);
        }
    }

    fn step(&mut self, step: &ast::Step, orc: &ir::Orchestrator) {
        match step {
            ast::Step::At(_) => {}
            ast::Step::Advance(advance) => {
                self.duration_of(advance.duration().as_ref());
            }
            ast::Step::Send(send) => self.send(send),
            ast::Step::Set(set) => self.set(set, orc),
            ast::Step::Mock(mock) => self.mock(mock, orc),
            ast::Step::Expect(expect) => self.expectation(expect, orc),
        }
    }

    fn send(&mut self, send: &ast::StepSend) {
        let env = Env { place: "a test", ..Env::default() };
        if let Some(times) = send.times() {
            self.count_of(Some(&times), 1, 1_000_000, "`send`");
        }
        if let Some(every) = send.every() {
            self.duration_of(Some(&every));
        }
        let payload = send.payload().map(|p| (self.record(&p, &env), p.range()));
        if let Some(meta) = send.meta() {
            self.send_meta(&meta, &env);
        }
        let mark = self.mark();
        let Some(event) = send.event().and_then(|e| self.event(&e)) else { return };
        if self.failed_since(mark) {
            return;
        }
        if let Some(payload) = send.payload() {
            self.note_record(&payload, &event.payload);
        }
        let Some(((expr, ty), range)) = payload else { return };
        let (_, ty) = unwrap_value(expr, ty, &event.payload);
        if self.expect(
            &ty,
            &event.payload,
            range,
            &format!("the payload of `{}` is `{}`", event.name, event.payload),
        ) {
            self.reject_unknown_fields(&ty, &event.payload, range);
        }
    }

    fn send_meta(&mut self, meta: &ast::RecordExpr, env: &Env) {
        const KNOWN: [&str; 7] = ["id", "time", "source", "header", "topic", "key", "subject"];
        for field in meta.fields() {
            let Some(key) = field.key() else { continue };
            let name = key.text();
            let (expr, ty) = self.expr(field.value().as_ref(), env);
            self.note_typed(Unquoted(&key), || Meaning::ForeignField(None), || Some(ty));
            if !KNOWN.contains(&name.as_str()) {
                let known: Vec<String> = KNOWN.iter().map(|&k| k.to_owned()).collect();
                self.unknown(&rules::no_such_field::RULE, "field of `meta`:", &name, key.range(), &known);
            }
            if let ("time", ir::Expr::String(text), Some(value)) = (name.as_str(), &expr, field.value())
                && crate::eval::timestamp::parse(text).is_none()
            {
                self.report(rules::bad_timestamp::diagnostic(text, value.range()));
            }
        }
    }

    fn set(&mut self, set: &ast::StepSet, orc: &ir::Orchestrator) {
        if let Some(cluster) = set.cluster() {
            self.tested_cluster(&cluster.text(), cluster.range(), orc);
        }
        for field in set.observations().iter().flat_map(ast::RecordExpr::fields) {
            let (Some(key), Some(value)) = (field.key(), field.value()) else { continue };
            let percent = super::block::number_text(&value)
                .is_some_and(|t| t.strip_suffix('%').is_some_and(|n| n.parse::<f64>().is_ok()));
            let metric = !matches!(key.text().as_str(), "cpu" | "memory");
            self.note_observation(&key.text(), Unquoted(&key));
            if let Some(fleet) = orc.fleet.as_ref().filter(|_| metric) {
                let known: Vec<String> =
                    fleet.metrics.iter().cloned().chain([PENDING.0.to_owned()]).collect();
                if !known.contains(&key.text()) {
                    self.unknown(
                        &rules::unknown_metric::RULE,
                        "metric of the fleet:",
                        &key.text(),
                        key.range(),
                        &known,
                    );
                }
            }
            let number = super::block::number_text(&value).is_some_and(|t| t.parse::<f64>().is_ok());
            if !(percent || metric && number) {
                self.report(rules::wrong_unit::percent(
                    &key.text(),
                    value.syntax().text().to_string().trim(),
                    value.range(),
                ));
            }
        }
    }

    fn mock(&mut self, mock: &ast::StepMock, orc: &ir::Orchestrator) {
        let env = Env { place: "a test", ..Env::default() };
        let function = mock.function().and_then(|name| self.tested_function(&name, orc));
        for arg in mock.args().iter().flat_map(ast::Args::positional) {
            let (_, ty) = self.expr(Some(&arg), &env);
            if let Some(function) = &function {
                self.note_keys(&arg, &function.body);
                self.reject_unknown_fields(&ty, &function.body, arg.range());
            }
        }
        for arg in mock.args().iter().flat_map(ast::Args::named) {
            if let (Some(function), Some(name)) = (&function, arg.name()) {
                self.note_field(&name, &function.body, &name.text());
            }
            self.expr(arg.value().as_ref(), &env);
        }
        let output = function.and_then(|f| f.output);
        for outcome in mock.outcomes() {
            if let Some(takes) = outcome.takes() {
                self.duration_of(Some(&takes));
            }
            if let Some(value) = outcome.returns() {
                let expected = output.clone().unwrap_or(Type::Any);
                self.argument(&format!("the function gives `{expected}`"), &expected, &value, &env);
            }
            for value in outcome.failure() {
                self.expr(Some(&value), &env);
            }
        }
    }

    fn tested_function(&mut self, name: &ast::NameRef, orc: &ir::Orchestrator) -> Option<TestedFunction> {
        let text = name.text();
        match orc.spec.functions.iter().position(|f| f.name == text) {
            Some(index) => match self.note_tested(name, Kind::Function, orc) {
                Some((signature, symbol)) => Some(TestedFunction::new(signature, Some(symbol))),
                None => orc.functions.get(index).map(|f| TestedFunction::new(f.clone(), None)),
            },
            None => {
                let known: Vec<String> = orc.spec.functions.iter().map(|f| f.name.clone()).collect();
                self.unknown(&rules::unknown_function::RULE, "function", &text, name.range(), &known);
                None
            }
        }
    }

    /// The scope of an orchestrator as it is written, when an editor asks where its names are declared.
    fn recorded_scope(&mut self, node: &ast::Test) {
        if !self.is_recording() {
            return;
        }
        let name = node.orchestrator().map(|reference| reference.text());
        let is_orchestrator = |d: &Decl| matches!(d, Decl::Orchestrator);
        let name = name.or_else(|| self.scope.names(is_orchestrator).into_iter().next());
        let Some(binding) = name.and_then(|name| self.scope.find(&name, is_orchestrator)) else { return };
        let key = NameKey::new(self.db, binding.name.clone());
        let Some(item) = names::declaring_item(self.db, binding.file, key) else { return };
        let Some(ast::Item::Orchestrator(decl)) = item_node(self.db, item) else { return };
        let mut cx = Cx::recording(self.db, binding.file, item);
        let symbol = Some(Symbol::of(binding));
        cx.enter_symbol(symbol.clone());
        cx.orc = self.orc.take().map(|orc| OrchestratorScope { symbol, ..orc });
        cx.declare(&decl.members());
        self.orc = cx.orc;
    }

    /// Notes a cluster that a test names: of the fleet of the orchestrator, in its file's scope.
    fn note_tested_cluster(&mut self, name: &str, range: TextRange) {
        let Some(file) = self.orc.as_ref().and_then(|orc| Some(orc.symbol.as_ref()?.file)) else { return };
        let exported = |b: &names::Binding| {
            let found = names::exports(self.db, b.file).find(name, |d| matches!(d, Decl::Cluster { .. }));
            found.filter(|_| matches!(&*b.decl, Decl::Cluster { .. } | Decl::Fleet { .. }))
        };
        let bindings = names::file_scope(self.db, file).bindings.values().flatten();
        if let Some(binding) = bindings.clone().find_map(exported) {
            self.note_binding(range, binding, None);
        }
    }

    /// Notes a number of a cluster: a metric of the fleet, or one that every cluster has.
    fn note_observation(&mut self, name: &str, place: Unquoted<'_>) {
        let doc = match name {
            "cpu" => "The part of the processors in use.",
            "memory" => "The part of the memory in use.",
            name if name == PENDING.0 => "How many pods wait for room.",
            name => return self.note_metric(name, place),
        };
        self.note(place, || Meaning::ForeignField(Some(doc.into())));
    }

    /// The signature of a function or workflow that a test names, noted.
    fn note_tested(
        &mut self,
        name: &ast::NameRef,
        kind: Kind,
        orc: &ir::Orchestrator,
    ) -> Option<(ir::Signature, Symbol)> {
        if !self.is_recording() {
            return None;
        }
        let text = name.text();
        let declaration = format!("{}/{}/{text}", orc.name, kind.what());
        let origin = orc.origins.iter().find(|o| o.declaration == declaration)?;
        let own = self.orc.as_ref()?.symbol.clone()?;
        let file = self.workspace().files(self.db).get(&origin.file).copied()?;
        let (symbol, signature) = if file == own.file && *origin.item == *orc.name {
            let signature = self.callable(&text)?.signature;
            (own.child(kind, &text), signature)
        } else {
            let is_callable = |d: &Decl| matches!(d, Decl::Function(_) | Decl::Workflow(_));
            let binding = names::exports(self.db, file).find(&origin.item, is_callable)?;
            let symbol = Symbol::of(binding);
            let (Decl::Function(sig) | Decl::Workflow(sig)) = &*binding.decl else { return None };
            let scope = TypeScope::of_file(self.db, file, true);
            let signature = Self::signature(scope, sig, Some(&symbol));
            (symbol, signature)
        };
        self.note_symbol(name, Some(symbol.clone()), None);
        Some((signature, symbol))
    }

    fn expectation(&mut self, expect: &ast::StepExpect, orc: &ir::Orchestrator) {
        if let Some(times) = expect.times() {
            let count = self.count_of(Some(&times), 0, 1_000_000, "`times`");
            if count == Some(0) {
                let message = "`times 0` means none: write `expect no …`";
                self.error(&rules::bad_expectation::RULE, times.range(), message);
            } else if expect.is_negative() {
                let message = "`expect no …` means none: it takes no `times`";
                self.error(&rules::bad_expectation::RULE, times.range(), message);
            }
        }
        let Some(target) = expect.target() else { return };
        let Some(keyword) = target.keyword() else { return };
        let env = Env { place: "a test", ..Env::default() };
        if let Some(name) = target.name() {
            let symbol = |kind| {
                let orc = self.orc.as_ref()?.symbol.as_ref()?;
                Some(orc.child(kind, &name.text()))
            };
            match keyword.text() {
                "rule" => self.note_symbol(&name, symbol(Kind::Rule), None),
                "run" => drop(self.note_tested(&name, Kind::Workflow, orc)),
                _ => {}
            }
        }
        match keyword.text() {
            "rule" => self.expect_name(
                &target,
                orc.spec.rules.iter().map(|r| &r.name),
                &rules::unknown_rule::RULE,
                "rule",
            ),
            "run" => self.expect_name(
                &target,
                orc.spec.workflows.iter().map(|w| &w.name),
                &rules::unknown_workflow::RULE,
                "workflow",
            ),
            "call" => {
                let function = target.name().and_then(|name| self.tested_function(&name, orc));
                if let (Some(function), Some(pattern)) = (function, target.pattern()) {
                    self.pattern(&pattern, &function.body, &env);
                }
            }
            "emit" => {
                if let Some(name) = target.name() {
                    let ty = self.internal_event(&name.text(), name.range());
                    if let (Some(ty), Some(pattern)) = (ty, target.pattern()) {
                        self.pattern(&pattern, &ty, &env);
                    }
                }
            }
            "dead-letter" => {
                if let Some(event) = target.event() {
                    self.event(&event);
                }
            }
            "placed" => {
                for element in target.clusters().iter().flat_map(ast::ListExpr::elements) {
                    if let ast::Expr::Name(name) = &element {
                        self.tested_cluster(&name.name(), name.range(), orc);
                    }
                }
            }
            "move" => {
                if let Some(name) = target.name() {
                    self.tested_cluster(&name.text(), name.range(), orc);
                }
            }
            _ => {}
        }
    }

    /// A cluster that a test names: one in scope, or one of the orchestrator's fleet.
    fn tested_cluster(&mut self, name: &str, range: TextRange, orc: &ir::Orchestrator) {
        let of_fleet = orc.fleet.as_ref().is_some_and(|f| f.clusters.iter().any(|c| c.name == name));
        if of_fleet {
            self.note_tested_cluster(name, range);
        } else {
            self.cluster(name, range);
        }
    }

    fn expect_name<'a>(
        &mut self,
        target: &ast::Target,
        known: impl Iterator<Item = &'a String>,
        rule: &'static rules::Rule,
        what: &str,
    ) {
        let known: Vec<String> = known.cloned().collect();
        if let Some(name) = target.name()
            && !known.contains(&name.text())
        {
            self.unknown(rule, what, &name.text(), name.range(), &known);
        }
    }

    fn pattern(&mut self, pattern: &ast::Pattern, ty: &Type, env: &Env) {
        self.note_expected(pattern, ty);
        for field in pattern.fields() {
            let (Some(key), Some(pat)) = (field.key(), field.pattern()) else { continue };
            self.note_field(Unquoted(&key), ty, &key.text());
            let Some(found) = TypeTable::default().member(ty, &key.text()).read() else {
                self.report(rules::no_such_field::diagnostic(&key.text(), ty, key.range()));
                continue;
            };
            self.pattern_value(&pat, &found, env);
        }
    }

    fn pattern_value(&mut self, pattern: &ast::Pat, ty: &Type, env: &Env) {
        match pattern {
            ast::Pat::Any(_) => {}
            ast::Pat::Record(record) => self.pattern(record, ty, env),
            ast::Pat::List(list) => {
                let element = TypeTable::default().element(&ty.without_null()).unwrap_or(Type::Any);
                list.elements().for_each(|e| self.pattern_value(&e, &element, env));
            }
            ast::Pat::Matches(matches) => {
                if let Some(regex) = matches.regex()
                    && let Some(text) = regex.plain()
                {
                    self.check_regex(&text, regex.range());
                }
                self.comparable_pattern(&Type::String, ty, matches.range());
            }
            ast::Pat::Value(value) => {
                let (from, found) = self.expr(value.expr().as_ref(), env);
                let Some(upper) = value.upper() else {
                    return self.comparable_pattern(&found, ty, value.range());
                };
                let (to, upper_ty) = self.expr(Some(&upper), env);
                if let (ir::Expr::Number(from), ir::Expr::Number(to)) = (&from, &to)
                    && from > to
                {
                    let (from, to) = (from.to_string(), to.to_string());
                    return self.report(rules::reversed_range::diagnostic(&from, &to, value.range()));
                }
                self.comparable_pattern(&Type::union([found, upper_ty]).widened(), ty, value.range());
            }
        }
    }

    fn comparable_pattern(&mut self, found: &Type, ty: &Type, range: TextRange) {
        if *found != Type::Error && !TypeTable::default().comparable(found, ty) {
            let message = format!("a `{ty}` never matches `{found}`");
            self.error(&rules::type_mismatch::RULE, range, message);
        }
    }
}

/// A function that a test names.
struct TestedFunction {
    /// The type of the body that it is called with.
    body: Type,
    /// What it gives.
    output: Option<Type>,
}

impl TestedFunction {
    fn new(signature: ir::Signature, symbol: Option<Symbol>) -> Self {
        let body = match signature.input {
            ir::Input::Any => Type::Any,
            ir::Input::Whole(ty) => ty,
            ir::Input::Named(params) => {
                let field = |p: ir::Param| RecordField {
                    name: p.name.into(),
                    ty: p.ty,
                    optional: p.optional,
                    doc: None,
                };
                let fields = params.into_iter().map(field).collect();
                let origin = Origin::parameters_of(symbol);
                Type::Record(Arc::new(Record { fields, origin, ..Record::default() }))
            }
        };
        Self { body, output: signature.output }
    }
}

/// The names of a lowered orchestrator, as a test sees them.
fn scope_of(orc: &ir::Orchestrator) -> OrchestratorScope {
    let event = |e: &ir::Event| EventDecl {
        source: e.source.clone(),
        name: e.name.clone(),
        payload: e.payload.clone(),
        meta: e.meta.clone(),
        range: TextRange::default(),
    };
    OrchestratorScope {
        name: orc.name.clone(),
        engine: orc.spec.engine,
        events: orc.events.iter().map(event).collect(),
        sources: orc.spec.sources.iter().map(|s| (s.name.clone(), TextRange::default())).collect(),
        ..OrchestratorScope::default()
    }
}
