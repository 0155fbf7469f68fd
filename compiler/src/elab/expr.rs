//! Expressions: names resolved, types inferred, built into the IR.

use super::{Cx, call, known_names, record::without_quotes, suggest};
use crate::{
    diag::{Applicability, Diagnostic, a},
    index::{Meaning, Symbol},
    ir::{Builtin, Expr, Op, Scope},
    names::Decl,
    rules,
    types::{Literal, Lookup, Record, RecordField, Type, TypeTable},
    units::Duration,
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, LiteralKind, StrPart},
};
use rustc_hash::FxHashSet;
use std::{collections::BTreeSet, sync::Arc};

/// What names mean where an expression stands.
#[derive(Clone, Default)]
pub(crate) struct Env {
    /// The event a predicate is about.
    pub(crate) own: Option<Own>,
    /// The events of the rule around.
    pub(crate) events: Vec<EventInScope>,
    /// `let`s, loop variables and parameters; the last of a name counts.
    pub(crate) locals: Vec<Local>,
    /// Names bound in branches that ended: to say why they are not visible.
    pub(crate) ended: Vec<(String, TextRange)>,
    /// Expressions known not to be `null` here.
    pub(crate) non_null: Vec<Expr>,
    /// The fields of a cluster, in `clusters where`.
    pub(crate) cluster: Option<Type>,
    /// Where it is, for messages: a predicate, a `where`, a workflow.
    pub(crate) place: &'static str,
}

/// The event a predicate is about.
#[derive(Clone)]
pub(crate) struct Own {
    pub(crate) event: String,
    pub(crate) payload: Type,
    pub(crate) meta: Type,
}

/// An event of a rule.
#[derive(Clone)]
pub(crate) struct EventInScope {
    pub(crate) name: String,
    /// The event, where `name` is an alias.
    pub(crate) event: String,
    pub(crate) payload: Type,
    pub(crate) meta: Type,
    /// Whether it may be absent when the rule fires.
    pub(crate) absent: bool,
    /// The event or its alias, when an editor asks.
    pub(crate) symbol: Option<Symbol>,
}

/// A name bound by `let`, a loop or a parameter list.
#[derive(Clone)]
pub(crate) struct Local {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) range: TextRange,
}

impl Env {
    /// An expression of a block: only params are in scope.
    pub(crate) fn constant() -> Self {
        Self { place: "a field", ..Self::default() }
    }

    pub(crate) fn local(&self, name: &str) -> Option<&Local> {
        self.locals.iter().rev().find(|l| l.name == name)
    }

    /// The same, where a condition that was not understood may say of any event that it is there.
    pub(crate) fn trusting(&self) -> Self {
        let mut env = self.clone();
        env.events.iter_mut().for_each(|event| event.absent = false);
        env
    }

    /// The same, where an expression is known to hold (or not to).
    pub(crate) fn knowing(&self, condition: &Expr, holds: bool) -> Self {
        let mut env = self.clone();
        learn(condition, holds, &mut env.non_null);
        env
    }
}

/// What is not `null` when a condition holds (or does not).
fn learn(condition: &Expr, holds: bool, non_null: &mut Vec<Expr>) {
    match condition {
        Expr::Not(inner) => learn(inner, !holds, non_null),
        Expr::Binary(Op::And, a, b) if holds => {
            learn(a, true, non_null);
            learn(b, true, non_null);
        }
        Expr::Binary(Op::Or, a, b) if !holds => {
            learn(a, false, non_null);
            learn(b, false, non_null);
        }
        Expr::Binary(Op::Ne, a, b) if holds => learn_side(a, b, non_null),
        Expr::Binary(Op::Eq, a, b) if !holds => learn_side(a, b, non_null),
        // A comparison with `null` is false: one that holds had a value on both sides.
        Expr::Binary(Op::Eq | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::In | Op::Matches, a, b) if holds => {
            for side in [a, b] {
                if !is_constant(side) {
                    non_null.push((**side).clone());
                }
            }
        }
        _ => {}
    }
}

fn learn_side(a: &Expr, b: &Expr, non_null: &mut Vec<Expr>) {
    match (a, b) {
        (Expr::Null, other) | (other, Expr::Null) => non_null.push(other.clone()),
        _ => {}
    }
}

fn is_constant(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Null | Expr::Bool(_) | Expr::Number(_) | Expr::String(_) | Expr::Duration(_) | Expr::List(_)
    )
}

/// An expression and its type.
pub(crate) type Typed = (Expr, Type);

/// What stands in for an expression that was reported.
pub(crate) const BROKEN: Typed = (Expr::Null, Type::Error);

impl Cx<'_> {
    /// An expression; a missing one was reported by the parser.
    pub(crate) fn expr(&mut self, node: Option<&ast::Expr>, env: &Env) -> Typed {
        let Some(node) = node else { return BROKEN };
        let (expr, ty) = match node {
            ast::Expr::Literal(literal) => self.literal(literal),
            ast::Expr::Str(text) => self.string(text, env),
            ast::Expr::Name(name) => self.name(name, env, false),
            ast::Expr::List(list) => self.list(list, env),
            ast::Expr::Record(record) => self.record(record, env),
            ast::Expr::Paren(paren) => self.expr(paren.inner().as_ref(), env),
            ast::Expr::Binary(binary) => self.binary(binary, env),
            ast::Expr::Unary(unary) => self.unary(unary, env),
            ast::Expr::Member(member) => self.member(member, env),
            ast::Expr::Index(index) => self.index(index, env),
            ast::Expr::Call(call) => self.call_in_expr(call, env),
        };
        let ty = if ty.is_nullable() && env.non_null.contains(&expr) { ty.without_null() } else { ty };
        self.note_type(node, &ty);
        (expr, ty)
    }

    /// A condition: an expression that is `bool` (or `any`).
    pub(crate) fn condition(&mut self, node: Option<&ast::Expr>, env: &Env) -> Expr {
        let (expr, ty) = self.expr(node, env);
        if let Some(node) = node
            && !ty.without_null().assignable_to(&Type::Bool)
        {
            let message = format!("a condition is `bool`; this is `{ty}`");
            self.error(&rules::type_mismatch::RULE, node.range(), message);
        }
        expr
    }

    fn literal(&mut self, node: &ast::Literal) -> Typed {
        match node.kind() {
            Some(LiteralKind::Bool(flag)) => (Expr::Bool(flag), Type::Literal(Literal::Bool(flag))),
            Some(LiteralKind::Null) => (Expr::Null, Type::Null),
            Some(LiteralKind::Number(text)) => self.number(&text, node.range()),
            None => BROKEN,
        }
    }

    fn number(&mut self, text: &str, range: TextRange) -> Typed {
        if let Ok(number) = text.parse::<f64>() {
            return (Expr::Number(number), Type::Literal(Literal::Number(number)));
        }
        if let Ok(duration) = text.parse::<Duration>() {
            return (Expr::Duration(duration), Type::Duration);
        }
        let message = format!("`{text}` has a unit that means nothing in an expression");
        self.report(
            Diagnostic::new(&rules::wrong_unit::RULE, range, message)
                .help("numbers in expressions are plain, or durations: 500ms 10s 5m 2h 7d"),
        );
        BROKEN
    }

    fn string(&mut self, node: &ast::Str, env: &Env) -> Typed {
        let parts = node.parts();
        let expressions = node.syntax().children().filter_map(ast::Interpolation::cast);
        let ranges: Vec<TextRange> = expressions.map(|i| i.range()).collect();
        let mut lowered = Vec::new();
        let mut next = 0;
        for part in parts {
            match part {
                StrPart::Text(text) => lowered.push(Expr::String(text)),
                StrPart::Expr(expr) => {
                    let range = ranges.get(next).copied().unwrap_or_else(|| node.range());
                    next += 1;
                    lowered.push(self.interpolated(expr.as_ref(), range, env));
                }
            }
        }
        match lowered.as_slice() {
            [] => (Expr::String(String::new()), Type::Literal(Literal::String("".into()))),
            [Expr::String(text)] => {
                (Expr::String(text.clone()), Type::Literal(Literal::String(text.as_str().into())))
            }
            parts if parts.iter().all(|p| matches!(p, Expr::String(_))) => {
                let text: String = parts
                    .iter()
                    .filter_map(|p| if let Expr::String(t) = p { Some(&**t) } else { None })
                    .collect();
                (Expr::String(text.clone()), Type::Literal(Literal::String(text.into())))
            }
            _ => (Expr::Template(lowered), Type::String),
        }
    }

    fn interpolated(&mut self, node: Option<&ast::Expr>, range: TextRange, env: &Env) -> Expr {
        let (expr, ty) = self.expr(node, env);
        let structured = |t: &Type| matches!(t, Type::Record(_) | Type::List(_) | Type::Map(_));
        if ty.alternatives().iter().any(structured) {
            let message =
                format!("`{ty}` has no text form: only text, numbers, flags and times can stand in `${{ }}`");
            let help = "name one of its fields, or pass the value itself instead of text";
            self.report(Diagnostic::new(&rules::bad_interpolation::RULE, range, message).help(help));
        }
        match expr {
            // A constant is text at once: params disappear in what is compiled.
            Expr::Number(number) => Expr::String(format!("{number}")),
            Expr::Bool(flag) => Expr::String(format!("{flag}")),
            Expr::Duration(duration) => Expr::String(duration.to_string()),
            other => other,
        }
    }

    fn list(&mut self, node: &ast::ListExpr, env: &Env) -> Typed {
        let (mut items, mut types) = (Vec::new(), Vec::new());
        for element in node.elements() {
            let (item, ty) = self.expr(Some(&element), env);
            items.push(item);
            types.push(ty);
        }
        let element = if types.is_empty() { Type::Any } else { Type::union(types) };
        (Expr::List(items), Type::List(Arc::new(element)))
    }

    /// A record literal.
    pub(crate) fn record(&mut self, node: &ast::RecordExpr, env: &Env) -> Typed {
        let (mut fields, mut types) = (Vec::<(String, Expr)>::new(), Vec::new());
        let mut names = FxHashSet::default();
        for field in node.fields() {
            let Some(key) = field.key() else { continue };
            let (value, ty) = self.expr(field.value().as_ref(), env);
            let name = key.text();
            if !names.insert(name.clone()) {
                let message = format!("the record has two fields `{name}`");
                self.error(&rules::duplicate_field::RULE, key.range(), message);
                continue;
            }
            types.push(RecordField { name: name.as_str().into(), ty, optional: false, doc: None });
            fields.push((name, value));
        }
        (Expr::Record(fields), Type::Record(Arc::new(Record { fields: types, ..Record::default() })))
    }

    /// A name. `null_wanted`: it is compared with `null`, so an absent event is what is asked about.
    fn name(&mut self, node: &ast::NameExpr, env: &Env, null_wanted: bool) -> Typed {
        let (name, range) = (node.name(), node.range());
        if let Some(own) = &env.own
            && let Some(found) = own_name(own, &name, |cx_name| self.has_param(cx_name))
        {
            match &found.0 {
                Expr::Meta(_) => self.note_typed(range, || Meaning::Meta, || Some(found.1.clone())),
                Expr::Member(..) => self.note_field(range, &own.payload, &name),
                _ => self.note_typed(range, || Meaning::ForeignField(None), || Some(found.1.clone())),
            }
            return found;
        }
        if let Some(ty) = &env.cluster
            && let Some(found) = TypeTable::default().member(ty, &name).read()
        {
            self.note_cluster_field(range, &name, &found);
            return (Expr::Member(Box::new(Expr::Payload(Scope::Own)), name), found);
        }
        if let Some(local) = env.local(&name) {
            self.used_locals.insert(super::body::place(local.range));
            let symbol = self.defined_at(local.range);
            self.note_symbol(range, symbol, Some(&local.ty));
            return (Expr::Local(name), local.ty.clone());
        }
        if let Some(event) = env.events.iter().find(|e| e.name == name) {
            self.note_symbol(range, event.symbol.clone(), Some(&event.payload));
            let expr = Expr::Payload(Scope::Event(name));
            let guarded = !event.absent || env.non_null.contains(&expr);
            if !guarded && !null_wanted {
                self.report(rules::maybe_absent::diagnostic(&event.name, range));
                // What its fields are is asked all the same.
                if !self.is_recording() {
                    return (expr, Type::Error);
                }
            }
            let ty = if guarded { event.payload.clone() } else { event.payload.clone().or_null() };
            return (expr, ty);
        }
        if let Some(found) = self.param_value(&name) {
            self.note_param(range, &name);
            return found;
        }
        self.unknown_name(&name, range, env);
        BROKEN
    }

    fn unknown_name(&mut self, name: &str, range: TextRange, env: &Env) {
        if self.is_broken_import(name) {
            return;
        }
        if let Some((_, bound)) = env.ended.iter().find(|(ended, _)| ended == name) {
            self.retract(&rules::unused::RULE, *bound);
            return self.report(rules::unbound_let::diagnostic(name, range, *bound));
        }
        if let Some((left, right)) = name.split_once('-')
            && self.knows(left, env)
            && (right.parse::<f64>().is_ok() || self.knows(right, env))
        {
            let (title, text) = (format!("Write `{left} - {right}`"), format!("{left} - {right}"));
            let message = format!("unknown name `{name}`: `-` inside a word is part of the word");
            let diagnostic = Diagnostic::new(&rules::unknown_name::RULE, range, message);
            let help = format!("did you mean the subtraction `{text}`?");
            return self.report(diagnostic.help(help).fix(Applicability::Unsafe, title, range, text));
        }
        let known = if self.says_enough() { Vec::new() } else { self.known_values(env) };
        if let Some(renamed) = env.events.iter().find(|e| e.event == name) {
            return self.report(rules::event_not_in_rule::renamed(name, &renamed.name, range));
        }
        if env.own.is_some()
            && suggest(name, &known).is_none()
            && self.orc.as_ref().is_some_and(|o| o.has_event(name))
        {
            return self.report(rules::event_not_in_rule::diagnostic(name, env.place, range));
        }
        if let Some(own) = &env.own {
            return self.report(rules::no_such_field::payload(name, &own.event, &own.payload, range, &known));
        }
        if let Some(orc) = &self.orc
            && orc.has_event(name)
        {
            return self.report(rules::event_not_in_rule::diagnostic(name, env.place, range));
        }
        if let Some(binding) = self.scope.bindings.get(name).and_then(|b| b.first()) {
            let what = binding.decl.what();
            self.used.insert(name.to_owned());
            let message = format!("`{name}` is {}, not a value", a(what));
            return self.error(&rules::wrong_kind_of_name::RULE, range, message);
        }
        // What was probably meant is no unused value.
        if let Some(meant) = suggest(name, &known).and_then(|near| env.local(&near)) {
            self.used_locals.insert(super::body::place(meant.range));
        }
        self.unknown(&rules::unknown_name::RULE, "name", name, range, &known);
    }

    fn knows(&mut self, name: &str, env: &Env) -> bool {
        let own = env.own.as_ref().is_some_and(|own| {
            matches!(TypeTable::default().member(&own.payload, name), Lookup::Found(_) | Lookup::Optional(_))
        });
        own || env.local(name).is_some() || env.events.iter().any(|e| e.name == name) || self.has_param(name)
    }

    fn known_values(&mut self, env: &Env) -> Vec<String> {
        let table = TypeTable::default();
        let mut known: BTreeSet<String> = env.locals.iter().map(|l| l.name.clone()).collect();
        known.extend(env.events.iter().map(|e| e.name.clone()));
        known.extend(self.scope.names(|d| matches!(d, Decl::Param { .. })));
        let fields = env.own.iter().map(|own| &own.payload).chain(&env.cluster);
        for ty in fields {
            known.extend(table.fields(ty).iter().map(|f| f.name.to_string()));
        }
        known.into_iter().collect()
    }

    fn unary(&mut self, node: &ast::UnaryExpr, env: &Env) -> Typed {
        let operand = node.operand();
        if node.operator().is_some_and(|t| t.text() == "not") {
            return (Expr::Not(Box::new(self.condition(operand.as_ref(), env))), Type::Bool);
        }
        let (expr, ty) = self.expr(operand.as_ref(), env);
        match (expr, ty) {
            (Expr::Number(n), _) => (Expr::Number(-n), Type::Literal(Literal::Number(-n))),
            (expr, ty) => {
                let range = operand.map_or_else(|| node.range(), |o| o.range());
                self.expect_number(&ty, range, "-");
                (Expr::Negate(Box::new(expr)), arithmetic_type(&ty, &Type::Int))
            }
        }
    }

    fn binary(&mut self, node: &ast::BinaryExpr, env: &Env) -> Typed {
        let Some(op) = node.operator().and_then(|t| operator(t.text())) else { return BROKEN };
        match op {
            Op::And | Op::Or => {
                let left = self.condition(node.left().as_ref(), env);
                let right = self.condition(node.right().as_ref(), &env.knowing(&left, op == Op::And));
                (Expr::Binary(op, Box::new(left), Box::new(right)), Type::Bool)
            }
            Op::Eq | Op::Ne => self.equality(node, op, env),
            Op::Lt | Op::Le | Op::Gt | Op::Ge => self.ordering(node, op, env),
            Op::In => self.membership(node, env),
            Op::Matches => self.matches(node, env),
            Op::Coalesce => self.coalesce(node, env),
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => self.arithmetic(node, op, env),
        }
    }

    fn sides(&mut self, node: &ast::BinaryExpr, env: &Env) -> (Typed, Typed) {
        (self.expr(node.left().as_ref(), env), self.expr(node.right().as_ref(), env))
    }

    fn equality(&mut self, node: &ast::BinaryExpr, op: Op, env: &Env) -> Typed {
        let (left, right) = (node.left(), node.right());
        let (a, a_ty) = self.compared(left.as_ref(), right.as_ref(), env);
        let (b, b_ty) = self.compared(right.as_ref(), left.as_ref(), env);
        if self.stray_unit(left.as_ref(), &b_ty) || self.stray_unit(right.as_ref(), &a_ty) {
            return (Expr::Binary(op, Box::new(a), Box::new(b)), Type::Bool);
        }
        if TypeTable::default().comparable(&a_ty, &b_ty) {
            self.check_literal_in_union(node, &a_ty, &b_ty);
        } else {
            self.report(rules::unlike_comparison::diagnostic(op, &a_ty, &b_ty, node.range()));
        }
        (Expr::Binary(op, Box::new(a), Box::new(b)), Type::Bool)
    }

    /// A side of `==` or `!=`: an absent event may be compared with `null`.
    fn compared(&mut self, node: Option<&ast::Expr>, other: Option<&ast::Expr>, env: &Env) -> Typed {
        let null = |e: &ast::Expr| matches!(e, ast::Expr::Literal(l) if l.kind() == Some(LiteralKind::Null));
        match node {
            Some(ast::Expr::Name(name)) if other.is_some_and(null) => self.name(name, env, true),
            node => self.expr(node, env),
        }
    }

    /// Reports a text that is no time where it is compared with one.
    fn bad_time(&mut self, node: Option<&ast::Expr>, value: &Expr, other: &Type) -> bool {
        let (Some(node), Expr::String(text)) = (node, value) else { return false };
        let wrong = other.without_null() == Type::Timestamp && crate::eval::timestamp::parse(text).is_none();
        if wrong {
            self.report(rules::bad_timestamp::diagnostic(text, node.range()));
        }
        wrong
    }

    /// Reports a number with a unit where it is compared with something else than a duration.
    fn stray_unit(&mut self, node: Option<&ast::Expr>, other: &Type) -> bool {
        let Some(text) = node.and_then(super::block::number_text).filter(|t| t.parse::<Duration>().is_ok())
        else {
            return false;
        };
        if other.is_unknown() || other.alternatives().contains(&Type::Duration) {
            return false;
        }
        let range = node.map(AstNode::range).unwrap_or_default();
        self.report(rules::wrong_unit::plain(&format!("a comparison with `{other}`"), &text, range));
        true
    }

    /// `level == "hihg"` where `level: "low" | "high"`: a literal outside the union.
    fn check_literal_in_union(&mut self, node: &ast::BinaryExpr, a: &Type, b: &Type) {
        for (side, literal, other) in [(node.left(), a, b), (node.right(), b, a)] {
            let (Type::Literal(value), Some(side)) = (literal, side) else { continue };
            if matches!(other, Type::Literal(_)) {
                continue;
            }
            let known: Vec<&Literal> = other
                .alternatives()
                .iter()
                .filter_map(|t| if let Type::Literal(l) = t { Some(l) } else { None })
                .collect();
            let closed = other.alternatives().iter().all(|t| matches!(t, Type::Literal(_) | Type::Null));
            if closed && !known.is_empty() && !known.contains(&value) {
                self.report(rules::never_holds::outside_union(value, &known, side.range()));
            }
        }
    }

    fn ordering(&mut self, node: &ast::BinaryExpr, op: Op, env: &Env) -> Typed {
        let ((a, a_ty), (b, b_ty)) = self.sides(node, env);
        if self.stray_unit(node.left().as_ref(), &b_ty) || self.stray_unit(node.right().as_ref(), &a_ty) {
            return (Expr::Binary(op, Box::new(a), Box::new(b)), Type::Bool);
        }
        if self.bad_time(node.left().as_ref(), &a, &b_ty) || self.bad_time(node.right().as_ref(), &b, &a_ty) {
            return (Expr::Binary(op, Box::new(a), Box::new(b)), Type::Bool);
        }
        let table = TypeTable::default();
        let known = |ty: &Type| !ty.without_null().is_unknown();
        if (known(&a_ty) || known(&b_ty)) && !table.ordered(&a_ty, &b_ty) {
            let unordered = |ty: &Type| {
                known(ty) && !table.ordered(ty, &Type::Number) && !table.ordered(ty, &Type::Timestamp)
            };
            let place = match (node.left(), node.right()) {
                (Some(left), _) if unordered(&a_ty) => left.range(),
                (_, Some(right)) if unordered(&b_ty) => right.range(),
                _ => node.range(),
            };
            let unlike = !unordered(&a_ty) && !unordered(&b_ty) && known(&a_ty) && known(&b_ty);
            if unlike {
                self.report(rules::unlike_comparison::diagnostic(op, &a_ty, &b_ty, node.range()));
            } else if unordered(&a_ty) || unordered(&b_ty) {
                let ty = if unordered(&a_ty) { &a_ty } else { &b_ty };
                self.report(rules::unordered_comparison::diagnostic(op, ty, place));
            }
        }
        (Expr::Binary(op, Box::new(a), Box::new(b)), Type::Bool)
    }

    fn membership(&mut self, node: &ast::BinaryExpr, env: &Env) -> Typed {
        let ((a, a_ty), (b, b_ty)) = self.sides(node, env);
        let table = TypeTable::default();
        match table.element(&b_ty.without_null()) {
            None if !b_ty.is_unknown() => {
                let range = node.right().map_or_else(|| node.range(), |r| r.range());
                let message = format!("`in` looks into a list; this is `{b_ty}`");
                let mut diagnostic = Diagnostic::new(&rules::not_a_list::RULE, range, message);
                if b_ty.without_null().assignable_to(&Type::String) {
                    diagnostic = diagnostic.help("for a part of a text write `contains(text, part)`");
                }
                self.report(diagnostic);
            }
            Some(element) if !table.comparable(&a_ty, &element) => {
                self.report(rules::unlike_comparison::diagnostic(Op::In, &a_ty, &b_ty, node.range()));
            }
            _ => {}
        }
        (Expr::Binary(Op::In, Box::new(a), Box::new(b)), Type::Bool)
    }

    fn matches(&mut self, node: &ast::BinaryExpr, env: &Env) -> Typed {
        let ((a, a_ty), (b, _)) = self.sides(node, env);
        if let Some(left) = node.left() {
            self.expect(&a_ty.without_null(), &Type::String, left.range(), "`matches` looks at text");
        }
        if let Some(right) = node.right() {
            match &b {
                Expr::String(_) if self.is_broken(right.range()) => {}
                Expr::String(pattern) => self.check_regex(pattern, right.range()),
                Expr::Null => {}
                _ => {
                    let message = "a pattern is a text literal: it is compiled once, before any event comes";
                    self.error(&rules::bad_regex::RULE, right.range(), message);
                }
            }
        }
        (Expr::Binary(Op::Matches, Box::new(a), Box::new(b)), Type::Bool)
    }

    /// Reports a pattern that RE2 does not take.
    pub(crate) fn check_regex(&mut self, pattern: &str, range: TextRange) {
        if let Err(reason) = crate::eval::pattern::check(pattern) {
            self.report(rules::bad_regex::diagnostic(pattern, &reason.to_string(), range));
        }
    }

    fn coalesce(&mut self, node: &ast::BinaryExpr, env: &Env) -> Typed {
        let left = node.left();
        let (a, a_ty) = match &left {
            Some(ast::Expr::Name(name)) => self.name(name, env, true),
            other => self.expr(other.as_ref(), env),
        };
        let (b, b_ty) = self.expr(node.right().as_ref(), env);
        if let Some(left) = left
            && !a_ty.is_nullable()
            && !a_ty.is_unknown()
        {
            self.report(rules::useless_coalesce::diagnostic(&a_ty, left.range(), node.range()));
        }
        let ty = TypeTable::default().join(&a_ty.without_null(), &b_ty);
        (Expr::Binary(Op::Coalesce, Box::new(a), Box::new(b)), ty)
    }

    fn arithmetic(&mut self, node: &ast::BinaryExpr, op: Op, env: &Env) -> Typed {
        let ((a, a_ty), (b, b_ty)) = self.sides(node, env);
        let (left, right) = (node.left(), node.right());
        if op == Op::Add && [&a_ty, &b_ty].iter().any(|t| is_text(t)) {
            let message = "`+` adds numbers; text is joined with interpolation";
            let diagnostic = Diagnostic::new(&rules::type_mismatch::RULE, node.range(), message);
            self.report(diagnostic.help("write \"${a}${b}\""));
            return (Expr::Binary(op, Box::new(a), Box::new(b)), Type::Error);
        }
        for (side, ty) in [(left, &a_ty), (right, &b_ty)] {
            if let Some(side) = side {
                self.expect_number(ty, side.range(), op.symbol());
            }
        }
        if matches!(op, Op::Div | Op::Rem) && b == Expr::Number(0.0) {
            let range = node.right().map_or_else(|| node.range(), |r| r.range());
            self.error(
                &rules::division_by_zero::RULE,
                range,
                format!("`{}` by zero never has a value", op.symbol()),
            );
        }
        let ty = if op == Op::Div { Type::Number } else { arithmetic_type(&a_ty, &b_ty) };
        (Expr::Binary(op, Box::new(a), Box::new(b)), ty)
    }

    fn expect_number(&mut self, ty: &Type, range: TextRange, op: &str) {
        self.expect(&ty.without_null(), &Type::Number, range, &format!("`{op}` takes numbers"));
    }

    /// Reports a value that is not of the type that its place takes; `why` begins the message.
    pub(crate) fn expect(&mut self, found: &Type, expected: &Type, range: TextRange, why: &str) -> bool {
        let Some(mismatch) = TypeTable::default().missing_or_wrong(found, expected) else { return true };
        self.report(rules::type_mismatch::diagnostic(why, &mismatch, found, expected, range));
        false
    }

    fn member(&mut self, node: &ast::MemberExpr, env: &Env) -> Typed {
        let Some(member) = node.member() else {
            self.expr(node.base().as_ref(), env);
            return BROKEN;
        };
        let name = member.text();
        if let Some(event) = Self::event_of(node.base().as_ref(), env) {
            return self.event_member(&event, &name, member.range(), node, env);
        }
        let (base, ty) = self.expr(node.base().as_ref(), env);
        if ty.is_unknown() {
            return (Expr::Member(Box::new(base), name), ty);
        }
        self.note_field(&member, &ty, &name);
        let found = TypeTable::default().member(&ty, &name).read();
        let Some(found) = found else {
            self.report(rules::no_such_field::diagnostic(&name, &ty, member.range()));
            return BROKEN;
        };
        (Expr::Member(Box::new(base), name), found)
    }

    /// The event that an expression names, if nothing hides it.
    fn event_of(node: Option<&ast::Expr>, env: &Env) -> Option<EventInScope> {
        let Some(ast::Expr::Name(name)) = node else { return None };
        let name = name.name();
        if env.own.is_some() || env.local(&name).is_some() {
            return None;
        }
        env.events.iter().find(|e| e.name == name).cloned()
    }

    /// `vehicle.speed`, `vehicle.meta`, `vehicle.value`.
    fn event_member(
        &mut self,
        event: &EventInScope,
        name: &str,
        range: TextRange,
        node: &ast::MemberExpr,
        env: &Env,
    ) -> Typed {
        let payload = Expr::Payload(Scope::Event(event.name.clone()));
        if let Some(base) = node.base() {
            self.note_symbol(&base, event.symbol.clone(), Some(&event.payload));
            self.note_type(&base, &event.payload);
        }
        if event.absent && !env.non_null.contains(&payload) {
            let place = node.base().map_or(range, |b| b.range());
            self.report(rules::maybe_absent::diagnostic(&event.name, place));
            self.note_field(range, &event.payload, name);
            return BROKEN;
        }
        if name == "meta" {
            self.note_typed(range, || Meaning::Meta, || Some(event.meta.clone()));
            return (Expr::Meta(Scope::Event(event.name.clone())), event.meta.clone());
        }
        self.note_field(range, &event.payload, name);
        match TypeTable::default().member(&event.payload, name) {
            Lookup::Missing if name == "value" => (payload, event.payload.clone()),
            Lookup::Missing => {
                let known = known_fields(&event.payload);
                self.report(rules::no_such_field::payload(name, &event.name, &event.payload, range, &known));
                BROKEN
            }
            Lookup::Unknown if name == "value" && event.payload == Type::Any => {
                (Expr::untyped_value(&Scope::Event(event.name.clone())), Type::Any)
            }
            found => (Expr::Member(Box::new(payload), name.to_owned()), found.read().unwrap_or(Type::Error)),
        }
    }

    fn index(&mut self, node: &ast::IndexExpr, env: &Env) -> Typed {
        let (base, base_ty) = self.expr(node.base().as_ref(), env);
        let (index, index_ty) = self.expr(node.index().as_ref(), env);
        if base_ty.is_unknown() || index_ty == Type::Error {
            return (Expr::Index(Box::new(base), Box::new(index)), base_ty);
        }
        let Some(found) = TypeTable::default().index(&base_ty.without_null(), &index_ty) else {
            let range = node.index().map_or_else(|| node.range(), |i| i.range());
            self.report(rules::no_such_field::index(&base_ty, &index_ty, range));
            return BROKEN;
        };
        let found = if base_ty.is_nullable() { found.or_null() } else { found };
        if let (Expr::String(name), Some(ast::Expr::Str(text))) = (&index, node.index()) {
            self.note_field(without_quotes(text.range()), &base_ty, name);
        }
        match index {
            Expr::String(name) => (Expr::Member(Box::new(base), name), found),
            index => (Expr::Index(Box::new(base), Box::new(index)), found),
        }
    }

    fn call_in_expr(&mut self, node: &ast::CallExpr, env: &Env) -> Typed {
        self.note_arguments(node, env);
        let Some(ast::Expr::Name(callee)) = node.callee() else {
            if let Some(callee) = node.callee() {
                self.error(&rules::unknown_function::RULE, callee.range(), "only a name can be called");
            }
            return BROKEN;
        };
        let name = callee.name();
        if let Some(builtin) = Builtin::ALL.into_iter().find(|b| b.name() == name) {
            self.note(&callee, || Meaning::Builtin(builtin));
            return self.builtin(builtin, node, env);
        }
        if matches!(name.as_str(), "secret" | "config") {
            self.report(rules::secret_not_allowed::diagnostic(&name, env.place, node.range()));
            return BROKEN;
        }
        if self.is_callable(&name) {
            self.report(rules::nested_call::diagnostic(&name, node.range()));
            return BROKEN;
        }
        self.report(self.unknown_callable(&name, callee.range()));
        BROKEN
    }

    /// The diagnostic for a call of a name that is nothing callable.
    pub(crate) fn unknown_callable(&self, name: &str, range: TextRange) -> Diagnostic {
        let known = self.candidates(|| {
            let built_in = Builtin::ALL.iter().map(|b| b.name().to_owned());
            self.callables().into_iter().chain(built_in).collect()
        });
        let diagnostic =
            Diagnostic::new(&rules::unknown_function::RULE, range, format!("unknown function `{name}`"));
        match suggest(name, &known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                Applicability::Unsafe,
                format!("Change to `{near}`"),
                range,
                near,
            ),
            None => diagnostic.help(known_names(&known)),
        }
    }

    fn builtin(&mut self, builtin: Builtin, node: &ast::CallExpr, env: &Env) -> Typed {
        let args = node.args();
        if let Some(named) = args.as_ref().and_then(|a| a.named().next()) {
            let message = format!("`{}` takes its arguments by position", builtin.name());
            self.error(&rules::bad_argument_form::RULE, named.range(), message);
            return BROKEN;
        }
        let nodes: Vec<ast::Expr> = args.iter().flat_map(ast::Args::positional).collect();
        let (params, result) = call::builtin_signature(builtin);
        if nodes.len() != params.len() {
            let message = format!(
                "`{}` takes {} argument{}, not {}",
                builtin.name(),
                params.len(),
                if params.len() == 1 { "" } else { "s" },
                nodes.len()
            );
            let rule = if nodes.len() < params.len() {
                &rules::missing_argument::RULE
            } else {
                &rules::extra_argument::RULE
            };
            self.error(rule, node.range(), message);
            return (Expr::Null, Type::Error);
        }
        let mut lowered = Vec::new();
        for (arg, param) in nodes.iter().zip(params) {
            let (expr, ty) = self.expr(Some(arg), env);
            self.expect(
                &ty.without_null(),
                param,
                arg.range(),
                &format!("`{}` takes `{param}`", builtin.name()),
            );
            if let Some(what) = call::refused(builtin, &ty) {
                let message = format!("`{}` takes {what}; this is `{ty}`", builtin.name());
                self.error(&rules::type_mismatch::RULE, arg.range(), message);
            }
            lowered.push(expr);
        }
        (Expr::Call(builtin, lowered), result)
    }
}

/// A name inside the brackets of a predicate: `meta`, a field of the payload, `value`; on `any` a param wins.
fn own_name(own: &Own, name: &str, mut has_param: impl FnMut(&str) -> bool) -> Option<Typed> {
    let payload = || Expr::Payload(Scope::Own);
    if name == "meta" {
        return Some((Expr::Meta(Scope::Own), own.meta.clone()));
    }
    match TypeTable::default().member(&own.payload, name) {
        Lookup::Missing if name == "value" => Some((payload(), own.payload.clone())),
        Lookup::Missing => None,
        Lookup::Unknown if has_param(name) => None,
        Lookup::Unknown if name == "value" && own.payload == Type::Any => {
            Some((Expr::untyped_value(&Scope::Own), Type::Any))
        }
        found => Some((Expr::Member(Box::new(payload()), name.to_owned()), found.read()?)),
    }
}

fn known_fields(ty: &Type) -> Vec<String> {
    TypeTable::default().fields(ty).iter().map(|f| f.name.to_string()).collect()
}

fn is_text(ty: &Type) -> bool {
    matches!(ty.without_null(), Type::String | Type::Literal(Literal::String(_)))
}

/// `int` when both sides are whole numbers, else `number`.
fn arithmetic_type(a: &Type, b: &Type) -> Type {
    let whole = |ty: &Type| ty.without_null().assignable_to(&Type::Int) && !ty.is_unknown();
    if whole(a) && whole(b) { Type::Int } else { Type::Number }
}

/// The operator of a token.
pub(crate) fn operator(text: &str) -> Option<Op> {
    const OPS: [Op; 16] = [
        Op::Or,
        Op::And,
        Op::Eq,
        Op::Ne,
        Op::Lt,
        Op::Le,
        Op::Gt,
        Op::Ge,
        Op::In,
        Op::Matches,
        Op::Coalesce,
        Op::Add,
        Op::Sub,
        Op::Mul,
        Op::Div,
        Op::Rem,
    ];
    OPS.into_iter().find(|op| op.symbol() == text)
}
