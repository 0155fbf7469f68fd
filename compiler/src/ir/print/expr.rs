//! Expressions as text.

use super::{Key, Quoted, escape, is_identifier};
use crate::ir::{Expr, Op, Scope};
use std::fmt::{self, Display, Formatter};

/// Words that are no names in expressions (`language.md`, Grammar).
pub const RESERVED: [&str; 10] =
    ["and", "or", "not", "in", "matches", "true", "false", "null", "if", "return"];

/// `not` stands between `and` and the comparisons.
const NOT: u8 = 3;
/// Comparisons do not chain: neither side is one.
const COMPARISON: u8 = 4;
/// `-a`.
const NEGATION: u8 = 8;
/// What `.b` and `[b]` may follow.
const PRIMARY: u8 = 9;

/// The expression as it stands before a `{`, in `if`, `for … in` and `where`: a record in it is in parentheses.
pub fn head(expr: &Expr) -> impl Display + '_ {
    Printed { expr, least: 0, head: true }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printed { expr: self, least: 0, head: false }.fmt(f)
    }
}

/// An expression at a place that takes a precedence of at least `least` without parentheses.
#[derive(Clone, Copy)]
struct Printed<'a> {
    expr: &'a Expr,
    least: u8,
    head: bool,
}

impl Display for Printed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let bare_record = self.head && matches!(self.expr, Expr::Record(_));
        if precedence(self.expr) < self.least || bare_record {
            return write!(f, "({})", self.expr);
        }
        self.unparenthesised(f)
    }
}

impl<'a> Printed<'a> {
    /// A part of the same expression, outside of any bracket of its own.
    fn part(self, expr: &'a Expr, least: u8) -> Self {
        Printed { expr, least, ..self }
    }

    fn unparenthesised(self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.expr {
            _ if let Some(scope) = untyped_value(self.expr) => match scope {
                Scope::Own => f.write_str("value"),
                Scope::Event(name) => write!(f, "{name}.value"),
            },
            Expr::Null => f.write_str("null"),
            Expr::Bool(flag) => flag.fmt(f),
            Expr::Number(number) => number.fmt(f),
            Expr::String(text) => Quoted(text).fmt(f),
            Expr::Template(parts) => template(parts, f),
            Expr::Duration(duration) => duration.fmt(f),
            Expr::Payload(Scope::Own) => f.write_str("value"),
            Expr::Payload(Scope::Event(name)) | Expr::Local(name) => f.write_str(name),
            Expr::Meta(Scope::Own) => f.write_str("meta"),
            Expr::Meta(Scope::Event(name)) => write!(f, "{name}.meta"),
            Expr::Member(base, name) => self.member(base, name, f),
            Expr::Index(base, key) => write!(f, "{}[{key}]", self.part(base, PRIMARY)),
            Expr::Call(builtin, args) => {
                write!(f, "{}(", builtin.name())?;
                separated(args, f)?;
                f.write_str(")")
            }
            Expr::Not(operand) => write!(f, "not {}", self.part(operand, NOT)),
            Expr::Negate(operand) => write!(f, "-{}", self.part(operand, PRIMARY)),
            Expr::Binary(op, left, right) => self.binary(*op, left, right, f),
            Expr::List(items) => {
                f.write_str("[")?;
                separated(items, f)?;
                f.write_str("]")
            }
            Expr::Record(fields) => record(fields, f),
        }
    }

    fn binary(self, op: Op, left: &'a Expr, right: &'a Expr, f: &mut Formatter<'_>) -> fmt::Result {
        let own = op.precedence();
        let least = if own == COMPARISON { own + 1 } else { own };
        write!(f, "{} {} {}", self.part(left, least), op.symbol(), self.part(right, own + 1))
    }

    fn member(self, base: &'a Expr, name: &str, f: &mut Formatter<'_>) -> fmt::Result {
        match base {
            Expr::Payload(Scope::Own)
                if is_identifier(name) && !RESERVED.contains(&name) && name != "meta" =>
            {
                f.write_str(name)
            }
            Expr::Payload(Scope::Own) => write!(f, "value[{}]", Quoted(name)),
            Expr::Payload(Scope::Event(event)) if name == "meta" => write!(f, "{event}[\"meta\"]"),
            _ if is_identifier(name) => write!(f, "{}.{name}", self.part(base, PRIMARY)),
            _ => write!(f, "{}[{}]", self.part(base, PRIMARY), Quoted(name)),
        }
    }
}

fn precedence(expr: &Expr) -> u8 {
    match expr {
        _ if untyped_value(expr).is_some() => PRIMARY,
        Expr::Binary(op, ..) => op.precedence(),
        Expr::Not(_) => NOT,
        // A number too: `-5` needs parentheses behind `-`, and `5` before `.x`.
        Expr::Negate(_) | Expr::Number(_) | Expr::Duration(_) => NEGATION,
        _ => PRIMARY,
    }
}

/// The event of an [`Expr::untyped_value`].
fn untyped_value(expr: &Expr) -> Option<&Scope> {
    let Expr::Binary(Op::Coalesce, field, whole) = expr else { return None };
    match (&**field, &**whole) {
        (Expr::Member(base, name), Expr::Payload(scope)) if name == "value" && base == whole => Some(scope),
        _ => None,
    }
}

impl Expr {
    /// What `value` (in a predicate) or `gauge.value` means for an event of type `any`: the field of that name where the
    /// payload is a record that has one, else the payload.
    pub fn untyped_value(scope: &Scope) -> Expr {
        let payload = || Box::new(Expr::Payload(scope.clone()));
        Expr::Binary(Op::Coalesce, Box::new(Expr::Member(payload(), "value".to_owned())), payload())
    }
}

fn separated(items: &[Expr], f: &mut Formatter<'_>) -> fmt::Result {
    items.iter().enumerate().try_for_each(|(i, item)| write!(f, "{}{item}", if i == 0 { "" } else { ", " }))
}

/// `{ a: 1 }`.
fn record(fields: &[(String, Expr)], f: &mut Formatter<'_>) -> fmt::Result {
    for (i, (key, value)) in fields.iter().enumerate() {
        write!(f, "{}{}: {value}", if i == 0 { "{ " } else { ", " }, Key(key))?;
    }
    f.write_str(if fields.is_empty() { "{}" } else { " }" })
}

fn template(parts: &[Expr], f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for (i, part) in parts.iter().enumerate() {
        match (part, parts.get(i + 1)) {
            (Expr::String(text), None) => escape(text, None, f)?,
            // A `$` before what may be a `${` or a `{`.
            (Expr::String(text), Some(_)) => escape(text, Some('{'), f)?,
            _ => write!(f, "${{{part}}}")?,
        }
    }
    f.write_str("\"")
}
