//! Settings: the client's section `efl`, and a project's `efl.toml`.

use efl_compiler::{
    config::{self, Config, Environment, ParamValue},
    diag::Diagnostic,
    rules::unknown_environment,
};
use efl_grammar::{LineIndex, TextRange};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};

/// The client's settings.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(clippy::struct_excessive_bools)] // each is a setting
pub(crate) struct Settings {
    /// Whether warnings are errors.
    pub(crate) strict: bool,
    /// Whether hints are told.
    pub(crate) hints: bool,
    /// The environment of `efl.toml` that params are taken from.
    pub(crate) env: Option<String>,
    /// Which inlay hints there are.
    pub(crate) inlay_hints: InlayHints,
    /// Whether there are code lenses.
    pub(crate) code_lens: bool,
}

/// Which inlay hints there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(clippy::struct_excessive_bools)] // each is a setting
pub(crate) struct InlayHints {
    /// The types of `let`.
    pub(crate) types: bool,
    /// The names of arguments.
    pub(crate) arguments: bool,
    /// How `and` and `or` group.
    pub(crate) grouping: bool,
    /// Weights as they count.
    pub(crate) weights: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { strict: false, hints: true, env: None, inlay_hints: InlayHints::default(), code_lens: true }
    }
}

impl Default for InlayHints {
    fn default() -> Self {
        Self { types: true, arguments: true, grouping: true, weights: true }
    }
}

impl Settings {
    /// Reads the section `efl`; what is missing or null has its default, what is wrong leaves all as they were.
    pub(crate) fn read(value: serde_json::Value) -> Option<Self> {
        serde_json::from_value(without_nulls(value)).ok()
    }
}

/// Clients send null for what nobody has set.
fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Null => serde_json::Value::Object(serde_json::Map::new()),
        serde_json::Value::Object(entries) => {
            let known = entries.into_iter().filter(|(_, value)| !value.is_null());
            serde_json::Value::Object(known.map(|(key, value)| (key, without_nulls(value))).collect())
        }
        value => value,
    }
}

/// What `efl.toml` says, as far as it can be read.
#[derive(Clone, Default)]
pub(crate) struct FileSettings {
    /// What it says.
    pub(crate) config: Config,
    /// The file, if there is one.
    pub(crate) lines: Option<Arc<LineIndex>>,
    /// What is wrong with it.
    problems: Vec<Diagnostic>,
}

impl FileSettings {
    pub(crate) fn read(text: Arc<str>) -> Self {
        let (config, problems) = config::parse(&text);
        Self { config, lines: Some(Arc::new(LineIndex::new(text))), problems }
    }

    /// The params of an environment.
    pub(crate) fn params(&self, environment: Option<&str>) -> BTreeMap<String, ParamValue> {
        let environment = environment.and_then(|name| self.config.env.get(name));
        environment.map(Environment::values).unwrap_or_default()
    }

    /// What is wrong: in the file, and with the client's choice of an environment.
    pub(crate) fn problems(&self, environment: Option<&str>) -> Vec<Diagnostic> {
        let mut problems = self.problems.clone();
        if let Some(name) = environment
            && problems.is_empty()
            && !self.config.env.contains_key(name)
        {
            let message = format!("there is no environment `{name}`, which the setting `efl.env` names");
            let diagnostic = Diagnostic::new(&unknown_environment::RULE, TextRange::default(), message);
            let known: Vec<String> = self.config.env.keys().cloned().collect();
            problems.push(match known.as_slice() {
                [] => diagnostic,
                known => diagnostic.help(format!("there are {}", known.join(", "))),
            });
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use serde_json::json;

    #[test]
    fn what_is_missing_has_its_default() {
        assert_eq!(Settings::read(json!(null)), Some(Settings::default()));
        let read = Settings::read(json!({ "strict": true, "env": null, "inlayHints": { "types": false } }));
        let read = read.unwrap();
        assert!(read.strict && read.hints && !read.inlay_hints.types && read.inlay_hints.weights);
        assert_eq!(Settings::read(json!({ "strict": "yes" })), None);
    }
}
