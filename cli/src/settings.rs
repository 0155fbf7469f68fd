//! `efl.toml`: read once, and what is wrong in it said with its place.

use crate::{
    disk::Disk,
    report::Problem,
    source::{Source, SourceKind},
};
use efl_compiler::{
    config::Config,
    diag::{Diagnostic, Level},
    elab::suggest,
    rules::{self, bad_settings},
};
use efl_grammar::{TextRange, TextSize};
use std::{fs, ops::Range, path::Path, rc::Rc};
use toml::{Spanned, de::DeTable};

/// The settings of a workspace.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// What they say.
    pub(crate) config: Config,
    /// The file.
    pub(crate) source: Option<Rc<Source>>,
    /// What is wrong with it.
    pub(crate) problems: Vec<Problem>,
}

/// The keys there are.
const KEYS: [&str; 4] = ["edition", "rules", "env", "targets"];

/// The settings in a file.
pub(crate) fn read(disk: &Disk, file: &Path) -> Settings {
    let name = disk.name(&disk.path_of(file));
    match fs::read_to_string(file) {
        Ok(text) => {
            let (config, found) = parse(&text);
            let source = Rc::new(Source::new(name, text, SourceKind::File));
            let problem = |diagnostic| Problem { source: source.clone(), diagnostic };
            Settings { config, problems: found.into_iter().map(problem).collect(), source: Some(source) }
        }
        Err(error) => {
            let source = Rc::new(Source::new(name, "", SourceKind::Unreadable));
            let message = format!("the settings cannot be read: {error}");
            let diagnostic = Diagnostic::new(&bad_settings::RULE, TextRange::default(), message);
            let problems = vec![Problem { source: source.clone(), diagnostic }];
            Settings { config: Config::default(), source: Some(source), problems }
        }
    }
}

/// The settings in a text, as far as they can be read, and what is wrong with them.
fn parse(text: &str) -> (Config, Vec<Diagnostic>) {
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
pub(crate) fn place_of_param(text: &str, environment: &str, param: &str) -> Option<TextRange> {
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
        let text = |d: &efl_compiler::diag::Diagnostic| {
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
