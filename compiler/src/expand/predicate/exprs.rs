//! A conjunction of simple comparisons as expressions of `govaluate`. The event passes untouched, and the sensor logs why
//! a comparison failed.
//!
//! An error in an entry makes the filter false, as does a path that does not exist. That is the meaning of null and of
//! type errors here, because each comparison stands for itself and none is negated.

use super::{Arrival, Body, ExprFilter, PayloadField};
use crate::{
    eval::constant,
    ir::{Expr, Op, Scope},
    sat::conjuncts,
};
use serde_json::Value;

/// An entry for each comparison; none at all for `true`. `None` if a part is not so simple.
pub(super) fn lower(predicate: &Expr, arrival: Arrival) -> Option<Vec<ExprFilter>> {
    if *predicate == Expr::Bool(true) {
        return Some(Vec::new());
    }
    conjuncts(predicate).into_iter().map(|part| comparison(part, arrival)).collect()
}

fn comparison(expr: &Expr, arrival: Arrival) -> Option<ExprFilter> {
    let Expr::Binary(op, left, right) = expr else { return None };
    let (field, op, value) = match (constant(left), constant(right)) {
        (None, Some(Ok(value))) => (left, *op, value),
        (Some(Ok(value)), None) => (right, op.mirrored()?, value),
        _ => return None,
    };
    let keys = keys(field, arrival)?;
    let name = name(keys.last()?);
    let expr = match (op, &value) {
        (Op::Eq, Value::String(text)) if looks_like_a_time(text) => {
            // govaluate would read the literal as a number.
            format!("{name} =~ {}", quoted(&format!("^{}$", regex::escape(text))))
        }
        (Op::Eq, value) => format!("{name} == {}", literal(value)?),
        (Op::Lt | Op::Le | Op::Gt | Op::Ge, Value::Number(_)) => {
            format!("{name} {} {}", op.symbol(), literal(&value)?)
        }
        (Op::Matches, Value::String(re)) => format!("{name} =~ {}", quoted(&format!("^(?:{re})$"))),
        (Op::In, Value::Array(items)) if !items.is_empty() => {
            let equal = |item: &Value| match item {
                Value::String(text) if looks_like_a_time(text) => None,
                item => Some(format!("{name} == {}", literal(item)?)),
            };
            items.iter().map(equal).collect::<Option<Vec<_>>>()?.join(" || ")
        }
        _ => return None,
    };
    let path = keys.iter().map(|key| escaped(key)).collect::<Option<Vec<_>>>()?.join(".");
    Some(ExprFilter { expr, fields: vec![PayloadField { name, path }] })
}

/// The keys from the data to a field of the payload or metadata.
fn keys(field: &Expr, arrival: Arrival) -> Option<Vec<&str>> {
    match field {
        Expr::Payload(Scope::Own) if arrival.body == Body::AsIs => {
            Some(arrival.kind.payload.body.into_iter().collect())
        }
        Expr::Member(base, name) if matches!(**base, Expr::Meta(Scope::Own)) => {
            Some(vec![arrival.meta_key(name)?])
        }
        Expr::Member(base, name) => {
            let mut keys = keys(base, arrival)?;
            let beside_payload = |key: &str| {
                key == "metadata" || arrival.kind.payload.meta.iter().any(|(_, upstream, _)| *upstream == key)
            };
            if keys.is_empty() && beside_payload(name) {
                return None;
            }
            keys.push(name);
            Some(keys)
        }
        _ => None,
    }
}

/// A key in a `gjson` path. `None` if `gjson` would read it as a position in a list.
fn escaped(key: &str) -> Option<String> {
    if key.bytes().all(|b| b.is_ascii_digit()) || key.contains(|c: char| c.is_ascii_control()) {
        return None;
    }
    let mut path = String::new();
    for c in key.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '_' | ':' | '-') {
            path.push('\\');
        }
        path.push(c);
    }
    Some(path)
}

/// A variable of govaluate: the key itself where it can be one.
fn name(key: &str) -> String {
    let is_name = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !["in", "true", "false"].contains(&key.to_ascii_lowercase().as_str());
    if is_name { key.to_owned() } else { "v".to_owned() }
}

fn literal(value: &Value) -> Option<String> {
    match value {
        Value::Bool(flag) => Some(flag.to_string()),
        // Without an exponent, which govaluate does not read.
        Value::Number(number) => Some(number.as_f64()?.to_string()),
        Value::String(text) => Some(quoted(text)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Text as govaluate reads it: `'` and `"` both open and close, whichever was first.
fn quoted(text: &str) -> String {
    let mut quoted = "'".to_owned();
    for c in text.chars() {
        if matches!(c, '\\' | '\'' | '"') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted + "'"
}

/// Every format of dates and times that govaluate tries has a digit, and a `-` or `:`.
/// Upstream: `Knetic/govaluate/parsing.go`, `tryParseTime`.
fn looks_like_a_time(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && text.contains(['-', ':'])
}
