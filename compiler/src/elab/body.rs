//! Bodies of workflows and rules: statements, branches, handlers.

use super::{
    Cx,
    block::Given,
    call::statement,
    expr::{Env, Local},
    named,
    record::visible_behind,
};
use crate::{
    catalog::blocks::WORKFLOW_OPTIONS,
    diag::Diagnostic,
    index::{Kind, Names},
    ir::{self, Body, CallResult, Expr, Input, Stmt},
    names::{self, Binding},
    rules,
    spec::{self, Backoff, Retry},
    types::Type,
    units::Duration,
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasCallOptions, HasDoc, HasName, HasSig},
};
use std::sync::Arc;

/// A workflow, lowered.
#[derive(Clone, PartialEq, Debug)]
pub struct LoweredWorkflow {
    /// Its fields.
    pub spec: spec::Workflow,
    /// Its tree.
    pub ir: ir::Workflow,
    /// The functions and workflows it calls that are declared outside its orchestrator.
    pub callees: Vec<Binding>,
}

/// What surrounds the statements of a body.
struct Around<'a> {
    /// The declared result; `None` where `return` may not stand, with the reason.
    result: Result<Option<&'a Type>, &'static str>,
}

impl Cx<'_> {
    /// A workflow's declaration.
    pub(crate) fn workflow(&mut self, decl: &ast::Workflow) -> Option<LoweredWorkflow> {
        let name = named(decl);
        if let Some((name, range)) = &name {
            self.check_kubernetes_name(name, *range, "workflow");
        }
        let outer = self.enter(Kind::Workflow, name.as_ref());
        let mut signature = self.declared_signature(decl);
        signature.close();
        let mark = self.mark();
        let callees = std::mem::take(&mut self.callees);
        let mut env = Env { place: "a workflow", ..Env::default() };
        for (formal, (name, ty)) in formals(decl).into_iter().zip(params(&signature.input)) {
            if let Some(symbol) = self.defined_at(formal)
                && let Some(body) = decl.body()
            {
                self.note_visible(&body, || Names::Local(symbol, ty.clone()));
            }
            env.locals.push(Local { name, ty, range: formal });
        }
        let options = self.workflow_options(decl);
        let around = Around { result: Ok(signature.output.as_ref()) };
        let body = decl.body().map(|b| self.body(&b, &mut env, &around)).unwrap_or_default();
        if let Some(node) = decl.body()
            && !self.failed_since(mark)
        {
            if let Some(output) = &signature.output
                && !output.assignable_to(&Type::Null)
                && !always_returns(&body.stmts)
            {
                let place = name.as_ref().map_or_else(|| node.range(), |(_, r)| *r);
                self.report(rules::missing_return::diagnostic(output, place));
            }
            if body.stmts.is_empty() {
                let place = name.as_ref().map_or_else(|| node.range(), |(_, r)| *r);
                self.error(
                    &rules::empty_body::RULE,
                    place,
                    "the workflow does nothing: its body has no statement",
                );
            }
        }
        let callees = std::mem::replace(&mut self.callees, callees);
        self.leave(outer);
        let spec = spec::Workflow {
            name: name?.0,
            description: decl.doc(),
            timeout: duration(&options, "timeout"),
            ttl: duration(&options, "ttl"),
            ..spec::Workflow::default()
        };
        Some(LoweredWorkflow { spec, ir: ir::Workflow { signature, body }, callees })
    }

    /// The signature a declaration writes, its types checked and its defaults evaluated.
    pub(crate) fn declared_signature(&mut self, decl: &(impl HasSig + HasDoc)) -> ir::Signature {
        let mut seen: Vec<(String, TextRange)> = Vec::new();
        let mut defaults = Vec::new();
        if let Some(sig) = decl.sig() {
            if let Some(ty) = sig.unnamed() {
                self.part_type(Kind::Input, "", &ty);
            }
            for formal in sig.formals() {
                let declared = named(&formal);
                if let Some(ty) = formal.ty() {
                    let name = declared.as_ref().map_or("", |(name, _)| name);
                    let ty = self.part_type(Kind::Parameter, name, &ty);
                    self.define(Kind::Parameter, declared.as_ref(), Some(&ty));
                } else {
                    self.define(Kind::Parameter, declared.as_ref(), None);
                }
                let Some((name, range)) = declared else { continue };
                if let Some((_, first)) = seen.iter().find(|(n, _)| *n == name) {
                    let message = format!("two parameters are called `{name}`");
                    let diagnostic = Diagnostic::new(&rules::duplicate_name::RULE, range, message);
                    self.report(diagnostic.label(*first, "the first one"));
                }
                defaults.push((name.clone(), self.default_of(&formal)));
                seen.push((name, range));
            }
        }
        if let Some(ty) = decl.result() {
            self.part_type(Kind::Result, "", &ty);
        }
        let mut signature = Self::signature(self.type_scope(), &names::function_sig(decl), self.inside());
        if let Input::Named(params) = &mut signature.input {
            for (param, (_, default)) in params.iter_mut().zip(defaults) {
                param.default = default;
            }
        }
        signature
    }

    /// The type of a parameter or of the result.
    fn part_type(&mut self, kind: Kind, name: &str, ty: &ast::Ty) -> Type {
        let part = self.here(kind, name);
        let outer = self.enter_symbol(part);
        let ty = self.payload_ty(ty);
        self.leave(outer);
        ty
    }

    fn default_of(&mut self, formal: &ast::Formal) -> Option<Expr> {
        let node = formal.default()?;
        let ty = formal.ty().map_or(Type::Any, |t| self.type_scope().resolve(&names::type_expr(Some(&t))));
        Some(self.argument(&format!("the parameter is `{ty}`"), &ty, &node, &Env::constant()))
    }

    /// The body of a rule.
    pub(crate) fn rule_body(&mut self, body: &ast::Body, env: &mut Env) -> Body {
        self.body(body, env, &Around { result: Err("a rule's body has no result") })
    }

    fn body(&mut self, node: &ast::Body, env: &mut Env, around: &Around) -> Body {
        let outer = env.locals.len();
        let stmts = self.stmts(node.stmts(), env, around);
        self.end_scope(env, outer);
        let mut body = Body { stmts, ..Body::default() };
        for handler in node.handlers() {
            let Some(event) = handler.event() else { continue };
            let mut inner = env.clone();
            let around = Around { result: Err("a handler has no result") };
            let stmts =
                self.block(handler.stmts().as_ref(), &mut inner, &around, event.text_range(), "handler");
            match event.text() {
                "failure" => body.on_failure = stmts,
                _ => body.on_exit = stmts,
            }
        }
        body
    }

    /// The statements between braces, in a scope of their own.
    fn block(
        &mut self,
        node: Option<&ast::Stmts>,
        env: &mut Env,
        around: &Around,
        keyword: TextRange,
        what: &str,
    ) -> Vec<Stmt> {
        let Some(node) = node else { return Vec::new() };
        if node.stmts().next().is_none() && !self.is_broken(node.range()) {
            let message = format!("this `{what}` does nothing: there is no statement in it");
            self.report(Diagnostic::new(&rules::empty_block::RULE, keyword, message));
        }
        let outer = env.locals.len();
        let stmts = self.stmts(node.stmts(), env, around);
        self.end_scope(env, outer);
        stmts
    }

    /// Names bound in a scope that ends are remembered, to say so when they are used.
    fn end_scope(&mut self, env: &mut Env, outer: usize) {
        for local in env.locals.drain(outer..) {
            if !self.used_locals.contains(&place(local.range)) {
                self.report(rules::unused::local(&local.name, local.range));
            }
            env.ended.push((local.name, local.range));
        }
    }

    fn stmts(&mut self, nodes: impl Iterator<Item = ast::Stmt>, env: &mut Env, around: &Around) -> Vec<Stmt> {
        let mut stmts: Vec<Stmt> = Vec::new();
        let mut ended = false;
        for node in nodes {
            if ended {
                self.report(rules::unreachable::diagnostic(node.range()));
                ended = false;
            }
            let lowered = self.stmt(&node, env, around);
            ended |= lowered.as_ref().is_some_and(returns);
            stmts.extend(lowered);
        }
        stmts
    }

    fn stmt(&mut self, node: &ast::Stmt, env: &mut Env, around: &Around) -> Option<Stmt> {
        match node {
            ast::Stmt::Let(stmt) => self.let_stmt(stmt, env),
            ast::Stmt::Call(stmt) => {
                let bound = self.bind_call(&stmt.call()?, env)?;
                let mut call = statement(bound, CallResult::Unused);
                self.call_options(stmt, &mut call);
                Some(Stmt::Call(call))
            }
            ast::Stmt::Parallel(stmt) => {
                let around = Around {
                    result: Err("the children of `parallel` run at once; none of them can end the workflow"),
                };
                let body = self.parallel(stmt, env, &around);
                Some(Stmt::Parallel(body))
            }
            ast::Stmt::If(stmt) => Some(self.if_stmt(stmt, env, around)),
            ast::Stmt::For(stmt) => self.for_stmt(stmt, env),
            ast::Stmt::Retry(stmt) => {
                let retry = self.retry(stmt.times().as_ref(), stmt.backoff().as_ref(), stmt.range());
                let body = self.block(stmt.stmts().as_ref(), env, around, first_token(stmt), "retry");
                Some(Stmt::Retry(retry, body))
            }
            ast::Stmt::Wait(stmt) => Some(Stmt::Wait(self.duration_of(stmt.duration().as_ref())?)),
            ast::Stmt::Emit(stmt) => self.emit(stmt, env),
            ast::Stmt::Return(stmt) => self.return_stmt(stmt, env, around),
        }
    }

    fn parallel(&mut self, stmt: &ast::ParallelStmt, env: &mut Env, around: &Around) -> Vec<Stmt> {
        // What a child binds is visible behind the join, like the statements of a sequence.
        let Some(node) = stmt.stmts() else { return Vec::new() };
        if node.stmts().next().is_none() && !self.is_broken(node.range()) {
            let message = "this `parallel` does nothing: there is no statement in it";
            self.report(Diagnostic::new(&rules::empty_block::RULE, first_token(stmt), message));
        }
        let before = env.clone();
        let mut stmts = Vec::new();
        for node in node.stmts() {
            let mut child = before.clone();
            stmts.extend(self.stmt(&node, &mut child, around));
            env.locals.extend(child.locals.into_iter().skip(before.locals.len()));
            env.ended = child.ended;
        }
        stmts
    }

    fn let_stmt(&mut self, stmt: &ast::LetStmt, env: &mut Env) -> Option<Stmt> {
        let name = named(stmt);
        let value = stmt.value();
        let (lowered, ty) = match &value {
            Some(ast::Expr::Call(call)) if self.calls_declaration(call) => match self.bind_call(call, env) {
                Some(bound) => {
                    let output = bound.output.clone();
                    let result =
                        name.as_ref().map_or(CallResult::Unused, |(n, _)| CallResult::Let(n.clone()));
                    let mut lowered = statement(bound, result);
                    self.call_options(stmt, &mut lowered);
                    (Some(Stmt::Call(lowered)), output.unwrap_or_else(|| self.absent_result(call)))
                }
                None => (None, Type::Error),
            },
            value => {
                let (expr, ty) = self.expr(value.as_ref(), env);
                self.reject_call_options(stmt);
                (name.as_ref().map(|(n, _)| Stmt::Let(n.clone(), expr)), ty)
            }
        };
        let (name, range) = name?;
        self.check_shadowing(&name, range, env);
        if ty == Type::Error {
            self.used_locals.insert(place(range));
        }
        self.bind(Kind::Let, (&name, range), &ty, || visible_behind(stmt.syntax()));
        env.locals.push(Local { name, ty, range });
        lowered
    }

    /// The type of the result of a callee that declares none: with a parameter list it is nothing, and that is
    /// reported; without one it is `any`.
    fn absent_result(&mut self, call: &ast::CallExpr) -> Type {
        let callee = callee_name(call);
        if !self.declares_no_result(&callee) {
            return Type::Any;
        }
        self.report(rules::no_result::diagnostic(&callee, call.range()));
        Type::Error
    }

    /// Whether a call is of something declared (and not of a built-in).
    fn calls_declaration(&self, call: &ast::CallExpr) -> bool {
        let name = callee_name(call);
        !name.is_empty()
            && (self.is_callable(&name) || !ir::Builtin::ALL.iter().any(|b| b.name() == name))
            && !matches!(name.as_str(), "secret" | "config")
    }

    /// Whether a callee has a parameter list but no result: then its result is nothing, not `any`.
    fn declares_no_result(&mut self, name: &str) -> bool {
        self.callable(name).is_some_and(|c| c.signature.output.is_none() && c.signature.input != Input::Any)
    }

    fn check_shadowing(&mut self, name: &str, range: TextRange, env: &Env) {
        let hidden = if let Some(local) = env.local(name) {
            Some((Some(local.range), "a value"))
        } else if env.events.iter().any(|e| e.name == name) {
            Some((None, "an event of the rule"))
        } else if self.has_param(name) {
            Some((None, "a param"))
        } else {
            None
        };
        if let Some((first, what)) = hidden {
            self.report(rules::shadowed_name::diagnostic(name, what, range, first));
        }
    }

    fn call_options(&mut self, stmt: &impl HasCallOptions, call: &mut ir::Call) {
        for retry in stmt.retries() {
            let lowered = self.retry(retry.times().as_ref(), retry.backoff().as_ref(), retry.range());
            if call.retry.replace(lowered).is_some() {
                self.error(&rules::duplicate_clause::RULE, retry.range(), "`retry` is given twice");
            }
        }
        for timeout in stmt.timeouts() {
            let Some(lowered) = self.time_of(timeout.duration().as_ref(), "`timeout`") else { continue };
            if call.timeout.replace(lowered).is_some() {
                self.error(&rules::duplicate_clause::RULE, timeout.range(), "`timeout` is given twice");
            }
        }
    }

    fn reject_call_options(&mut self, stmt: &impl HasCallOptions) {
        let ranges = stmt
            .retries()
            .into_iter()
            .map(|r| r.range())
            .chain(stmt.timeouts().into_iter().map(|t| t.range()));
        for range in ranges.collect::<Vec<_>>() {
            if self.is_broken(stmt.range()) {
                continue;
            }
            let message = "`retry` and `timeout` stand behind a call; this expression calls nothing";
            self.error(&rules::misplaced_option::RULE, range, message);
        }
    }

    /// `retry 3 backoff 1s..30s`.
    pub(crate) fn retry(
        &mut self,
        times: Option<&ast::Expr>,
        backoff: Option<&ast::Backoff>,
        range: TextRange,
    ) -> Retry {
        let times = self.count_of(times, 1, 1_000, "a retry").unwrap_or(1);
        let backoff = backoff.and_then(|b| {
            let (from, to) = (self.duration_of(b.from().as_ref())?, self.duration_of(b.to().as_ref())?);
            if from > to {
                self.report(rules::reversed_range::diagnostic(&from.to_string(), &to.to_string(), b.range()));
            }
            Some(Backoff { from, to })
        });
        let _ = range;
        Retry { times, backoff }
    }

    /// An expression over params with its type; `None` when it is broken (reported) or not known yet.
    pub(crate) fn known(&mut self, node: &ast::Expr) -> Option<(Expr, Type)> {
        let (mark, before) = (self.mark(), std::mem::take(&mut self.incomplete));
        let (expr, ty) = self.expr(Some(node), &Env::constant());
        let known = !std::mem::replace(&mut self.incomplete, before) && !self.failed_since(mark);
        (known && ty != Type::Error).then_some((expr, ty))
    }

    /// A count: a whole number or a param of one.
    pub(crate) fn count_of(
        &mut self,
        node: Option<&ast::Expr>,
        min: u32,
        max: u32,
        what: &str,
    ) -> Option<u32> {
        let node = node?;
        let (expr, ty) = self.known(node)?;
        match expr {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the guard bounds it
            Expr::Number(n) if n.fract() == 0.0 && n >= f64::from(min) && n <= f64::from(max) => {
                Some(n as u32)
            }
            Expr::Number(n) => {
                let message = format!("{what} takes a whole number from {min} to {max}; this is {n}");
                self.error(&rules::out_of_range::RULE, node.range(), message);
                None
            }
            _ => {
                self.error(
                    &rules::type_mismatch::RULE,
                    node.range(),
                    format!("{what} takes a whole number; this is `{ty}`"),
                );
                None
            }
        }
    }

    /// A length of time that is not nothing.
    pub(crate) fn time_of(&mut self, node: Option<&ast::Expr>, what: &str) -> Option<Duration> {
        let duration = self.duration_of(node)?;
        if duration.0 > 0 {
            return Some(duration);
        }
        let range = node.map(AstNode::range).unwrap_or_default();
        self.error(&rules::out_of_range::RULE, range, format!("{what} takes more than 0s"));
        None
    }

    /// A duration: a literal or a param of one.
    pub(crate) fn duration_of(&mut self, node: Option<&ast::Expr>) -> Option<Duration> {
        let node = node?;
        if let ast::Expr::Literal(literal) = node
            && let Some(ast::LiteralKind::Number(text)) = literal.kind()
            && text.parse::<Duration>().is_err()
        {
            self.report(rules::wrong_unit::duration(&text, node.range()));
            return None;
        }
        let (expr, ty) = self.known(node)?;
        match expr {
            Expr::Duration(duration) => Some(duration),
            _ => {
                self.error(
                    &rules::type_mismatch::RULE,
                    node.range(),
                    format!("a duration is needed here; this is `{ty}`"),
                );
                None
            }
        }
    }

    fn if_stmt(&mut self, stmt: &ast::IfStmt, env: &mut Env, around: &Around) -> Stmt {
        let mut branches = Vec::new();
        let mut nodes = stmt.branches();
        let mut known = if self.is_mangled(stmt.syntax()) { env.trusting() } else { env.clone() };
        for condition in stmt.conditions() {
            let mark = self.mark();
            let lowered = self.condition(Some(&condition), &known);
            if self.failed_since(mark) || self.is_broken(condition.range()) {
                known = known.trusting();
            }
            let mut inner = known.knowing(&lowered, true);
            let body = self.block(nodes.next().as_ref(), &mut inner, around, condition.range(), "if");
            env.ended.extend(inner.ended.drain(..).skip(known.ended.len()));
            known = known.knowing(&lowered, false);
            branches.push((lowered, body));
        }
        let mut otherwise = Vec::new();
        if let Some(node) = nodes.next() {
            let count = known.ended.len();
            otherwise = self.block(Some(&node), &mut known, around, first_token(&node), "else");
            env.ended.extend(known.ended.drain(..).skip(count));
        }
        self.check_branches(stmt, &branches);
        Stmt::If(branches, otherwise)
    }

    fn check_branches(&mut self, stmt: &ast::IfStmt, branches: &[(Expr, Vec<Stmt>)]) {
        for (node, (condition, _)) in stmt.conditions().zip(branches) {
            if let Expr::Bool(flag) = condition {
                let message = format!("this condition is always {flag}");
                self.report(Diagnostic::new(&rules::unreachable::RULE, node.range(), message));
            }
        }
    }

    fn for_stmt(&mut self, stmt: &ast::ForStmt, env: &mut Env) -> Option<Stmt> {
        let node = stmt.list();
        let (list, ty) = self.expr(node.as_ref(), env);
        let element = crate::types::TypeTable::default().element(&ty);
        if element.is_none()
            && let Some(node) = &node
        {
            let message = format!("`for` goes over a list; this is `{ty}`");
            self.error(&rules::not_a_list::RULE, node.range(), message);
        }
        let max = match stmt.max() {
            Some(max) => self.count_of(Some(&max), 1, 10_000, "`max`"),
            None => None,
        };
        let name = named(stmt);
        let outer = env.locals.len();
        let mut inner = env.clone();
        if let Some((name, range)) = &name {
            self.check_shadowing(name, *range, env);
            let ty = element.unwrap_or(Type::Error);
            if let Some(stmts) = stmt.stmts() {
                self.bind(Kind::Loop, (name, *range), &ty, || stmts.range());
            }
            inner.locals.push(Local { name: name.clone(), ty, range: *range });
        }
        let around =
            Around { result: Err("the turns of `for` run at once; none of them can end the workflow") };
        let body = self.block(stmt.stmts().as_ref(), &mut inner, &around, first_token(stmt), "for");
        self.end_scope(&mut inner, outer);
        env.ended = inner.ended;
        Some(Stmt::For { var: name?.0, list, max, body })
    }

    fn emit(&mut self, stmt: &ast::EmitStmt, env: &Env) -> Option<Stmt> {
        let payload_node = stmt.payload();
        let payload = payload_node.as_ref().map(|p| self.record(p, env));
        let node = stmt.event()?;
        let name = node.text();
        let event = self.internal_event(&name, node.range())?;
        if let Some(payload) = &payload_node {
            self.note_record(payload, &event);
        }
        let (expr, ty) = payload.unwrap_or((Expr::Record(Vec::new()), Type::Record(Arc::default())));
        let range = payload_node.map_or_else(|| stmt.range(), |p| p.range());
        let (expr, ty) = unwrap_value(expr, ty, &event);
        let table = crate::types::TypeTable::default();
        if let Some(mismatch) = table.missing_or_wrong(&ty, &event) {
            self.report(rules::emit_type::diagnostic(&name, &mismatch, &event, range));
        } else {
            self.reject_unknown_fields(&ty, &event, range);
        }
        Some(Stmt::Emit(name, expr))
    }

    fn return_stmt(&mut self, stmt: &ast::ReturnStmt, env: &Env, around: &Around) -> Option<Stmt> {
        let node = stmt.value();
        let (lowered, ty) = match &node {
            Some(ast::Expr::Call(call)) if self.calls_declaration(call) => {
                let bound = self.bind_call(call, env)?;
                let ty = bound.output.clone().unwrap_or_else(|| self.absent_result(call));
                let mut lowered = statement(bound, CallResult::Return);
                self.call_options(stmt, &mut lowered);
                (Stmt::Call(lowered), ty)
            }
            node => {
                let (expr, ty) = self.expr(node.as_ref(), env);
                self.reject_call_options(stmt);
                (Stmt::Return(expr), ty)
            }
        };
        let range = node.as_ref().map_or_else(|| stmt.range(), |n| n.range());
        match around.result {
            Err(reason) => self.error(
                &rules::misplaced_return::RULE,
                first_token(stmt),
                format!("`return` cannot stand here: {reason}"),
            ),
            Ok(None) => {
                let message = "the workflow declares no result";
                let diagnostic = Diagnostic::new(&rules::return_without_result::RULE, range, message);
                self.report(diagnostic.help(format!("say what it gives: `-> {ty}` behind its parameters")));
            }
            Ok(Some(expected)) if ty != Type::Error => {
                self.expect(&ty, expected, range, &format!("the workflow gives `{expected}`"));
            }
            Ok(Some(_)) => {}
        }
        Some(lowered)
    }

    fn workflow_options(&mut self, decl: &ast::Workflow) -> Given {
        let members: Vec<ast::Member> = decl.body().iter().flat_map(ast::Body::members).collect();
        let place = named(decl).map_or_else(|| decl.range(), |(_, r)| r);
        let given = self.given(&members, &WORKFLOW_OPTIONS);
        self.note_block(decl.syntax(), &[&WORKFLOW_OPTIONS], &given);
        self.check_presence(&given, &WORKFLOW_OPTIONS, place, decl);
        given
    }
}

impl ir::Signature {
    /// Of a workflow, whose statements are known: without a parameter list it takes nothing, not `any`.
    pub(crate) fn close(&mut self) {
        if self.input == Input::Any {
            self.input = Input::Named(Vec::new());
        }
    }
}

/// An event whose payload is no record is written `{ value: 31 }`.
pub(crate) fn unwrap_value(expr: Expr, ty: Type, event: &Type) -> (Expr, Type) {
    let record = |t: &Type| matches!(t, Type::Record(_) | Type::Map(_) | Type::Any | Type::Error);
    if event.alternatives().iter().any(record) {
        return (expr, ty);
    }
    match (&expr, &ty) {
        (Expr::Record(fields), Type::Record(types)) if fields.len() == 1 && fields[0].0 == "value" => {
            (fields[0].1.clone(), types.fields[0].ty.clone())
        }
        _ => (expr, ty),
    }
}

/// A duration field of lowered options.
pub(crate) fn duration(options: &Given, key: &str) -> Option<Duration> {
    options.get(key)?.as_str()?.parse().ok()
}

fn formals(decl: &ast::Workflow) -> Vec<TextRange> {
    decl.sig().iter().flat_map(ast::Sig::formals).filter_map(|f| Some(f.name()?.range())).collect()
}

fn params(input: &Input) -> Vec<(String, Type)> {
    match input {
        Input::Named(params) => params
            .iter()
            .map(|p| {
                (
                    p.name.clone(),
                    if p.optional && p.default.is_none() { p.ty.clone().or_null() } else { p.ty.clone() },
                )
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn callee_name(call: &ast::CallExpr) -> String {
    if let Some(ast::Expr::Name(name)) = call.callee() { name.name() } else { String::new() }
}

/// The first word of a statement.
fn first_token(node: &impl AstNode) -> TextRange {
    let range = node.range();
    let token = node.syntax().descendants_with_tokens().filter_map(efl_grammar::SyntaxElement::into_token);
    token.filter(|t| !t.kind().is_trivia()).map(|t| t.text_range()).next().unwrap_or(range)
}

/// Whether a statement ends the workflow on every path.
fn returns(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Return(_) => true,
        Stmt::Call(call) => call.result == CallResult::Return,
        Stmt::If(branches, otherwise) => {
            !otherwise.is_empty()
                && always_returns(otherwise)
                && branches.iter().all(|(_, b)| always_returns(b))
        }
        Stmt::Retry(_, body) => always_returns(body),
        _ => false,
    }
}

fn always_returns(stmts: &[Stmt]) -> bool {
    stmts.iter().any(returns)
}

/// The key of a place.
pub(crate) fn place(range: TextRange) -> (u32, u32) {
    (range.start().into(), range.end().into())
}
