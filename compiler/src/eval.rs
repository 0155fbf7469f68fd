//! Evaluating expressions: what a predicate, a condition or a value means (`tests/spec/expressions.md`).
//!
//! The same meaning is lowered for Argo by [`crate::expand::predicate`]; `compiler/tests/predicates.rs` holds the two
//! together.

mod explain;
mod operators;
pub mod pattern;
#[cfg(test)]
mod tests;
pub mod timestamp;
mod value;

pub use explain::{Explanation, explain};
pub use value::{number_text, number_value};

use crate::ir::{Expr, Op, Scope};
use operators::Operand;
use serde_json::Value;
use value::{Val, View};

/// What an expression can read.
#[derive(Clone, Debug, Default)]
pub struct Env<'a> {
    own: Option<Event<'a>>,
    events: Vec<(&'a str, Event<'a>)>,
    locals: Vec<(&'a str, &'a Value)>,
}

/// An event that arrived.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Its payload.
    pub payload: &'a Value,
    /// Its metadata: a record with `id`, `time`, `source` and what its kind has.
    pub meta: &'a Value,
}

impl<'a> Env<'a> {
    /// Of a predicate over one event.
    pub fn of(event: Event<'a>) -> Self {
        Self { own: Some(event), ..Self::default() }
    }

    /// With an event of the rule under its name. An event that is absent (on an `or` branch) is left out: it is `null`.
    #[must_use]
    pub fn event(mut self, name: &'a str, event: Event<'a>) -> Self {
        self.events.push((name, event));
        self
    }

    /// With a `let`, loop variable or parameter; a later one hides an earlier one of the same name.
    #[must_use]
    pub fn local(mut self, name: &'a str, value: &'a Value) -> Self {
        self.locals.push((name, value));
        self
    }

    fn find(&self, scope: &Scope) -> Option<Event<'a>> {
        match scope {
            Scope::Own => self.own,
            Scope::Event(name) => self.events.iter().find(|(n, _)| n == name).map(|(_, event)| *event),
        }
    }
}

/// A value had a type that an operator cannot use, or an operation has no result (division by zero).
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct TypeError(pub String);

/// What a predicate says of an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It does not hold, because of a type error: counted in the run report.
    TypeError(TypeError),
}

/// Whether a predicate or condition holds. `null` counts as false; a type error in any part that is evaluated makes
/// the whole false.
pub fn holds(predicate: &Expr, env: &Env<'_>) -> Outcome {
    match condition(predicate, env) {
        Ok(true) => Outcome::True,
        Ok(false) => Outcome::False,
        Err(error) => Outcome::TypeError(error),
    }
}

/// The value of an expression. Numbers that are only passed on keep every digit.
pub fn eval(expr: &Expr, env: &Env<'_>) -> Result<Value, TypeError> {
    value(expr, env).map(Val::into_json)
}

/// The value of an expression that reads nothing; `None` if it reads an event or a name.
pub fn constant(expr: &Expr) -> Option<Result<Value, TypeError>> {
    fn reads(expr: &Expr) -> bool {
        match expr {
            Expr::Null | Expr::Bool(_) | Expr::Number(_) | Expr::String(_) | Expr::Duration(_) => false,
            Expr::Payload(_) | Expr::Meta(_) | Expr::Local(_) => true,
            Expr::Template(parts) | Expr::List(parts) | Expr::Call(_, parts) => parts.iter().any(reads),
            Expr::Record(fields) => fields.iter().any(|(_, value)| reads(value)),
            Expr::Member(inner, _) | Expr::Not(inner) | Expr::Negate(inner) => reads(inner),
            Expr::Index(left, right) | Expr::Binary(_, left, right) => reads(left) || reads(right),
        }
    }
    (!reads(expr)).then(|| eval(expr, &Env::default()))
}

fn value<'a>(expr: &'a Expr, env: &Env<'a>) -> Result<Val<'a>, TypeError> {
    Ok(match expr {
        Expr::Null => Val::NULL,
        Expr::Bool(flag) => Val::from(*flag),
        Expr::Number(number) => Val::Number(*number),
        Expr::String(text) => Val::Text(text),
        Expr::Duration(duration) => Val::from(duration.to_string()),
        Expr::Template(parts) => Val::from(template(parts, env)?),
        Expr::Payload(scope) => env.find(scope).map_or(Val::NULL, |event| Val::Ref(event.payload)),
        Expr::Meta(scope) => env.find(scope).map_or(Val::NULL, |event| Val::Ref(event.meta)),
        Expr::Local(name) => local(name, env)?,
        Expr::Member(base, name) => value(base, env)?.member(name),
        Expr::Index(base, key) => {
            let base = value(base, env)?;
            base.index(value(key, env)?.view())
        }
        Expr::Call(builtin, args) => {
            let args = args.iter().map(|arg| operand(arg, env)).collect::<Result<Vec<_>, _>>()?;
            operators::call(*builtin, &args)?
        }
        Expr::Not(_) | Expr::Binary(Op::And | Op::Or, ..) => Val::from(condition(expr, env)?),
        Expr::Negate(inner) => operators::negate(&operand(inner, env)?)?,
        Expr::Binary(op, left, right) => binary(*op, left, right, env)?,
        Expr::List(items) => {
            let items: Result<Vec<Value>, _> = items.iter().map(|item| eval(item, env)).collect();
            Val::Own(Value::Array(items?))
        }
        Expr::Record(fields) => {
            let fields = fields.iter().map(|(key, field)| Ok((key.clone(), eval(field, env)?)));
            Val::Own(Value::Object(fields.collect::<Result<_, _>>()?))
        }
    })
}

/// The value of an expression where true or false is needed. `and` and `or` go from left to right and stop at the
/// first operand that decides.
fn condition<'a>(expr: &'a Expr, env: &Env<'a>) -> Result<bool, TypeError> {
    match expr {
        Expr::Not(operand) => Ok(!condition(operand, env)?),
        Expr::Binary(Op::And, left, right) => Ok(condition(left, env)? && condition(right, env)?),
        Expr::Binary(Op::Or, left, right) => Ok(condition(left, env)? || condition(right, env)?),
        _ => match value(expr, env)?.view() {
            View::Bool(flag) => Ok(flag),
            View::Null => Ok(false),
            other => Err(TypeError(format!("`{expr}` is {}, not true or false", other.kind()))),
        },
    }
}

fn operand<'a>(expr: &'a Expr, env: &Env<'a>) -> Result<Operand<'a>, TypeError> {
    Ok(Operand { expr, value: value(expr, env)? })
}

fn binary<'a>(op: Op, left: &'a Expr, right: &'a Expr, env: &Env<'a>) -> Result<Val<'a>, TypeError> {
    match (op, left, right) {
        (Op::Coalesce, ..) => match value(left, env)? {
            found if matches!(found.view(), View::Null) => value(right, env),
            found => Ok(found),
        },
        // Only the word `null` asks whether something is there; any other comparison with null is false.
        (Op::Eq | Op::Ne, Expr::Null, other) | (Op::Eq | Op::Ne, other, Expr::Null) => {
            let absent = matches!(value(other, env)?.view(), View::Null);
            Ok(Val::from(absent == (op == Op::Eq)))
        }
        (Op::Matches, _, Expr::String(pattern)) => {
            operators::matches(&operand(left, env)?, pattern).map(Val::from)
        }
        (Op::Matches, ..) => Err(TypeError(format!("the pattern `{right}` is not known beforehand"))),
        (Op::In, _, Expr::List(items)) => {
            let needle = value(left, env)?;
            let mut found = false;
            for item in items {
                found |= value::equal(needle.view(), value(item, env)?.view());
            }
            Ok(Val::from(found && !matches!(needle.view(), View::Null)))
        }
        _ => operators::binary(op, &operand(left, env)?, &operand(right, env)?),
    }
}

fn local<'a>(name: &str, env: &Env<'a>) -> Result<Val<'a>, TypeError> {
    let found = env.locals.iter().rev().find(|(n, _)| *n == name);
    found.map(|(_, value)| Val::Ref(value)).ok_or_else(|| TypeError(format!("`{name}` has no value here")))
}

fn template<'a>(parts: &'a [Expr], env: &Env<'a>) -> Result<String, TypeError> {
    let mut text = String::new();
    for part in parts {
        match value(part, env)?.view().text() {
            Some(piece) => text.push_str(&piece),
            None => return Err(TypeError(format!("`{part}` is no text or number"))),
        }
    }
    Ok(text)
}
