//! Event logic as text.

use crate::ir::{Logic, Term};
use std::fmt::{self, Display, Formatter};

impl Display for Logic {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Logic::Event(term) => term.fmt(f),
            Logic::And(terms) => joined(terms, " and ", self, f),
            Logic::Or(terms) => joined(terms, " or ", self, f),
            Logic::Then(terms) => joined(terms, " then ", self, f),
            Logic::Count { of, times } => write!(f, "count({of}, {times})"),
            Logic::Absent { of, duration } => {
                write!(f, "not {} for {duration}", Operand { term: of, least: ATOM })
            }
        }
    }
}

/// An event or `count(…)`.
const ATOM: u8 = 5;

/// How tightly it binds: `then`, `and`, `or`.
fn precedence(logic: &Logic) -> u8 {
    match logic {
        Logic::And(terms) | Logic::Or(terms) | Logic::Then(terms) if terms.len() == 1 => {
            precedence(&terms[0])
        }
        Logic::Or(_) => 1,
        Logic::And(_) => 2,
        Logic::Then(_) => 3,
        Logic::Absent { .. } => 4,
        Logic::Event(_) | Logic::Count { .. } => ATOM,
    }
}

fn joined(terms: &[Logic], operator: &str, whole: &Logic, f: &mut Formatter<'_>) -> fmt::Result {
    let least = if terms.len() == 1 { 0 } else { precedence(whole) + 1 };
    terms.iter().enumerate().try_for_each(|(i, term)| {
        f.write_str(if i == 0 { "" } else { operator })?;
        Operand { term, least }.fmt(f)
    })
}

/// A term at a place that takes a precedence of at least `least` without parentheses.
struct Operand<'a> {
    term: &'a Logic,
    least: u8,
}

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if precedence(self.term) < self.least { write!(f, "({})", self.term) } else { self.term.fmt(f) }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(source) = self.source.as_ref().filter(|_| self.qualified) {
            write!(f, "{source}.")?;
        }
        f.write_str(&self.event)?;
        if let Some(predicate) = &self.predicate {
            write!(f, "[{predicate}]")?;
        }
        if self.name == self.event { Ok(()) } else { write!(f, " as {}", self.name) }
    }
}
