//! Configuration values as EFL text: what [`crate::elab`] reads back to the same [`Value`].

use super::text::Item;
use crate::{
    catalog::{Block, FieldType},
    ir::print::{Key, Quoted, RESERVED, is_identifier},
    units::{Duration, Rate},
    value::{KeyRef, Value},
};
use efl_grammar::Number;

/// The fields and nested blocks of a block, in the order in which they were given.
pub(super) fn items(block: &Block, fields: &Value) -> Vec<Item> {
    let mut items = Vec::new();
    for (key, value) in fields.as_map().unwrap_or_default() {
        match (block.nested(key), value) {
            (Some(nested), Value::Map(labels)) if nested.labelled => {
                let labelled = |(label, inner): &(String, Value)| {
                    Item::Block(format!("{key} {label}"), self::items(nested.block, inner))
                };
                items.extend(labels.iter().map(labelled));
            }
            (Some(nested), Value::Map(_)) => {
                items.push(Item::Block(key.clone(), self::items(nested.block, value)));
            }
            _ => {
                let ty = block.field(key).map(|field| field.ty).or(block.open);
                items.push(field(key, ty.as_ref(), value));
            }
        }
    }
    items
}

/// `key: value`.
pub(super) fn field(key: &str, ty: Option<&FieldType>, value: &Value) -> Item {
    Item::Line(format!("{}: {}", Key(key), text(ty, value)))
}

/// A value of a field of a type; of no type: plain data.
pub(super) fn text(ty: Option<&FieldType>, value: &Value) -> String {
    match (ty, value) {
        (Some(FieldType::OneOf(types)), value) => {
            let fits = types.iter().find(|ty| fits(ty, value));
            text(fits.or(types.first()), value)
        }
        (Some(FieldType::Percent), Value::Number(number)) => percent(*number),
        (Some(FieldType::Range { of, single }), Value::Range(from, to)) if *single && from == to => {
            text(Some(of), from)
        }
        (Some(FieldType::Range { of, .. }), Value::Range(from, to)) => {
            format!("{}..{}", text(Some(of), from), text(Some(of), to))
        }
        (Some(FieldType::List(of)), Value::List(list)) => {
            joined(list.iter().map(|item| text(Some(of), item)))
        }
        (Some(FieldType::Map(of)), Value::Map(map)) => {
            record(map.iter().map(|(k, v)| (k, text(Some(of), v))))
        }
        (Some(FieldType::Record(block)), Value::Map(map)) => record(map.iter().map(|(key, value)| {
            let ty = block.field(key).map(|field| field.ty).or(block.open);
            (key, text(ty.as_ref(), value))
        })),
        (Some(ty), Value::String(text)) if is_bare(ty, text) => text.clone(),
        (_, Value::Secret(reference)) if ty.is_some() => key_ref("secret", reference),
        (_, Value::Config(reference)) if ty.is_some() => key_ref("config", reference),
        _ => data(value),
    }
}

/// Whether a value is one of a type, as far as telling alternatives apart needs it.
fn fits(ty: &FieldType, value: &Value) -> bool {
    match value {
        Value::Number(_) => {
            matches!(ty, FieldType::Int { .. } | FieldType::Number { .. } | FieldType::Percent)
        }
        Value::String(text) => {
            is_bare(ty, text) || matches!(ty, FieldType::Text { .. } | FieldType::EnvValue)
        }
        _ => true,
    }
}

/// Whether text of a type stands without quotes: a number with its unit, a word, a name.
fn is_bare(ty: &FieldType, text: &str) -> bool {
    let token = || Number::split(text).is_some();
    match ty {
        FieldType::Duration { .. } => token() && text.parse::<Duration>().is_ok(),
        FieldType::Cpu | FieldType::Bytes => token(),
        FieldType::Rate => text.parse::<Rate>().is_ok(),
        FieldType::Word(_) | FieldType::Cluster | FieldType::Function | FieldType::Bus => {
            is_identifier(text) && !RESERVED.contains(&text)
        }
        _ => false,
    }
}

/// `secret("name", "key")`.
pub(super) fn key_ref(word: &str, reference: &KeyRef) -> String {
    format!("{word}({}, {})", Quoted(&reference.name), Quoted(&reference.key))
}

/// Plain data, as in a patch: references are the records they are in Kubernetes.
pub(super) fn data(value: &Value) -> String {
    let reference = |key: &str, inner: &KeyRef| {
        format!("{{ {key}: {{ name: {}, key: {} }} }}", Quoted(&inner.name), Quoted(&inner.key))
    };
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => Quoted(text).to_string(),
        Value::List(list) => joined(list.iter().map(data)),
        Value::Map(map) => record(map.iter().map(|(key, value)| (key, data(value)))),
        Value::Range(min, max) => format!("{{ min: {}, max: {} }}", data(min), data(max)),
        Value::Secret(inner) => reference("secretKeyRef", inner),
        Value::Config(inner) => reference("configMapKeyRef", inner),
    }
}

/// The entries of a map of plain data, over several lines where they are long.
pub(super) fn data_items(value: &Value) -> Vec<Item> {
    let entries = value.as_map().unwrap_or_default();
    entries.iter().map(|(key, value)| Item::Line(format!("{}: {}", Key(key), spread(value)))).collect()
}

/// Plain data, one entry per line where it is long.
fn spread(value: &Value) -> String {
    let short = data(value);
    if short.chars().count() <= 60 {
        return short;
    }
    let indented = |text: String| text.replace('\n', "\n  ");
    match value {
        Value::Map(map) => {
            let line =
                |(key, value): &(String, Value)| format!("\n  {}: {}", Key(key), indented(spread(value)));
            format!("{{{}\n}}", map.iter().map(line).collect::<String>())
        }
        Value::List(list) => {
            let line = |value: &Value| format!("\n  {},", indented(spread(value)));
            format!("[{}\n]", list.iter().map(line).collect::<String>())
        }
        _ => short,
    }
}

fn joined(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn record<'a>(entries: impl Iterator<Item = (&'a String, String)>) -> String {
    let entries: Vec<String> = entries.map(|(key, value)| format!("{}: {value}", Key(key))).collect();
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
}

/// A part of 1 as a percentage that is read back as the same number: of the numbers around a hundred times it one is.
pub(super) fn percent(part: f64) -> String {
    let times = part * 100.0;
    let rounded = (times * 1e9).round() / 1e9;
    let found =
        [rounded, times, times.next_up(), times.next_down()].into_iter().find(|p| same(p / 100.0, part));
    format!("{}%", found.unwrap_or(times))
}

/// Whether two numbers are the very same one.
pub(super) fn same(a: f64, b: f64) -> bool {
    a.total_cmp(&b).is_eq()
}
