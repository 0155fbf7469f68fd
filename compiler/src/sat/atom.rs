//! Comparisons and conditions as constraints on their terms.

use super::{
    alternatives::{Alternatives, Outcome, Search},
    domain::{About, Domain, Numbers, Texts, opposite},
};
use crate::{
    eval::{constant, timestamp},
    ir::{Builtin, Expr, Op},
};
use serde_json::Value;

/// For which values of its term a condition is true, and for which a type error; it is false for the others.
struct Meaning {
    holds: Domain,
    fails: Domain,
}

impl Meaning {
    fn of(holds: Domain) -> Self {
        Self { holds, fails: Domain::none() }
    }
}

impl<'e> Search<'e> {
    /// The cases of a condition that is no `and`, `or` or `not`.
    pub(super) fn atom(&mut self, expr: &'e Expr, outcome: Outcome) -> Alternatives<'e> {
        if let Some(constant) = constant(expr) {
            let is = match constant {
                Ok(Value::Bool(true)) => Outcome::True,
                Ok(Value::Bool(false) | Value::Null) => Outcome::False,
                Ok(_) | Err(_) => Outcome::Error,
            };
            return if is == outcome { Alternatives::anything() } else { self.impossible(expr) };
        }
        if let Some((term, accepted)) = about_one_term(expr) {
            return match accepted {
                Accepted::Domains(meaning) => self.on_term(expr, term, &meaning, outcome),
                Accepted::Text(about) => self.on_text(expr, term, about, outcome),
                Accepted::Time(op, at) => self.on_time(expr, term, op, at, outcome),
            };
        }
        self.opaque(expr, outcome)
    }

    /// A case that a constant excludes.
    fn impossible(&mut self, expr: &'e Expr) -> Alternatives<'e> {
        self.case(expr, vec![(expr, Domain::none())], true)
    }

    fn on_term(
        &mut self,
        expr: &'e Expr,
        term: &'e Expr,
        meaning: &Meaning,
        outcome: Outcome,
    ) -> Alternatives<'e> {
        let domain = match outcome {
            Outcome::True => meaning.holds.clone(),
            Outcome::False => meaning.holds.complement().intersect(&meaning.fails.complement()),
            Outcome::Error => Domain { error: true, ..meaning.fails.clone() },
        };
        self.term_in(expr, term, domain)
    }

    /// A test of a text: null does not pass, anything else is an error.
    fn on_text(
        &mut self,
        expr: &'e Expr,
        term: &'e Expr,
        about: About,
        outcome: Outcome,
    ) -> Alternatives<'e> {
        let domain = match outcome {
            Outcome::True => Domain::texts(Texts::that(about, true)),
            Outcome::False => Domain { null: true, ..Domain::texts(Texts::that(about, false)) },
            Outcome::Error => {
                let texts = Domain::texts(Texts::all()).union(Domain::null());
                Domain { error: true, ..texts.complement() }
            }
        };
        self.term_in(expr, term, domain)
    }

    /// A comparison with a timestamp: null does not pass, anything but a timestamp is an error.
    fn on_time(
        &mut self,
        expr: &'e Expr,
        term: &'e Expr,
        op: Op,
        at: timestamp::Instant,
        outcome: Outcome,
    ) -> Alternatives<'e> {
        let that = |op| Domain::texts(Texts::that(About::Time(Some((op, at))), true));
        let domain = match outcome {
            Outcome::True => that(op),
            Outcome::False => Domain { null: true, ..that(opposite(op)) },
            Outcome::Error => {
                let others = Domain::texts(Texts::all()).union(Domain::null()).complement();
                Domain { error: true, texts: Texts::that(About::Time(None), false), ..others }
            }
        };
        self.term_in(expr, term, domain)
    }

    /// The case that a term has one of these values. What it is read from is then a record or list, if it is not null.
    fn term_in(&mut self, expr: &'e Expr, term: &'e Expr, domain: Domain) -> Alternatives<'e> {
        let there = !domain.null && !domain.error;
        let mut constraints = vec![(term, domain)];
        let mut inner = term;
        while let (true, Expr::Member(base, _) | Expr::Index(base, _)) = (there, inner) {
            constraints.push((base, Domain::structures()));
            inner = base;
        }
        self.case(expr, constraints, is_path(term))
    }

    /// A condition that is not looked into, as a term of its own.
    fn opaque(&mut self, expr: &'e Expr, outcome: Outcome) -> Alternatives<'e> {
        let domain = match outcome {
            Outcome::True => Domain::flag(true),
            Outcome::False => Domain::flag(false).union(Domain::null()),
            Outcome::Error => Domain { yes: false, no: false, null: false, error: true, ..Domain::values() },
        };
        let mut constraints = vec![(expr, domain)];
        if let (Outcome::True, Expr::Binary(op, left, right)) = (outcome, expr) {
            // No comparison accepts null.
            let comparison = matches!(op, Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::In);
            let operands = [&**left, right].into_iter().filter(|operand| comparison && is_path(operand));
            constraints.extend(operands.map(|operand| (operand, Domain::null().complement())));
        }
        self.case(expr, constraints, false)
    }
}

/// A field of a payload or of metadata: its value can be chosen freely.
fn is_path(term: &Expr) -> bool {
    match term {
        Expr::Payload(_) | Expr::Meta(_) => true,
        Expr::Member(base, _) => is_path(base),
        _ => false,
    }
}

/// What a condition on one term accepts.
enum Accepted {
    Domains(Meaning),
    Text(About),
    Time(Op, timestamp::Instant),
}

/// A condition that compares one term with what is known.
fn about_one_term(expr: &Expr) -> Option<(&Expr, Accepted)> {
    match expr {
        Expr::Binary(op, left, right) => match (constant(left), constant(right)) {
            (None, Some(Ok(value))) => Some((left, compared(*op, &value, **right == Expr::Null)?)),
            (Some(Ok(value)), None) => Some((right, compared(op.mirrored()?, &value, **left == Expr::Null)?)),
            _ => None,
        },
        Expr::Call(builtin, args) => match (args.as_slice(), args.get(1).and_then(constant)) {
            ([term, _], Some(Ok(Value::String(part)))) => {
                let about = match builtin {
                    Builtin::StartsWith => About::StartsWith(part),
                    Builtin::EndsWith => About::EndsWith(part),
                    _ => About::Contains(part),
                };
                Some((term, Accepted::Text(about)))
            }
            _ => None,
        },
        Expr::Payload(_) | Expr::Meta(_) | Expr::Member(..) | Expr::Index(..) | Expr::Local(_) => {
            let conditions = Domain::flag(true).union(Domain::flag(false)).union(Domain::null());
            let meaning = Meaning { holds: Domain::flag(true), fails: conditions.complement() };
            Some((expr, Accepted::Domains(meaning)))
        }
        _ => None,
    }
}

/// `term OP value`; `word` if the value is the word `null`.
fn compared(op: Op, value: &Value, word: bool) -> Option<Accepted> {
    let meaning = match (op, value) {
        (Op::Eq, Value::Null) if word => Meaning::of(Domain::null()),
        (Op::Ne, Value::Null) if word => Meaning::of(Domain::null().complement()),
        (Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::In, Value::Null) => {
            Meaning::of(Domain::none())
        }
        (Op::Eq, value) => Meaning::of(equal_to(value)?),
        (Op::Ne, value) => Meaning::of(equal_to(value)?.union(Domain::null()).complement()),
        (Op::In, Value::Array(items)) => {
            let items = items.iter().filter(|item| !item.is_null());
            Meaning::of(items.map(equal_to).try_fold(Domain::none(), |all, one| Some(all.union(one?)))?)
        }
        (Op::Lt | Op::Le | Op::Gt | Op::Ge, Value::Number(number)) => {
            let at = number.as_f64()?;
            let taken = Domain::numbers(Numbers::all()).union(Domain::null());
            Meaning { holds: Domain::numbers(Numbers::that(op, at)), fails: taken.complement() }
        }
        (Op::Lt | Op::Le | Op::Gt | Op::Ge, Value::String(text)) => {
            return Some(Accepted::Time(op, timestamp::parse(text)?));
        }
        (Op::Matches, Value::String(re)) => return Some(Accepted::Text(About::Matches(re.clone()))),
        _ => return None,
    };
    Some(Accepted::Domains(meaning))
}

/// The values equal to a scalar.
fn equal_to(value: &Value) -> Option<Domain> {
    match value {
        Value::Bool(flag) => Some(Domain::flag(*flag)),
        Value::Number(number) => Some(Domain::numbers(Numbers::one(number.as_f64()?))),
        Value::String(text) => Some(Domain::texts(Texts::one(text))),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
