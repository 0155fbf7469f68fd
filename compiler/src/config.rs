//! `efl.toml`: levels of rules, environments, and the versions targeted.

use crate::{
    diag::{Diagnostic, Level},
    elab::suggest,
    rules::{self, bad_settings},
    value::Value,
};
use efl_grammar::{TextRange, TextSize};
use serde::Deserialize;
use std::{collections::BTreeMap, ops::Range};
use toml::{Spanned, de::DeTable};

/// The value of a param.
#[derive(Clone, PartialEq, Debug)]
pub enum ParamValue {
    /// Text from `--param NAME=TEXT`: read by the param's type.
    Text(String),
    /// Data from `--params FILE` or an environment.
    Data(crate::value::Value),
}

/// The configuration of a workspace.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Config {
    /// The language edition; `2026` is the only one.
    pub edition: Option<String>,
    /// Levels by code or name of the rule: `E0601 = "error"`, `no-digest = "off"`.
    pub rules: BTreeMap<String, ConfiguredLevel>,
    /// Environments: sets of params.
    pub env: BTreeMap<String, Environment>,
    /// The upstream versions targeted.
    pub targets: BTreeMap<String, String>,
}

/// An environment: `--env prod`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Environment {
    /// The values of params.
    pub params: BTreeMap<String, toml::Value>,
}

/// A level in `efl.toml`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfiguredLevel {
    /// Not reported.
    Off,
    /// A hint.
    Hint,
    /// A warning.
    Warning,
    /// An error.
    Error,
}

impl Config {
    /// The level of a rule; `None` when it is off. An error of the language stays one.
    pub fn level(&self, rule: &crate::rules::Rule, level: Level) -> Option<Level> {
        let configured = self.rules.get(rule.code).or_else(|| self.rules.get(rule.name));
        match configured {
            _ if rule.level == Level::Error => Some(level),
            None => Some(level),
            Some(ConfiguredLevel::Off) => None,
            Some(ConfiguredLevel::Hint) => Some(Level::Hint),
            Some(ConfiguredLevel::Warning) => Some(Level::Warning),
            Some(ConfiguredLevel::Error) => Some(Level::Error),
        }
    }
}

impl Environment {
    /// The values of params.
    pub fn values(&self) -> BTreeMap<String, ParamValue> {
        let data =
            |(name, value): (&String, &toml::Value)| (name.clone(), ParamValue::Data(from_toml(value)));
        self.params.iter().map(data).collect()
    }
}

fn from_toml(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text.clone()),
        #[allow(clippy::cast_precision_loss)] // EFL has one kind of number
        toml::Value::Integer(number) => Value::Number(*number as f64),
        toml::Value::Float(number) => Value::Number(*number),
        toml::Value::Boolean(flag) => Value::Bool(*flag),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => Value::List(items.iter().map(from_toml).collect()),
        toml::Value::Table(entries) => {
            Value::Map(entries.iter().map(|(key, value)| (key.clone(), from_toml(value))).collect())
        }
    }
}

/// The keys there are.
const KEYS: [&str; 4] = ["edition", "rules", "env", "targets"];

/// The settings in a text, as far as they can be read, and what is wrong with them.
pub fn parse(text: &str) -> (Config, Vec<Diagnostic>) {
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => return (Config::default(), vec![broken(&error)]),
    };
    let mut found = unknown_keys(&table);
    found.extend(rule_levels(&table));
    found.extend(edition(&table));
    match toml::from_str(text) {
        Ok(config) => (config, found),
        // What is unknown is said above, with a suggestion.
        Err(_) if !found.is_empty() => (Config::default(), found),
        Err(error) => (Config::default(), vec![broken(&error)]),
    }
}

/// Where the environments of a text give a param a value: the places of its name.
pub fn places_of_param(text: &str, param: &str) -> Vec<TextRange> {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let environments = table_of(table.get_ref(), "env").into_iter().flat_map(|env| env.values());
    let params = environments.filter_map(|env| table_of(env.get_ref().as_table()?, "params"));
    let names = params.flat_map(|params| params.keys());
    names.filter(|name| name.get_ref().as_ref() == param).map(|name| range(name.span())).collect()
}

/// The table under a key of a table.
fn table_of<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
    table.get(key)?.get_ref().as_table()
}

fn broken(error: &toml::de::Error) -> Diagnostic {
    let range = error.span().map(range).unwrap_or_default();
    let message = error.message().lines().collect::<Vec<_>>().join("; ");
    Diagnostic::new(&bad_settings::RULE, range, message)
}

fn unknown_keys(table: &Spanned<DeTable<'_>>) -> Vec<Diagnostic> {
    let unknown = table.get_ref().keys().filter(|key| !KEYS.contains(&key.get_ref().as_ref()));
    let known: Vec<String> = KEYS.iter().map(ToString::to_string).collect();
    unknown.map(|key| unknown_name("setting", key.get_ref(), key.span(), &known)).collect()
}

fn rule_levels(table: &Spanned<DeTable<'_>>) -> Vec<Diagnostic> {
    let Some(levels) = table.get_ref().get("rules").and_then(|value| value.get_ref().as_table()) else {
        return Vec::new();
    };
    let check = |key: &Spanned<_>| {
        let name: &str = AsRef::<str>::as_ref(key.get_ref());
        match rules::find(name) {
            None => {
                let known: Vec<String> = rules::ALL.iter().map(|rule| rule.name.to_owned()).collect();
                Some(unknown_name("rule", name, key.span(), &known))
            }
            Some(rule) if rule.level == Level::Error => {
                let message = format!("`{name}` is always an error: only warnings and hints have levels");
                Some(Diagnostic::new(&bad_settings::RULE, range(key.span()), message))
            }
            Some(_) => None,
        }
    };
    levels.keys().filter_map(check).collect()
}

fn edition(table: &Spanned<DeTable<'_>>) -> Option<Diagnostic> {
    let value = table.get_ref().get("edition")?;
    let edition = value.get_ref().as_str().filter(|edition| *edition != "2026")?;
    let message = format!("there is no edition `{edition}`: the only one is `2026`");
    Some(Diagnostic::new(&bad_settings::RULE, range(value.span()), message))
}

fn unknown_name(what: &str, name: &str, span: Range<usize>, known: &[String]) -> Diagnostic {
    let message = format!("there is no {what} `{name}`");
    let diagnostic = Diagnostic::new(&bad_settings::RULE, range(span), message);
    match suggest(name, known) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.len() <= KEYS.len() => diagnostic.help(format!("there are {}", known.join(", "))),
        None => diagnostic,
    }
}

/// The place of a key of `[env]` in the settings.
pub fn place_of_param(text: &str, environment: &str, param: &str) -> Option<TextRange> {
    let table = DeTable::parse(text).ok()?;
    let env = table.get_ref().get("env")?.get_ref().get(environment)?.get_ref().as_table()?;
    let params = env.get("params")?.get_ref().as_table()?;
    let key = params.keys().find(|key| key.get_ref() == param)?;
    Some(range(key.span()))
}

fn range(span: Range<usize>) -> TextRange {
    let size = |at: usize| TextSize::from(u32::try_from(at).unwrap_or(u32::MAX));
    TextRange::new(size(span.start), size(span.end.max(span.start)))
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn messages(text: &str) -> Vec<String> {
        let (_, found) = parse(text);
        let text = |d: &crate::diag::Diagnostic| {
            format!("{} {}", &text[d.range], d.message) + d.help.as_deref().map_or("", |_| " (help)")
        };
        found.iter().map(text).collect()
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (text, expected) in [
            ("edition = \"2026\"\n[rules]\nno-digest = \"off\"\n", vec![]),
            ("ruels = 1\n", vec!["ruels there is no setting `ruels` (help)"]),
            ("[rules]\nno-digset = \"off\"\n", vec!["no-digset there is no rule `no-digset` (help)"]),
            (
                "[rules]\nE0201 = \"off\"\n",
                vec!["E0201 `E0201` is always an error: only warnings and hints have levels"],
            ),
            ("edition = \"2027\"\n", vec!["\"2027\" there is no edition `2027`: the only one is `2026`"]),
        ] {
            assert_eq!(messages(text), expected, "{text}");
        }
    }

    #[test]
    fn broken_toml_and_wrong_values_are_one_message_each() {
        for text in
            ["[rules\n", "edition = 3\n", "[rules]\nno-digest = \"loud\"\n", "[env.prod]\nparam = {}\n"]
        {
            assert_eq!(messages(text).len(), 1, "{text}: {:?}", messages(text));
        }
    }
}
