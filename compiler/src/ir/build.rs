//! Short ways to write an expression in a unit test.

use super::{Builtin, Expr, Op, Scope};

pub(crate) fn own(field: &str) -> Expr {
    Expr::Member(Box::new(Expr::Payload(Scope::Own)), field.to_owned())
}

pub(crate) fn of(event: &str, field: &str) -> Expr {
    Expr::Member(Box::new(Expr::Payload(Scope::Event(event.to_owned()))), field.to_owned())
}

pub(crate) fn local(name: &str) -> Expr {
    Expr::Local(name.to_owned())
}

pub(crate) fn text(value: &str) -> Expr {
    Expr::String(value.to_owned())
}

pub(crate) fn number(value: f64) -> Expr {
    Expr::Number(value)
}

pub(crate) fn binary(op: Op, left: Expr, right: Expr) -> Expr {
    Expr::Binary(op, Box::new(left), Box::new(right))
}

pub(crate) fn not(operand: Expr) -> Expr {
    Expr::Not(Box::new(operand))
}

pub(crate) fn negate(operand: Expr) -> Expr {
    Expr::Negate(Box::new(operand))
}

pub(crate) fn record<const N: usize>(fields: [(&str, Expr); N]) -> Expr {
    Expr::Record(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

pub(crate) fn list<const N: usize>(items: [Expr; N]) -> Expr {
    Expr::List(items.into())
}

pub(crate) fn call<const N: usize>(builtin: Builtin, args: [Expr; N]) -> Expr {
    Expr::Call(builtin, args.into())
}

/// `base.name` or `base[0]`, by a path: `a.b.0`.
pub(crate) fn path(path: &str) -> Expr {
    path.split('.').fold(Expr::Payload(Scope::Own), |base, step| match step.parse() {
        Ok(at) => Expr::Index(Box::new(base), Box::new(number(at))),
        Err(_) => Expr::Member(Box::new(base), step.to_owned()),
    })
}
