//! Alternatives of constraints: the cases in which a predicate has an outcome.

use super::{Conflict, Context, Part, domain::Domain, operands};
use crate::ir::{Expr, Op};

/// More cases than these are not looked at.
const MAX_CASES: usize = 256;

/// What a condition can come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    True,
    /// False or null.
    False,
    /// A type error.
    Error,
}

/// The cases: at least one of them is so. Together they allow at least what they stand for.
#[derive(Clone, Debug)]
pub(super) struct Alternatives<'e>(Vec<Case<'e>>);

/// Constraints that hold together, at most one for each term.
#[derive(Clone, Debug)]
struct Case<'e> {
    constraints: Vec<Constraint<'e>>,
    /// Whether the constraints allow nothing that they do not stand for.
    exact: bool,
}

/// The values that a term can still have, and the parts of the predicate that say so.
#[derive(Clone, Debug)]
pub(super) struct Constraint<'e> {
    pub(super) term: &'e Expr,
    pub(super) domain: Domain,
    parts: Vec<Part<'e>>,
}

/// The state of one question.
pub(super) struct Search<'e> {
    pub(super) context: Context<'e>,
    /// The conjunct that is looked at.
    pub(super) conjunct: usize,
    /// The first two parts that were found to exclude each other.
    pub(super) conflict: Option<Conflict<'e>>,
}

impl<'e> Search<'e> {
    pub(super) fn new(context: Context<'e>) -> Self {
        Self { context, conjunct: 0, conflict: None }
    }

    /// The cases in which a condition has an outcome; `None` if they are too many.
    pub(super) fn cases(&mut self, expr: &'e Expr, outcome: Outcome) -> Option<Alternatives<'e>> {
        match (expr, outcome) {
            (Expr::Not(inner), Outcome::True) => self.cases(inner, Outcome::False),
            (Expr::Not(inner), Outcome::False) => self.cases(inner, Outcome::True),
            (Expr::Not(inner), Outcome::Error) => self.cases(inner, Outcome::Error),
            (Expr::Binary(op @ Op::And, ..), Outcome::True)
            | (Expr::Binary(op @ Op::Or, ..), Outcome::False) => self.all(&operands(*op, expr), outcome),
            (Expr::Binary(op @ (Op::And | Op::Or), ..), _) => self.any(&operands(*op, expr), outcome),
            _ => Some(self.atom(expr, outcome)),
        }
    }

    fn all(&mut self, operands: &[&'e Expr], outcome: Outcome) -> Option<Alternatives<'e>> {
        let mut found = Alternatives::anything();
        for operand in operands {
            let cases = self.cases(operand, outcome)?;
            found = found.and(&cases, self)?;
        }
        Some(found)
    }

    /// An operand matters only where none before it decided; that none did is left out.
    fn any(&mut self, operands: &[&'e Expr], outcome: Outcome) -> Option<Alternatives<'e>> {
        let mut found = Alternatives::nothing();
        let mut exact = true;
        for operand in operands {
            let cases = self.cases(operand, outcome)?;
            found = found.or(if exact { cases } else { cases.inexact() });
            if found.0.len() > MAX_CASES {
                return None;
            }
            exact = exact && outcome != Outcome::Error && !self.may_fail(operand);
        }
        Some(found)
    }

    fn may_fail(&mut self, expr: &'e Expr) -> bool {
        let conflict = self.conflict.clone();
        let cases = self.cases(expr, Outcome::Error);
        self.conflict = conflict;
        cases.is_none_or(|cases| !cases.is_empty())
    }

    /// The case that the constraints hold, if they can.
    pub(super) fn case(
        &mut self,
        expr: &'e Expr,
        constraints: Vec<(&'e Expr, Domain)>,
        exact: bool,
    ) -> Alternatives<'e> {
        let part = Part { conjunct: self.conjunct, expr };
        let mut case = Case { constraints: Vec::new(), exact };
        for (term, domain) in constraints {
            let with_type = domain.intersect(&self.context.domain(term));
            if with_type.is_empty() {
                self.conflict.get_or_insert(Conflict { earlier: None, later: part });
                return Alternatives::nothing();
            }
            let constraint = Constraint { term, domain: with_type, parts: vec![part] };
            if let Err(conflict) = case.add(constraint) {
                self.conflict.get_or_insert(conflict);
                return Alternatives::nothing();
            }
        }
        Alternatives(vec![case])
    }
}

impl<'e> Alternatives<'e> {
    /// No case.
    pub(super) fn nothing() -> Self {
        Self(Vec::new())
    }

    /// The case without constraints.
    pub(super) fn anything() -> Self {
        Self(vec![Case { constraints: Vec::new(), exact: true }])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of the cases is there for certain.
    pub(super) fn is_exact(&self) -> bool {
        self.0.iter().any(Case::is_exact)
    }

    fn inexact(mut self) -> Self {
        self.0.iter_mut().for_each(|case| case.exact = false);
        self
    }

    pub(super) fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Every pair of cases that does not exclude itself; `None` if they are too many.
    pub(super) fn and(&self, other: &Self, search: &mut Search<'e>) -> Option<Self> {
        let mut cases = Vec::new();
        for a in &self.0 {
            for b in &other.0 {
                match a.and(b) {
                    Ok(case) => cases.push(case),
                    Err(conflict) => {
                        search.conflict.get_or_insert(conflict);
                    }
                }
                if cases.len() > MAX_CASES {
                    return None;
                }
            }
        }
        Some(Self(cases))
    }
}

impl<'e> Case<'e> {
    fn and(&self, other: &Self) -> Result<Self, Conflict<'e>> {
        let mut both = Self { exact: self.exact && other.exact, ..self.clone() };
        other.constraints.iter().try_for_each(|constraint| both.add(constraint.clone()))?;
        Ok(both)
    }

    fn add(&mut self, new: Constraint<'e>) -> Result<(), Conflict<'e>> {
        let Some(known) = self.constraints.iter_mut().find(|known| known.term == new.term) else {
            self.constraints.push(new);
            return Ok(());
        };
        let domain = known.domain.intersect(&new.domain);
        if domain.is_empty() {
            return Err(Conflict { earlier: known.parts.last().copied(), later: new.parts[0] });
        }
        known.domain = domain;
        known.parts.extend(new.parts);
        Ok(())
    }

    /// Whether there is a payload for it: every term has a value left. (A field and what it is read from do not get in
    /// each other's way: where the field is not null, what it is read from is a record.)
    fn is_exact(&self) -> bool {
        self.exact && self.constraints.iter().all(|constraint| constraint.domain.is_exact())
    }
}
