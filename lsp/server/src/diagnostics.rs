//! Diagnostics: checking files, and the compiler's diagnostics in the protocol's words.

use crate::{
    document,
    outbox::Outbox,
    project::Place,
    settings::{FileSettings, Settings},
    snapshot::{File, Snapshot},
    worker::Cancellation,
};
use efl_compiler::{
    diag::{self, Level},
    project,
    rules::Rule,
};
use efl_grammar::Encoding;
use std::{
    collections::HashSet,
    fs,
    path::PathBuf,
    sync::{LazyLock, Mutex},
};
use tower_lsp::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    NumberOrString, Range, Uri,
};

/// The name by which the client knows who said it.
pub(crate) const SOURCE: &str = "efl";

/// Files to be checked. What is checked is told at once.
pub(crate) struct Check {
    /// What is still to be checked, the next one last.
    pub(crate) places: Vec<Place>,
    /// Whether these are the documents that the person edits.
    pub(crate) urgent: bool,
    pub(crate) cancellation: Cancellation,
    pub(crate) outbox: Outbox,
}

impl Check {
    /// Checks the files; stops when the state is written.
    pub(crate) fn run(&mut self, snapshot: &Snapshot) {
        while let Some(place) = self.places.last() {
            if let Some(file) = snapshot.at_place(place)
                && snapshot.is_own(place)
                && let Some(uri) = file.uri()
            {
                let version = file.document().map(|document| document.version);
                self.outbox.publish(uri, version, of_file(file));
            }
            self.places.pop();
        }
    }

    /// Leaves out the file that a check cannot get over.
    pub(crate) fn give_up(&mut self, message: &str) {
        if let Some(place) = self.places.pop() {
            self.outbox.log(&format!("a panic while checking `{}`: {message}", place.path));
        }
    }
}

/// Everything wrong with a file.
pub(crate) fn of_file(file: File<'_>) -> Vec<Diagnostic> {
    if file.document().is_none() && file.source.text(file.db()).is_none() {
        return Vec::new();
    }
    let found = project::diagnostics(file.db(), file.source);
    found.iter().filter_map(|found| convert(file, found)).collect()
}

/// A diagnostic in the protocol's words; `None` when the client does not want to hear of it.
pub(crate) fn convert(file: File<'_>, found: &diag::Diagnostic) -> Option<Diagnostic> {
    let range = file.range(found.range);
    let mut diagnostic = plain(found, range, &file.snapshot.settings)?;
    diagnostic.related_information = related(file, found);
    Some(diagnostic)
}

/// Everything wrong with a project's `efl.toml`.
pub(crate) fn of_settings(file: &FileSettings, settings: &Settings, encoding: Encoding) -> Vec<Diagnostic> {
    let Some(lines) = &file.lines else { return Vec::new() };
    let found = file.problems(settings.env.as_deref());
    found.iter().filter_map(|d| plain(d, document::range(lines, d.range, encoding), settings)).collect()
}

/// A diagnostic without its labels.
fn plain(diagnostic: &diag::Diagnostic, range: Range, settings: &Settings) -> Option<Diagnostic> {
    let severity = match diagnostic.level {
        Level::Error => DiagnosticSeverity::ERROR,
        Level::Warning if settings.strict => DiagnosticSeverity::ERROR,
        Level::Warning => DiagnosticSeverity::WARNING,
        // What is greyed out is no line in a list of problems.
        Level::Hint if settings.hints || diagnostic.unnecessary => DiagnosticSeverity::HINT,
        Level::Hint => return None,
    };
    Some(Diagnostic {
        range,
        severity: Some(severity),
        code: Some(NumberOrString::String(diagnostic.rule.code.to_owned())),
        code_description: page(diagnostic.rule).map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: message(diagnostic),
        related_information: None,
        tags: diagnostic.unnecessary.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    })
}

fn message(diagnostic: &diag::Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

/// The labels.
fn related(file: File<'_>, found: &diag::Diagnostic) -> Option<Vec<DiagnosticRelatedInformation>> {
    if !file.snapshot.features.related_information || found.labels.is_empty() {
        return None;
    }
    let related = found.labels.iter().filter_map(|label| {
        let location = file.location(label.range)?;
        Some(DiagnosticRelatedInformation { location, message: label.message.clone() })
    });
    Some(related.collect())
}

/// The page of a rule as a file that the editor can open: there is no need of a network.
fn page(rule: &Rule) -> Option<Uri> {
    static FOLDER: LazyLock<PathBuf> =
        LazyLock::new(|| std::env::temp_dir().join(format!("efl-{}-pages", std::process::id())));
    static WRITTEN: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let file = FOLDER.join(format!("{}.md", rule.code));
    let mut written = WRITTEN.lock().ok()?;
    if written.get_or_insert_default().insert(rule.code) {
        fs::create_dir_all(&*FOLDER).ok()?;
        fs::write(&file, format!("# {}: {}\n\n{}\n", rule.code, rule.name, rule.page.trim())).ok()?;
    }
    Uri::from_file_path(file)
}
