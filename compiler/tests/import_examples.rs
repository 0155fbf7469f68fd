//! Import of the public examples of Argo Events: nothing panics, nothing is dropped in silence, and a table says which of
//! them compile again without help (`docs/guide/import-table.md`).
//!
//! They are in the Go module of Argo Events, so these are tests of level 1. `EFL_UPDATE=1` writes the table.

mod common;
#[path = "import/leaves.rs"]
mod leaves;
#[path = "import/same.rs"]
mod same;
#[path = "import/support.rs"]
mod support;

use common::{
    files::{below, root},
    level::{level1, module},
};
use efl_compiler::import::{self, Imported};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// The module with the examples and their folder, if this level of tests has it.
fn examples() -> Option<(String, PathBuf)> {
    if !level1("import of the public examples of Argo Events") {
        return None;
    }
    let (module, folder) = module("ARGO_EVENTS");
    Some((module, folder.join("examples")))
}

/// Every YAML file below a folder, by its path in it.
fn files(folder: &Path) -> Vec<String> {
    below(folder, "", &[".yaml", ".yml"])
}

#[test]
fn nothing_of_the_examples_is_dropped_in_silence() {
    let Some((_, folder)) = examples() else { return };
    let mut dropped = Vec::new();
    for file in files(&folder) {
        let yaml = fs::read_to_string(folder.join(&file)).expect("it can be read");
        let imported = import::import(&yaml).unwrap_or_else(|error| panic!("{file}: {error}"));
        dropped.extend(leaves::missing(&yaml, &imported).into_iter().map(|leaf| format!("{file}: {leaf}")));
    }
    assert!(dropped.is_empty(), "{} leaves:\n{}", dropped.len(), dropped.join("\n"));
}

#[test]
fn the_guide_lists_what_is_always_so() {
    let guide = fs::read_to_string(root().join("docs/guide/migrating.md")).expect("the guide");
    let (_, list) = guide.split_once("## What is always so").expect("the list");
    for (path, why) in leaves::ALWAYS {
        assert!(list.contains(&format!("| `{path}` | {why} |")), "{path}");
    }
}

#[test]
fn the_table_says_what_compiles_again() {
    let Some((module, folder)) = examples() else { return };
    let table = table(&module, &folder);
    let path = root().join("docs/guide/import-table.md");
    if std::env::var_os("EFL_UPDATE").is_some() {
        fs::write(&path, &table).expect("the table can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, table, "run with EFL_LEVEL=1 EFL_UPDATE=1 and review");
}

/// An import, and whether what it gives does the same as what it was made of.
struct Row {
    notes: usize,
    /// Why it does not compile unaided.
    help: Option<String>,
    /// Why it does not when each function that stands in has an image.
    with_images: Option<String>,
}

fn row(yaml: &str) -> Row {
    let imported: Imported = import::import(yaml).expect("every example can be imported");
    let help = |efl: &str| match support::compiled(efl) {
        Err(errors) => Some(reason(&errors)),
        Ok((_, resources)) => same::difference(yaml, &resources),
    };
    let with_images = imported.efl.replace("image: \"\"", "image: \"registry.example/stand-in:1\"");
    Row { notes: imported.notes.len(), help: help(&imported.efl), with_images: help(&with_images) }
}

impl Row {
    fn said(&self) -> String {
        let said = |help: &Option<String>| help.as_ref().map_or("yes".to_owned(), |why| format!("no: {why}"));
        if self.help.as_deref() == Some(NO_IMAGE) {
            format!("no: {NO_IMAGE}; with one {}", said(&self.with_images))
        } else {
            said(&self.help)
        }
    }
}

const NO_IMAGE: &str = "the function in the place of a trigger has no image";

/// The first thing that somebody has to say.
fn reason(errors: &[String]) -> String {
    let known = [
        ("unknown kind of source", "its EventSource is not in the file"),
        ("`image` is empty", NO_IMAGE),
        ("expected a condition", "a filter or a transform has no form in EFL"),
        ("expected an expression", "a filter or a transform has no form in EFL"),
        ("has nothing on its left", "a filter or a transform has no form in EFL"),
    ];
    let said = known.iter().find(|(text, _)| errors.iter().any(|error| error.contains(text)));
    match (said, errors.first()) {
        (Some((_, why)), _) => (*why).to_owned(),
        (None, Some(error)) => {
            let message = error.splitn(3, ": ").nth(2).unwrap_or(error);
            format!("the checker: {}", message.split("; ").next().unwrap_or(message))
        }
        (None, None) => String::new(),
    }
}

/// The files with the event sources that a Sensor names.
fn event_sources(folder: &Path, file: &str, yaml: &str) -> Vec<String> {
    let mut found = Vec::new();
    for json in leaves::documents(yaml) {
        let dependencies = json.pointer("/spec/dependencies").and_then(serde_json::Value::as_array).cloned();
        for dependency in dependencies.into_iter().flatten() {
            let Some(name) = dependency["eventSourceName"].as_str().map(str::to_owned) else { continue };
            let same = |path: &String| {
                let text = fs::read_to_string(folder.join(path)).unwrap_or_default();
                let documents = leaves::documents(&text);
                documents
                    .iter()
                    .any(|json| json["kind"] == "EventSource" && json["metadata"]["name"] == name.as_str())
            };
            let candidates =
                files(folder).into_iter().filter(|path| path != file && path.starts_with("event-sources/"));
            found.extend(candidates.filter(same).take(1));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn table(module: &str, folder: &Path) -> String {
    let mut out = format!(
        "# Import of the examples of Argo Events\n\n<!-- Written by compiler/tests/import_examples.rs: \
         EFL_LEVEL=1 EFL_UPDATE=1 cargo test -p efl-compiler --test import_examples -->\n\n\
         Every file below `examples/` of `{module}`, given to `efl import` alone and, where it is a Sensor, together with \
         the EventSources that it names. *Compiles again* means: `efl check` finds no error, and what is compiled has the \
         same event sources and triggers as what was read. What the others need is said at the place in the `.efl` file \
         where it is needed; it is the first of these things that stands here.\n\n\
         | file | notes | compiles again | with its EventSources |\n|---|---|---|---|\n"
    );
    let (mut alone, mut together, mut imaged, mut total, mut pipelines, mut notes) = (0, 0, 0, 0, 0, 0);
    for file in files(folder) {
        let yaml = fs::read_to_string(folder.join(&file)).expect("it can be read");
        let row = self::row(&yaml);
        total += 1;
        pipelines += usize::from(
            leaves::documents(&yaml)
                .iter()
                .any(|json| json["kind"] == "EventSource" || json["kind"] == "Sensor"),
        );
        notes += row.notes;
        alone += usize::from(row.help.is_none());
        let sources = event_sources(folder, &file, &yaml);
        let others =
            sources.iter().map(|path| fs::read_to_string(folder.join(path)).expect("it can be read"));
        let all: String = others.chain([yaml.clone()]).collect::<Vec<_>>().join("\n---\n");
        let with = (!sources.is_empty()).then(|| self::row(&all));
        together += usize::from(with.as_ref().unwrap_or(&row).help.is_none());
        imaged += usize::from(with.as_ref().unwrap_or(&row).with_images.is_none());
        let with = with.map_or(String::new(), |with| with.said());
        let _ = writeln!(out, "| `{file}` | {} | {} | {with} |", row.notes, row.said());
    }
    let _ = write!(
        out,
        "\n{total} files, all imported, with {notes} notes; {pipelines} of them hold EventSources or Sensors. Of these \
         **{alone}** compile again alone without help, **{together}** with the EventSources that they name, and **{imaged}** when the \
         functions in the place of their triggers have images too.\n"
    );
    out
}
