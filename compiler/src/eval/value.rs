//! Values under evaluation: borrowed from a payload where possible.

use serde_json::{Map, Number, Value};
use std::borrow::Cow;

/// A value. What comes from a payload stays borrowed, so that a predicate allocates nothing and big integers that are
/// only passed on keep their digits.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    /// Part of a payload or a variable.
    Ref(&'a Value),
    /// Literal text.
    Text(&'a str),
    /// A number that was written or computed; finite.
    Number(f64),
    /// Anything else that was computed.
    Own(Value),
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum View<'v> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'v str),
    List(&'v [Value]),
    Record(&'v Map<String, Value>),
}

impl From<bool> for Val<'_> {
    fn from(flag: bool) -> Self {
        Val::Own(Value::Bool(flag))
    }
}

impl From<String> for Val<'_> {
    fn from(text: String) -> Self {
        Val::Own(Value::String(text))
    }
}

impl<'a> Val<'a> {
    pub(super) const NULL: Val<'static> = Val::Own(Value::Null);

    pub(super) fn view(&self) -> View<'_> {
        match self {
            Val::Ref(json) => View::of(json),
            Val::Own(json) => View::of(json),
            Val::Text(text) => View::Text(text),
            Val::Number(number) => View::Number(*number),
        }
    }

    pub(super) fn into_json(self) -> Value {
        match self {
            Val::Ref(json) => json.clone(),
            Val::Own(json) => json,
            Val::Text(text) => Value::String(text.to_owned()),
            Val::Number(number) => json_number(number),
        }
    }

    /// A field; `null` if there is none, or no record.
    pub(super) fn member(self, name: &str) -> Val<'a> {
        match self {
            Val::Ref(Value::Object(fields)) => fields.get(name).map_or(Val::NULL, Val::Ref),
            Val::Own(Value::Object(mut fields)) => fields.remove(name).map_or(Val::NULL, Val::Own),
            _ => Val::NULL,
        }
    }

    /// An item of a list by its number from 0, or a field of a record by its name; `null` if there is none.
    pub(super) fn index(self, key: View<'_>) -> Val<'a> {
        match key {
            View::Text(name) => self.member(name),
            View::Number(number) => position(number).map_or(Val::NULL, |at| self.item(at)),
            _ => Val::NULL,
        }
    }

    fn item(self, at: usize) -> Val<'a> {
        match self {
            Val::Ref(Value::Array(items)) => items.get(at).map_or(Val::NULL, Val::Ref),
            Val::Own(Value::Array(mut items)) if at < items.len() => Val::Own(items.swap_remove(at)),
            _ => Val::NULL,
        }
    }
}

/// A whole number from 0 as a position in a list.
fn position(number: f64) -> Option<usize> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the guard bounds it
    (number.fract() == 0.0 && (0.0..4e9).contains(&number)).then_some(number as usize)
}

impl<'v> View<'v> {
    pub(super) fn of(json: &'v Value) -> Self {
        match json {
            Value::Null => View::Null,
            Value::Bool(flag) => View::Bool(*flag),
            Value::Number(number) => View::Number(number.as_f64().unwrap_or(f64::MAX)),
            Value::String(text) => View::Text(text),
            Value::Array(items) => View::List(items),
            Value::Object(fields) => View::Record(fields),
        }
    }

    /// How messages call it.
    pub(super) fn kind(self) -> &'static str {
        match self {
            View::Null => "null",
            View::Bool(_) => "a bool",
            View::Number(_) => "a number",
            View::Text(_) => "text",
            View::List(_) => "a list",
            View::Record(_) => "a record",
        }
    }

    /// As text; `null` is empty, a list or record has none.
    pub(super) fn text(self) -> Option<Cow<'v, str>> {
        match self {
            View::Null => Some(Cow::Borrowed("")),
            View::Bool(flag) => Some(Cow::Borrowed(if flag { "true" } else { "false" })),
            View::Number(number) => Some(Cow::Owned(number_text(number))),
            View::Text(text) => Some(Cow::Borrowed(text)),
            View::List(_) | View::Record(_) => None,
        }
    }
}

/// Whether two values are the same: of one kind, numbers by their value (`1` is `1.0`), text by its characters, lists
/// item by item, records field by field.
pub(super) fn equal(a: View<'_>, b: View<'_>) -> bool {
    match (a, b) {
        (View::Null, View::Null) => true,
        (View::Bool(a), View::Bool(b)) => a == b,
        #[allow(clippy::float_cmp)] // equality is what is asked for
        (View::Number(a), View::Number(b)) => a == b,
        (View::Text(a), View::Text(b)) => a == b,
        (View::List(a), View::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(View::of(a), View::of(b)))
        }
        (View::Record(a), View::Record(b)) => {
            let same =
                |(key, a): (&String, &Value)| b.get(key).is_some_and(|b| equal(View::of(a), View::of(b)));
            a.len() == b.len() && a.iter().all(same)
        }
        _ => false,
    }
}

/// A number as JSON: whole ones without a fraction.
fn json_number(number: f64) -> Value {
    #[allow(clippy::cast_possible_truncation)] // the guard bounds it
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// A number as text, the way JSON and JavaScript write it: the fewest digits that tell it from its neighbours, with an
/// exponent from `1e+21` and below `0.000001`.
pub fn number_text(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e21).contains(&size) {
        number.to_string()
    } else {
        let text = format!("{number:e}");
        if size < 1.0 { text } else { text.replace('e', "e+") }
    }
}

/// The number that a text is by the grammar of JSON (`-1.5e3`, not `+1`, `01`, `.5`); `None` if it is none or too
/// large.
pub fn number_value(text: &str) -> Option<f64> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let json = digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
    if json { text.parse().ok().filter(|n: &f64| n.is_finite()) } else { None }
}
