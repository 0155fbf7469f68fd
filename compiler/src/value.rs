//! Configuration values: what a field of a block holds once names and params are resolved.

use serde::{Deserialize, Serialize};

/// A resolved configuration value. Maps keep the order they were written in.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number without a unit.
    Number(f64),
    /// Text; also a duration, quantity or rate in its canonical text, and a bare word.
    String(String),
    /// `[a, b]`.
    List(Vec<Value>),
    /// `{ a: 1 }` and nested blocks.
    Map(Vec<(String, Value)>),
    /// `a..b`.
    Range(Box<Value>, Box<Value>),
    /// `secret("name", "key")`: a reference, never a value.
    Secret(KeyRef),
    /// `config("name", "key")`.
    Config(KeyRef),
}

/// A key of a Secret or ConfigMap in the orchestrator's namespace.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRef {
    /// The object's name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// The key in its data.
    #[schemars(length(min = 1, max = 253))]
    pub key: String,
}

impl Value {
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }

    /// The whole number, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        #[allow(clippy::cast_possible_truncation)] // the guard bounds it
        self.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64)
    }

    /// The flag, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Value::List(items) = self { Some(items) } else { None }
    }

    /// The entries, if it is a map.
    pub fn as_map(&self) -> Option<&[(String, Value)]> {
        if let Value::Map(entries) = self { Some(entries) } else { None }
    }

    /// The value of a key, if it is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }
}

/// A [`Value`] as plain JSON: a secret is `{secretKeyRef: {name, key}}`, a config `{configMapKeyRef: …}`, a range
/// `{min, max}`.
pub mod as_json {
    use super::{KeyRef, Value};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};

    /// Writes it.
    pub fn serialize<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        Ok(from_json(&serde_json::Value::deserialize(deserializer)?))
    }

    /// The value that a JSON value stands for.
    pub fn from_json(json: &serde_json::Value) -> Value {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => Value::List(items.iter().map(from_json).collect()),
            Json::Object(entries) => {
                let reference = |key: &str| {
                    let inner = entries.get(key).filter(|_| entries.len() == 1)?;
                    serde_json::from_value::<KeyRef>(inner.clone()).ok()
                };
                match (reference("secretKeyRef"), reference("configMapKeyRef")) {
                    (Some(secret), _) => Value::Secret(secret),
                    (_, Some(config)) => Value::Config(config),
                    _ => Value::Map(entries.iter().map(|(k, v)| (k.clone(), from_json(v))).collect()),
                }
            }
        }
    }

    impl Serialize for Value {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let one = |serializer: S, key: &str, inner: &KeyRef| {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(key, inner)?;
                map.end()
            };
            match self {
                Value::Null => serializer.serialize_unit(),
                Value::Bool(flag) => serializer.serialize_bool(*flag),
                Value::Number(number) => match self.as_i64() {
                    Some(whole) => serializer.serialize_i64(whole),
                    None => serializer.serialize_f64(*number),
                },
                Value::String(text) => serializer.serialize_str(text),
                Value::List(items) => serializer.collect_seq(items),
                Value::Map(entries) => serializer.collect_map(entries.iter().map(|(k, v)| (k, v))),
                Value::Range(min, max) => {
                    let mut map = serializer.serialize_map(Some(2))?;
                    map.serialize_entry("min", min)?;
                    map.serialize_entry("max", max)?;
                    map.end()
                }
                Value::Secret(secret) => one(serializer, "secretKeyRef", secret),
                Value::Config(config) => one(serializer, "configMapKeyRef", config),
            }
        }
    }
}
