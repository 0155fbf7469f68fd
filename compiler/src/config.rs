//! `efl.toml`: levels of rules, environments, and the versions targeted.

use crate::diag::Level;
use serde::Deserialize;
use std::collections::BTreeMap;

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
