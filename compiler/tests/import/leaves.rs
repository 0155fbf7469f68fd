//! Every scalar of the input is in the program, in a comment of it, or always so.

use efl_compiler::{
    catalog::{Block, Field, Presence, sources},
    import::Imported,
};
use serde_json::Value as Json;

/// What is not said because EFL always does it, or because it only ties things together: (path, why). `*` is any key, `**`
/// any number of them. The guide lists the same (`docs/guide/migrating.md`, "What is always so").
pub(crate) const ALWAYS: &[(&str, &str)] = &[
    ("**/apiVersion", "the kind of a resource says it"),
    ("**/kind", "a declaration of EFL is of a kind"),
    ("spec/service/ports/**", "a source that listens has a Service with the ports of its events"),
    ("**/jsonBody", "`format: json`, the default"),
    ("**/method", "`POST`, how a webhook and a function are called"),
    ("spec/triggers/*/policy/status/allow/*", "a call succeeds with any status of 200 to 299"),
    ("spec/dependencies/*/name", "ties dependencies to triggers; the event's own name does"),
    ("spec/dependencies/*/eventSourceName", "the source's name, shortened"),
    ("spec/triggers/*/template/conditions", "the logic of the rule"),
    ("**/src/dependencyName", "the name of the event"),
    ("**/dest", "the place of an argument"),
    ("**/filters/data/*/type", "the operator of the predicate"),
    ("**/filters/data/*/comparator", "the operator of the predicate"),
    ("**/filters/*LogicalOperator", "`and` and `or`"),
    ("**/filters/exprs/*/fields/*/name", "the field's own name"),
    ("**/filters/context/**", "what is true of every event of the dependency"),
    ("**/filtersLogicalOperator", "`and` and `or`"),
    ("spec/triggers/*/retryStrategy/**", "`retry`, in numbers of its own"),
];

/// The documents of a text.
pub(crate) fn documents(yaml: &str) -> Vec<Json> {
    serde_saphyr::from_multiple::<Json>(yaml)
        .unwrap_or_default()
        .into_iter()
        .filter(|json| !json.is_null())
        .collect()
}

/// The scalars that are nowhere.
pub(crate) fn missing(yaml: &str, imported: &Imported) -> Vec<String> {
    let text = unescaped(&imported.efl);
    let mut missing = Vec::new();
    for document in documents(yaml) {
        leaves(&document, &mut Vec::new(), &mut |path, leaf| {
            if !is_always(path) && !is_usual(path, leaf) && !is_said(&text, leaf) {
                missing.push(format!("{} = {leaf}", path.join("/")));
            }
        });
    }
    missing
}

fn leaves(json: &Json, path: &mut Vec<String>, each: &mut impl FnMut(&[String], &Json)) {
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                path.push(key.clone());
                leaves(value, path, each);
                path.pop();
            }
        }
        Json::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                path.push(at.to_string());
                leaves(value, path, each);
                path.pop();
            }
        }
        leaf => each(path, leaf),
    }
}

fn is_always(path: &[String]) -> bool {
    fn fits(pattern: &[&str], path: &[String]) -> bool {
        match (pattern.split_first(), path.split_first()) {
            (None, None) => true,
            (Some((&"**", rest)), _) => (0..=path.len()).any(|n| fits(rest, &path[n..])),
            (Some((key, rest)), Some((first, path))) => {
                let ends = key.strip_prefix('*').is_some_and(|end| first.ends_with(end));
                (*key == first || ends) && fits(rest, path)
            }
            _ => false,
        }
    }
    ALWAYS.iter().any(|(pattern, _)| fits(&pattern.split('/').collect::<Vec<_>>(), path))
}

/// Whether a field of an event has the value that it has when nothing is said, by the catalogue.
fn is_usual(path: &[String], leaf: &Json) -> bool {
    let [spec, key, _, rest @ ..] = path else { return false };
    let kind = sources::all().iter().find(|kind| spec == "spec" && kind.key == key);
    let leaf = leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned);
    kind.is_some_and(|kind| defaults(kind.block).iter().any(|(path, value)| *path == rest && *value == leaf))
}

/// The paths that a block writes or leaves out by itself, with their values.
fn defaults(block: &'static Block) -> Vec<(&'static [&'static str], String)> {
    let field = |field: &Field| match (field.presence, field.upstream) {
        (Presence::Default(text), Some(upstream)) => Some((upstream.path, text.trim_matches('"').to_owned())),
        _ => None,
    };
    let mut found: Vec<_> = block.fields.iter().filter_map(field).collect();
    found.extend(
        block.always.iter().map(|constant| (constant.path, constant.json.trim_matches('"').to_owned())),
    );
    found.extend(block.blocks.iter().flat_map(|nested| defaults(nested.block)));
    found
}

/// Whether a scalar is in a text: as it is, line by line, in the spelling of EFL, or as the path that it is.
fn is_said(text: &str, leaf: &Json) -> bool {
    let leaf = match leaf {
        Json::Null => return true,
        Json::String(leaf) => leaf.clone(),
        other => other.to_string(),
    };
    let lines = |leaf: &str| leaf.lines().all(|line| text.contains(line.trim()));
    let lower = leaf.to_lowercase();
    let kebab = lower.replace(['_', '.'], "-");
    let number = leaf.parse::<f64>().is_ok_and(|number| text.contains(&number.to_string()));
    let steps = leaf.split('.').filter(|step| *step != "body" && step.parse::<u32>().is_err());
    let path = leaf.contains('.')
        && !leaf.contains(' ')
        && steps.clone().count() > 0
        && steps.clone().all(|step| text.contains(step));
    let words = leaf.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let lua = ["if", "then", "else", "end", "return", "true", "false", "event", "body", "headers"];
    let expression = ["==", "headers."].iter().any(|sign| leaf.contains(sign))
        && words.clone().filter(|word| !lua.contains(word)).all(|word| text.contains(word));
    let template = leaf.contains("{{") && {
        let words = words.filter(|word| !matches!(*word, "Input" | "body"));
        words.clone().count() > 0 && words.clone().all(|word| text.contains(word))
    };
    leaf.is_empty()
        || lines(&leaf)
        || text.contains(&lower)
        || text.contains(&kebab)
        || number
        || path
        || expression
        || template
}

/// The text with its escapes undone, so that quotes in strings and in comments look the same.
fn unescaped(text: &str) -> String {
    text.replace("\\\"", "\"").replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")
}
