//! A value of no fixed shape: what the fields of a source become, at the paths that the catalog names.

use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// A JSON value that keeps the order of its keys and borrows its texts.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Tree<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Tree<'a>>),
    Map(Vec<(Cow<'a, str>, Tree<'a>)>),
}

impl<'a> Tree<'a> {
    /// An empty map.
    pub(crate) const fn map() -> Self {
        Tree::Map(Vec::new())
    }

    /// Text.
    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Tree::Text(text.into())
    }

    /// Puts a value at a path of keys, making the maps on the way; what is there is replaced.
    pub(crate) fn set(&mut self, path: &[&'static str], value: Tree<'a>) {
        let Some((key, rest)) = path.split_first() else {
            *self = value;
            return;
        };
        if !matches!(self, Tree::Map(_)) {
            *self = Tree::map();
        }
        let Tree::Map(entries) = self else { return };
        let at = entries.iter().position(|(k, _)| k == key).unwrap_or_else(|| {
            entries.push((Cow::Borrowed(key), Tree::map()));
            entries.len() - 1
        });
        entries[at].1.set(rest, value);
    }

    /// The value at a path of keys.
    pub(crate) fn get(&self, path: &[&str]) -> Option<&Tree<'a>> {
        let Some((key, rest)) = path.split_first() else { return Some(self) };
        let Tree::Map(entries) = self else { return None };
        entries.iter().find(|(k, _)| k == key)?.1.get(rest)
    }
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Tree::Null => serializer.serialize_unit(),
            Tree::Bool(flag) => serializer.serialize_bool(*flag),
            Tree::Int(number) => serializer.serialize_i64(*number),
            Tree::Number(number) => serializer.serialize_f64(*number),
            Tree::Text(text) => serializer.serialize_str(text),
            Tree::List(items) => serializer.collect_seq(items),
            Tree::Map(entries) => serializer.collect_map(entries.iter().map(|(k, v)| (k, v))),
        }
    }
}

impl From<serde_json::Value> for Tree<'_> {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value;
        match json {
            Value::Null => Tree::Null,
            Value::Bool(flag) => Tree::Bool(flag),
            Value::Number(number) => {
                number.as_i64().map_or_else(|| Tree::Number(number.as_f64().unwrap_or_default()), Tree::Int)
            }
            Value::String(text) => Tree::text(text),
            Value::Array(items) => Tree::List(items.into_iter().map(Tree::from).collect()),
            Value::Object(entries) => {
                Tree::Map(entries.into_iter().map(|(key, value)| (key.into(), Tree::from(value))).collect())
            }
        }
    }
}
