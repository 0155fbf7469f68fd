//! Expressions: names, fields, operators and what is built in.

use super::{blocks, calls, imports, names, words};
use crate::completion::{
    Completion, FIRST, FITS, Kind, POSSIBLE,
    facts::Fact,
    likely::{Slot, mentioned},
    probe::Probe,
    snippet::Snippet,
};
use efl_compiler::{
    elab::TypeScope,
    index::{Names, builtin_signature},
    ir::Builtin,
    names::Decl,
    types::{Literal, RecordField, Type, TypeTable},
};
use efl_grammar::{
    SyntaxKind::*,
    ast::{self, AstNode, HasName},
};

/// What an expression can begin or go on with.
pub(super) fn all(probe: &Probe<'_>) -> Vec<Completion> {
    if is_behind_operand(probe) {
        return words(&["and", "or", "in", "matches"]);
    }
    let slot = Slot::new(probe);
    let mut found = literals(&slot);
    let mut visible: Vec<&Names> = probe.visible().collect();
    // What was bound last is nearest.
    let locals = visible.iter().filter(|names| matches!(names, Names::Local(..))).count();
    visible.sort_by_key(|names| !matches!(names, Names::Local(..)));
    visible[..locals].reverse();
    for names in visible {
        match names {
            Names::Local(symbol, ty) => found.push(value(Kind::Value, symbol.name(), ty, &slot)),
            Names::Event { name, payload, absent, .. } => {
                // What may be absent is rather asked about than read.
                found.push(value(Kind::Event, name, payload, &slot).weight(-i32::from(*absent)));
            }
            Names::Own { payload, .. } => {
                let own = fields(probe, payload, &slot);
                // A field is not compared with itself.
                found.extend(own.into_iter().filter(|field| !slot.is_compared_with(&field.label)));
                found.push(meta());
            }
            Names::Cluster(ty) => found.extend(fields(probe, ty, &slot)),
        }
    }
    // What a condition around asks about is what its branch is about.
    let asked = asked(probe);
    for item in found.iter_mut().filter(|item| asked.contains(&item.label)) {
        item.weight += 2;
    }
    found.extend(params(probe, &slot));
    let starts_value = matches!(probe.last(), "=" | "return");
    if !slot.is_condition && starts_value && probe.nearest(&[BODY, STMTS]).is_some() {
        found.extend(calls::calls(probe, true));
    }
    found.extend(Builtin::ALL.map(|builtin| of_builtin(builtin, &slot)));
    found.extend(
        ["not", "true", "false", "null"].map(|word| Completion::new(Kind::Keyword, word).rank(POSSIBLE)),
    );
    found
}

/// The names in the conditions of the `if`s around.
fn asked(probe: &Probe<'_>) -> Vec<String> {
    let around = probe.ancestors().filter_map(ast::IfStmt::cast);
    let conditions = around.flat_map(|node| node.conditions().collect::<Vec<_>>());
    let written = conditions.filter(|condition| condition.range().end() < probe.at);
    let names = written.flat_map(|condition| {
        condition.syntax().descendants().filter_map(ast::NameExpr::cast).collect::<Vec<_>>()
    });
    names.map(|name| name.name()).collect()
}

/// Whether the operand before the cursor is complete, so that an operator must follow.
fn is_behind_operand(probe: &Probe<'_>) -> bool {
    let last = probe.last();
    let is_keyword = matches!(last, "and" | "or" | "not" | "in" | "if" | "where" | "return" | "matches");
    last.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, ')' | ']' | '"')) && !is_keyword
}

/// The few values that what is expected can have.
fn literals(slot: &Slot) -> Vec<Completion> {
    let mut found = Vec::new();
    for one in slot.ty.iter().flat_map(Type::alternatives) {
        match one {
            Type::Literal(Literal::String(text)) => found.push(format!("\"{text}\"")),
            Type::Null => found.push("null".to_owned()),
            Type::Bool => found.extend(["true", "false"].map(str::to_owned)),
            _ => {}
        }
    }
    found.into_iter().map(|text| Completion::new(Kind::Value, text).rank(FIRST).weight(8)).collect()
}

/// A name that is visible.
fn value(kind: Kind, name: &str, ty: &Type, slot: &Slot) -> Completion {
    let weight = slot.weight(name, ty);
    let rank = if weight > 0 { FIRST } else { FITS };
    Completion::new(kind, name).detail(ty.to_string()).rank(rank).weight(weight)
}

/// The params of the file and of others: what fits like any value. A condition rather compares with one than with a field.
fn params(probe: &Probe<'_>, slot: &Slot) -> Vec<Completion> {
    let is_param = |decl: &Decl| matches!(decl, Decl::Param { .. });
    let known = names::bound(probe, is_param).map(|(item, binding)| {
        let Decl::Param { ty, .. } = &*binding.decl else { return item };
        let ty = TypeScope::new(probe.db, binding.file).resolve(ty);
        let weight = match slot.weight(&item.label, &ty) {
            0 => return item,
            weight if slot.is_condition && slot.ty.is_some() => 2 * weight + 1,
            weight => weight,
        };
        item.rank(FIRST).weight(weight)
    });
    known.chain(imports::unknown(probe, is_param).into_iter().map(|(item, _)| item)).collect()
}

/// A built-in function; likely where what it gives is wanted.
fn of_builtin(builtin: Builtin, slot: &Slot) -> Completion {
    let (params, result) = builtin_signature(builtin);
    let params: Vec<String> = params.iter().map(ToString::to_string).collect();
    let gives = slot.ty.as_ref().is_some_and(|ty| ty.without_null() == result && result != Type::String);
    Completion::new(Kind::Function, builtin.name())
        .detail(format!("({}) -> {result}", params.join(", ")))
        .rank(if gives && !slot.is_condition { FIRST } else { POSSIBLE })
        .snippet(Snippet::new().text(builtin.name()).text("(").end() + ")")
}

fn meta() -> Completion {
    Completion::new(Kind::Field, "meta").detail("the metadata of the event").rank(POSSIBLE)
}

/// The fields of what stands before a dot.
pub(super) fn behind_dot(probe: &Probe<'_>) -> Vec<Completion> {
    if let Some(reference) = probe.nearest(&[EVENT_REF]).and_then(ast::EventRef::cast) {
        let source = reference.segments().next().map(|name| name.text()).unwrap_or_default();
        return names::events_of(probe, &source);
    }
    let member = probe.nearest(&[MEMBER_EXPR]).and_then(ast::MemberExpr::cast);
    let Some(base) = member.and_then(|member| member.base()) else { return Vec::new() };
    let Some(ty) = probe.index.type_of(base.syntax().text_range()) else { return Vec::new() };
    let mut found = fields(probe, ty, &Slot::new(probe));
    let name = base.syntax().text().to_string();
    let is_event = probe
        .visible()
        .any(|names| matches!(names, Names::Event { name: event, .. } if *event == name.trim()));
    if is_event && !found.iter().any(|item| item.label == "meta") {
        found.push(meta());
    }
    found
}

/// The fields of a type where one is read. A rule reads what it is named for, and rather what no condition reads yet; a
/// text what it speaks of; a field that this statement reads already is hardly read again.
fn fields(probe: &Probe<'_>, ty: &Type, slot: &Slot) -> Vec<Completion> {
    let rule = probe.nearest(&[RULE]).and_then(ast::Rule::cast).and_then(|rule| rule.name());
    let rule = rule.map(|name| name.text()).unwrap_or_default();
    let is_predicate = probe.nearest(&[PREDICATE, WHERE]).is_some();
    let text =
        probe.nearest(&[INTERPOLATION]).and_then(|_| probe.line.rsplit('"').next()).unwrap_or_default();
    let read = |name: &str| {
        let behind = |at: usize| {
            !probe.line[at + name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
        };
        slot.is_condition
            && probe.line.match_indices(name).any(|(at, _)| probe.line[..at].ends_with('.') && behind(at))
    };
    let one = |field: &&RecordField| {
        let compared = is_predicate && probe.count(&Fact::Compared((&*field.name).into())) > 0;
        let weight =
            2 * slot.weight(&field.name, &field.ty) - 3 * i32::from(read(&field.name)) - i32::from(compared)
                + 4 * i32::from(is_predicate && mentioned(&rule, &field.name))
                + 4 * i32::from(mentioned(text, &field.name));
        blocks::of_record(field).weight(weight)
    };
    TypeTable::default().fields(ty).iter().map(one).collect()
}
