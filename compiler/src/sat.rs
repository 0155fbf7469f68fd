//! What can be said of a predicate without an event: that it never holds, always holds, or implies another.
//!
//! A predicate becomes alternatives of constraints, each on one *term*: a field, or a calculation that is not looked
//! into. The constraints always allow at least what the predicate allows, so *never* and *always* are proofs; where the
//! alternatives are too many the answer is *unknown*. The meaning is that of [`crate::eval`]: a missing field is null,
//! which no comparison accepts, and a type error is not true.

mod alternatives;
mod atom;
mod domain;
#[cfg(test)]
mod tests;
mod typing;

use crate::{
    ir::{Expr, Op, Scope},
    types::{Type, TypeTable},
};
use alternatives::{Alternatives, Outcome, Search};

/// What names in a predicate stand for.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What the names of recursive types stand for.
    pub table: &'a TypeTable,
    /// The types of the payload and metadata of an event; with `null` among them where the event may be absent.
    pub event: &'a dyn Fn(&Scope) -> (Type, Type),
}

/// What is known of a predicate.
#[derive(Clone, PartialEq, Debug)]
pub enum Satisfiable<'e> {
    /// No event of the type satisfies it.
    Never(Conflict<'e>),
    /// Every event of the type does.
    Always,
    /// Some do and some do not.
    Sometimes,
    /// None of the others could be shown.
    Unknown,
}

/// Why a predicate never holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Conflict<'e> {
    /// A part that excludes the other; `None` if the other cannot hold alone, by the type of what it is about.
    pub earlier: Option<Part<'e>>,
    /// The part that cannot hold.
    pub later: Part<'e>,
}

/// A part of a predicate.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Part<'e> {
    /// The number of the operand of the outermost `and` that it is in, from 0 ([`conjuncts`]).
    pub conjunct: usize,
    /// The comparison or condition itself.
    pub expr: &'e Expr,
}

/// The operands of the outermost chain of `and`, from left to right; the expression itself if it is none.
pub fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    operands(Op::And, expr)
}

/// The operands of a chain of one operator.
fn operands(op: Op, expr: &Expr) -> Vec<&Expr> {
    let (mut found, mut rest) = (Vec::new(), vec![expr]);
    while let Some(next) = rest.pop() {
        match next {
            Expr::Binary(own, left, right) if *own == op => rest.extend([&**right, left]),
            other => found.push(other),
        }
    }
    found
}

/// Whether a predicate can hold.
pub fn satisfiable<'e>(predicate: &'e Expr, context: Context<'e>) -> Satisfiable<'e> {
    let mut search = Search::new(context);
    let Some(holding) = all_true(predicate, &mut search) else { return Satisfiable::Unknown };
    if holding.is_empty() {
        let whole = Conflict { earlier: None, later: Part { conjunct: 0, expr: predicate } };
        return Satisfiable::Never(search.conflict.unwrap_or(whole));
    }
    match not_true(predicate, &mut search) {
        Some(failing) if failing.is_empty() => Satisfiable::Always,
        Some(failing) if holding.is_exact() && failing.is_exact() => Satisfiable::Sometimes,
        _ => Satisfiable::Unknown,
    }
}

/// Whether every event that satisfies `a` satisfies `b`; `None` if that could not be told.
pub fn implies<'e>(a: &'e Expr, b: &'e Expr, context: Context<'e>) -> Option<bool> {
    let mut search = Search::new(context);
    let holding = all_true(a, &mut search)?;
    let failing = not_true(b, &mut search)?;
    let counterexamples = holding.and(&failing, &mut search)?;
    match (counterexamples.is_empty(), counterexamples.is_exact()) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// The cases in which the predicate is true.
fn all_true<'e>(predicate: &'e Expr, search: &mut Search<'e>) -> Option<Alternatives<'e>> {
    let mut found = Alternatives::anything();
    for (conjunct, expr) in conjuncts(predicate).into_iter().enumerate() {
        search.conjunct = conjunct;
        let cases = search.cases(expr, Outcome::True)?;
        found = found.and(&cases, search)?;
    }
    Some(found)
}

/// The cases in which it is false or has a type error.
fn not_true<'e>(predicate: &'e Expr, search: &mut Search<'e>) -> Option<Alternatives<'e>> {
    let is_false = search.cases(predicate, Outcome::False)?;
    Some(is_false.or(search.cases(predicate, Outcome::Error)?))
}
