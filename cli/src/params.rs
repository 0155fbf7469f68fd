//! Where the values of params come from: an environment of `efl.toml`, then `--params`, then `--param`; later ones win.

use crate::{
    commands::Failure,
    report::Problem,
    settings::Settings,
    source::{Source, SourceKind},
};
use efl_compiler::{
    config::{self, ParamValue},
    diag::Diagnostic,
    elab::suggest,
    rules::{undeclared_param, unknown_environment},
    value::as_json,
};
use efl_grammar::{TextRange, TextSize};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

/// The options that set params.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct ParamOptions {
    /// Set a param; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pairs: Vec<(String, String)>,
    /// Set the params in a JSON or YAML file, a map of names
    #[arg(long = "params", value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// Set the params of an environment of efl.toml
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// Values of params, and where each was set.
#[derive(Debug, Default)]
pub(crate) struct Params {
    /// The values.
    pub(crate) values: BTreeMap<String, ParamValue>,
    /// Where each name was last set.
    places: BTreeMap<String, Place>,
    /// What is wrong with the options themselves.
    pub(crate) problems: Vec<Problem>,
}

#[derive(Clone, Debug)]
struct Place {
    source: Rc<Source>,
    range: TextRange,
}

impl ParamOptions {
    /// The values that the options give.
    pub(crate) fn read(&self, settings: &Settings) -> Result<Params, Failure> {
        let mut params = Params::default();
        if let Some(env) = &self.env {
            params.environment(env, settings);
        }
        if let Some(file) = &self.file {
            params.file(file)?;
        }
        for (name, value) in &self.pairs {
            let source = Rc::new(Source::new("--param", format!("{name}={value}"), SourceKind::Virtual));
            let range = TextRange::up_to(TextSize::of(name.as_str()));
            params.set(name, ParamValue::Text(value.clone()), Place { source, range });
        }
        Ok(params)
    }
}

impl Params {
    fn set(&mut self, name: &str, value: ParamValue, place: Place) {
        self.values.insert(name.to_owned(), value);
        self.places.insert(name.to_owned(), place);
    }

    fn environment(&mut self, name: &str, settings: &Settings) {
        let Some(environment) = settings.config.env.get(name) else {
            // Broken settings are one mistake, not two.
            if settings.problems.is_empty() {
                self.problems.push(no_environment(name, settings));
            }
            return;
        };
        let Some(source) = &settings.source else { return };
        for (param, value) in environment.values() {
            let range = config::place_of_param(&source.text, name, &param).unwrap_or_default();
            let place = Place { source: source.clone(), range };
            self.set(&param, value, place);
        }
    }

    fn file(&mut self, file: &Path) -> Result<(), Failure> {
        let name = file.display();
        let text =
            fs::read_to_string(file).map_err(|e| Failure::new(format!("cannot read `{name}`: {e}")))?;
        let json = file.extension().is_some_and(|extension| extension == "json");
        let read: Result<serde_json::Value, String> = if json {
            serde_json::from_str(&text).map_err(|e| e.to_string())
        } else {
            serde_saphyr::from_str(&text).map_err(|e| e.to_string())
        };
        let value = read.map_err(|e| {
            Failure::new(format!("`{name}` is no {}: {e}", if json { "JSON" } else { "YAML" }))
        })?;
        let serde_json::Value::Object(entries) = value else {
            return Err(Failure::new(format!("`{name}` must be a map from names of params to values")));
        };
        let source = Rc::new(Source::new(name.to_string(), text.as_str(), SourceKind::File));
        for (param, value) in &entries {
            let place = Place { source: source.clone(), range: key(&text, param) };
            self.set(param, ParamValue::Data(as_json::from_json(value)), place);
        }
        Ok(())
    }

    /// The names set by an environment or file: they may be meant for other files of the project.
    pub(crate) fn shared(&self) -> impl Iterator<Item = &str> {
        let shared = self.places.iter().filter(|(_, place)| place.source.kind == SourceKind::File);
        shared.map(|(name, _)| name.as_str())
    }

    /// What is said of the names that nothing declares.
    pub(crate) fn undeclared(&self, declared: &[String]) -> Vec<Problem> {
        let undeclared = self.places.iter().filter(|(name, _)| !declared.contains(name));
        let problem = |(name, place): (&String, &Place)| {
            let message = format!("no file declares a param `{name}`");
            let mut diagnostic = Diagnostic::new(&undeclared_param::RULE, place.range, message);
            if let Some(near) = suggest(name, declared) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            } else if !declared.is_empty() {
                diagnostic = diagnostic.help(format!("there are {}", declared.join(", ")));
            }
            Problem { source: place.source.clone(), diagnostic }
        };
        undeclared.map(problem).collect()
    }
}

fn no_environment(name: &str, settings: &Settings) -> Problem {
    let source = Rc::new(Source::new("--env", name, SourceKind::Virtual));
    let known: Vec<String> = settings.config.env.keys().cloned().collect();
    let message = match &settings.source {
        Some(file) => format!("`{}` has no environment `{name}`", file.name),
        None => format!("there is no environment `{name}`, because there is no `efl.toml`"),
    };
    let range = TextRange::up_to(TextSize::of(name));
    let mut diagnostic = Diagnostic::new(&unknown_environment::RULE, range, message);
    if let Some(near) = suggest(name, &known) {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
    } else if !known.is_empty() {
        diagnostic = diagnostic.help(format!("there are {}", known.join(", ")));
    }
    Problem { source, diagnostic }
}

/// Where a key seems to stand in a JSON or YAML text.
fn key(text: &str, name: &str) -> TextRange {
    let is_key = |at: &usize| {
        let before = text[..*at].trim_end_matches(['"', '\'', ' ']);
        let after = text[at + name.len()..].trim_start_matches(['"', '\'']).trim_start();
        after.starts_with(':') && (before.is_empty() || before.ends_with(['\n', '{', ',']))
    };
    let found = text.match_indices(name).map(|(at, _)| at).find(is_key);
    let size = |at: usize| TextSize::from(u32::try_from(at).unwrap_or(u32::MAX));
    found.map(|at| TextRange::at(size(at), TextSize::of(name))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn keys_are_found_in_json_and_yaml() {
        for (text, name, start) in [
            ("{\"tag\": \"copies\", \"copies\": 3}", "copies", 19_u32),
            ("# tag\ntag: 1\n", "tag", 6),
            ("{}", "tag", 0),
        ] {
            assert_eq!(u32::from(key(text, name).start()), start, "{text}");
        }
    }
}
