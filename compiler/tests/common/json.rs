//! JSON compared by what it means.

use serde_json::Value;

/// A value with its numbers as floats: writers and readers of YAML, JSON and Go tell `1` from `1.0`, their meaning does
/// not.
pub(crate) fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), normal(value))).collect(),
        other => other.clone(),
    }
}

/// Whether two values are the same, numbers by their value.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    normal(a) == normal(b)
}
