//! The operators and functions on values.

use super::{
    TypeError, pattern, timestamp,
    value::{Val, View, equal, number_text, number_value},
};
use crate::ir::{Builtin, Expr, Op};

/// A value with the expression it came from, for messages.
pub(super) struct Operand<'a> {
    pub(super) expr: &'a Expr,
    pub(super) value: Val<'a>,
}

impl Operand<'_> {
    fn view(&self) -> View<'_> {
        self.value.view()
    }

    /// Says that the operand should have been something else.
    fn is_not(&self, expected: &str) -> TypeError {
        TypeError(format!("`{}` is {}, not {expected}", self.expr, self.view().kind()))
    }

    /// The number; `None` is null.
    fn number(&self) -> Result<Option<f64>, TypeError> {
        match self.view() {
            View::Number(number) => Ok(Some(number)),
            View::Null => Ok(None),
            _ => Err(self.is_not("a number")),
        }
    }

    /// The text; `None` is null.
    fn text(&self) -> Result<Option<&str>, TypeError> {
        match self.view() {
            View::Text(text) => Ok(Some(text)),
            View::Null => Ok(None),
            _ => Err(self.is_not("text")),
        }
    }
}

/// Every operator but `and`, `or`, `??`, and the comparison with the word `null`.
pub(super) fn binary<'a>(op: Op, left: &Operand<'a>, right: &Operand<'a>) -> Result<Val<'a>, TypeError> {
    match op {
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => arithmetic(op, left, right),
        _ if matches!(left.view(), View::Null) || matches!(right.view(), View::Null) => Ok(Val::from(false)),
        Op::Eq => Ok(Val::from(equal(left.view(), right.view()))),
        Op::Ne => Ok(Val::from(!equal(left.view(), right.view()))),
        Op::In => match right.view() {
            View::List(items) => Ok(Val::from(items.iter().any(|item| equal(left.view(), View::of(item))))),
            _ => Err(right.is_not("a list")),
        },
        _ => ordered(op, left, right).map(Val::from),
    }
}

/// `<` and its kin on two numbers or two timestamps.
fn ordered(op: Op, left: &Operand<'_>, right: &Operand<'_>) -> Result<bool, TypeError> {
    let ordering = match (left.view(), right.view()) {
        (View::Number(a), View::Number(b)) => a.partial_cmp(&b),
        (View::Text(a), View::Text(b)) => Some(instant(left, a)?.cmp(&instant(right, b)?)),
        (View::Number(_), _) => return Err(right.is_not("a number")),
        (_, View::Number(_)) => return Err(left.is_not("a number")),
        (View::Text(_), _) => return Err(right.is_not("a timestamp")),
        _ => return Err(left.is_not("a number or a timestamp")),
    };
    Ok(ordering.is_some_and(|ordering| match op {
        Op::Lt => ordering.is_lt(),
        Op::Le => ordering.is_le(),
        Op::Gt => ordering.is_gt(),
        _ => ordering.is_ge(),
    }))
}

fn instant(operand: &Operand<'_>, text: &str) -> Result<timestamp::Instant, TypeError> {
    timestamp::parse(text)
        .ok_or_else(|| TypeError(format!("`{}` is {text:?}, which is no timestamp", operand.expr)))
}

fn arithmetic<'a>(op: Op, left: &Operand<'a>, right: &Operand<'a>) -> Result<Val<'a>, TypeError> {
    let (Some(a), Some(b)) = (left.number()?, right.number()?) else { return Ok(Val::NULL) };
    if matches!(op, Op::Div | Op::Rem) && b == 0.0 {
        return Err(TypeError(format!("`{}` is zero: division by zero", right.expr)));
    }
    let result = match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div => a / b,
        _ => a % b,
    };
    if result.is_finite() {
        return Ok(Val::Number(result));
    }
    Err(TypeError(format!("`{} {} {}` is too large", left.expr, op.symbol(), right.expr)))
}

pub(super) fn negate<'a>(operand: &Operand<'a>) -> Result<Val<'a>, TypeError> {
    Ok(operand.number()?.map_or(Val::NULL, |number| Val::Number(-number)))
}

/// Whether a regular expression matches the whole text.
pub(super) fn matches(operand: &Operand<'_>, re: &str) -> Result<bool, TypeError> {
    let Some(text) = operand.text()? else { return Ok(false) };
    pattern::matches(re, text).map_err(|error| TypeError(format!("`{re}` is no pattern: {error}")))
}

pub(super) fn call<'a>(builtin: Builtin, args: &[Operand<'a>]) -> Result<Val<'a>, TypeError> {
    match (builtin, args) {
        (Builtin::Len, [of]) => len(of),
        (Builtin::Lower, [of]) => {
            Ok(of.text()?.map_or(Val::NULL, |text| Val::from(text.to_ascii_lowercase())))
        }
        (Builtin::Upper, [of]) => {
            Ok(of.text()?.map_or(Val::NULL, |text| Val::from(text.to_ascii_uppercase())))
        }
        (Builtin::Abs, [of]) => Ok(of.number()?.map_or(Val::NULL, |number| Val::Number(number.abs()))),
        (Builtin::Number, [of]) => number(of),
        (Builtin::String, [of]) => string(of),
        (Builtin::StartsWith | Builtin::EndsWith | Builtin::Contains, [whole, part]) => {
            let (Some(whole), Some(part)) = (whole.text()?, part.text()?) else {
                return Ok(Val::from(false));
            };
            Ok(Val::from(match builtin {
                Builtin::StartsWith => whole.starts_with(part),
                Builtin::EndsWith => whole.ends_with(part),
                _ => whole.contains(part),
            }))
        }
        _ => Err(TypeError(format!("`{}` does not take {} arguments", builtin.name(), args.len()))),
    }
}

/// Characters (Unicode code points) of a text, items of a list, fields of a record.
fn len<'a>(of: &Operand<'a>) -> Result<Val<'a>, TypeError> {
    let len = match of.view() {
        View::Null => return Ok(Val::NULL),
        View::Text(text) => text.chars().count(),
        View::List(items) => items.len(),
        View::Record(fields) => fields.len(),
        View::Bool(_) | View::Number(_) => return Err(of.is_not("text, a list or a record")),
    };
    #[allow(clippy::cast_precision_loss)] // nothing in memory is longer than 2^53
    Ok(Val::Number(len as f64))
}

fn number<'a>(of: &Operand<'a>) -> Result<Val<'a>, TypeError> {
    match of.view() {
        View::Null => Ok(Val::NULL),
        View::Number(number) => Ok(Val::Number(number)),
        View::Text(text) => {
            let error = || TypeError(format!("`{}` is {text:?}, which is no number", of.expr));
            number_value(text).map(Val::Number).ok_or_else(error)
        }
        _ => Err(of.is_not("a number or text")),
    }
}

fn string<'a>(of: &Operand<'a>) -> Result<Val<'a>, TypeError> {
    match of.view() {
        View::Null => Ok(Val::NULL),
        View::Bool(flag) => Ok(Val::from(flag.to_string())),
        View::Number(number) => Ok(Val::from(number_text(number))),
        View::Text(text) => Ok(Val::from(text.to_owned())),
        View::List(_) | View::Record(_) => Err(of.is_not("a text, number or bool")),
    }
}
