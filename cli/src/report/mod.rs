//! What is wrong, with the texts it points into, and the formats in which it is said.

mod github;
mod human;
mod json;
mod junit;
mod sarif;
mod short;

use crate::{
    source::{Position, Source, SourceKind},
    terminal::Look,
};
use clap::ValueEnum;
use efl_compiler::{
    db::{Database, SourceFile},
    diag::{Applicability, Diagnostic, Level},
};
use efl_grammar::TextRange;
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    fmt::Write as _,
    ops::Range,
    rc::Rc,
    sync::Arc,
};

pub(crate) use human::counted;

/// A format of diagnostics.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Format {
    /// With the lines of the source, for people
    #[default]
    Human,
    /// One line each: `FILE:LINE:COL: error[E0101]: message`
    Short,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub workflow commands, shown at the lines of a pull request
    Github,
    /// JUnit XML, for test reports
    Junit,
}

/// Something wrong outside of the program, in a text of its own.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// The text.
    pub(crate) source: Rc<Source>,
    /// What is wrong, with its place in the text.
    pub(crate) diagnostic: Diagnostic,
}

/// A diagnostic with the texts of its places.
#[derive(Debug)]
pub(crate) struct Finding {
    /// The text it is about.
    pub(crate) source: Rc<Source>,
    /// The diagnostic, with absolute places.
    pub(crate) diagnostic: Diagnostic,
}

/// So many findings of a file are shown: who has more has broken the file as a whole.
const SHOWN: usize = 500;

/// Everything found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// In the order in which it is shown.
    pub(crate) findings: Vec<Finding>,
    /// How many hints were left out.
    hidden: usize,
    /// How many errors and warnings are counted, but not among the findings.
    omitted: Omitted,
    /// The names of the files that were looked at.
    files: Vec<String>,
    seen: HashSet<String>,
    sources: HashMap<String, Rc<Source>>,
}

/// What is beyond [`SHOWN`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Omitted {
    errors: usize,
    warnings: usize,
}

/// How much was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Counts {
    /// Errors.
    pub(crate) errors: usize,
    /// Warnings.
    pub(crate) warnings: usize,
    /// Files.
    pub(crate) files: usize,
    /// Diagnostics that `--fix` would mend.
    pub(crate) fixable: usize,
    /// Hints that were left out.
    pub(crate) hidden: usize,
    /// Errors and warnings that are counted, but not shown.
    pub(crate) omitted: usize,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds what is wrong outside of the program.
    pub(crate) fn problem(&mut self, problem: Problem) {
        if problem.source.kind != SourceKind::Virtual {
            self.looked_at(&problem.source.name);
        }
        let Problem { source, diagnostic } = problem;
        self.findings.push(Finding { source, diagnostic });
    }

    /// Adds what is wrong with a file; `name` is how people know a path.
    pub(crate) fn file(
        &mut self,
        db: &Database,
        file: SourceFile,
        diagnostics: Vec<Diagnostic>,
        name: &dyn Fn(&str) -> String,
    ) {
        let path = file.path(db);
        self.looked_at(&name(&path));
        for diagnostic in self.first(diagnostics) {
            let source = self.source(db, &path, name);
            self.findings.push(Finding { source, diagnostic });
        }
    }

    /// The first [`SHOWN`] of a file's diagnostics, the worst before the others; the rest is counted.
    fn first(&mut self, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        if diagnostics.len() <= SHOWN {
            return diagnostics;
        }
        diagnostics.sort_by_key(|found| Reverse(found.level));
        for found in diagnostics.drain(SHOWN..) {
            match found.level {
                Level::Error => self.omitted.errors += 1,
                Level::Warning => self.omitted.warnings += 1,
                Level::Hint => self.hidden += 1,
            }
        }
        diagnostics.sort_by_key(|found| found.range.start());
        diagnostics
    }

    /// Adds an error about a file, in place of a hint of the same rule at the same place.
    pub(crate) fn require(
        &mut self,
        db: &Database,
        file: SourceFile,
        diagnostic: Diagnostic,
        name: &dyn Fn(&str) -> String,
    ) {
        let source = self.source(db, &file.path(db), name);
        let same = |known: &Diagnostic| known.rule == diagnostic.rule && known.range == diagnostic.range;
        self.findings.retain(|finding| !(same(&finding.diagnostic) && Rc::ptr_eq(&finding.source, &source)));
        self.findings.push(Finding { source, diagnostic });
    }

    /// Turns warnings into errors.
    pub(crate) fn strict(&mut self) {
        for finding in &mut self.findings {
            if finding.diagnostic.level == Level::Warning {
                finding.diagnostic.level = Level::Error;
            }
        }
        self.omitted.errors += std::mem::take(&mut self.omitted.warnings);
    }

    /// Leaves out hints, and remembers how many.
    pub(crate) fn hide_hints(&mut self) {
        let all = self.findings.len();
        self.at_least(Level::Warning);
        self.hidden += all - self.findings.len();
    }

    /// Leaves out what is less serious.
    pub(crate) fn at_least(&mut self, level: Level) {
        self.findings.retain(|finding| finding.diagnostic.level >= level);
    }

    /// How much was found.
    pub(crate) fn counts(&self) -> Counts {
        let count = |level| self.findings.iter().filter(|finding| finding.diagnostic.level == level).count();
        let safe = |finding: &&Finding| {
            finding.diagnostic.fixes.iter().any(|fix| fix.applicability == Applicability::Safe)
        };
        Counts {
            errors: count(Level::Error) + self.omitted.errors,
            warnings: count(Level::Warning) + self.omitted.warnings,
            files: self.files.len(),
            fixable: self.findings.iter().filter(safe).count(),
            hidden: self.hidden,
            omitted: self.omitted.errors + self.omitted.warnings,
        }
    }

    /// All of it in a format.
    pub(crate) fn render(&self, format: Format, look: Look) -> String {
        match format {
            Format::Human => human::render(self, look),
            Format::Short => short::render(self),
            Format::Json => json::render(self),
            Format::Sarif => sarif::render(self),
            Format::Github => github::render(self),
            Format::Junit => junit::render(self),
        }
    }

    fn looked_at(&mut self, name: &str) {
        if self.seen.insert(name.to_owned()) {
            self.files.push(name.to_owned());
        }
    }

    fn source(&mut self, db: &Database, path: &Arc<str>, name: &dyn Fn(&str) -> String) -> Rc<Source> {
        if let Some(source) = self.sources.get(path.as_ref()) {
            return source.clone();
        }
        let text = db.file(path).and_then(|file| file.text(db));
        let kind = match text {
            Some(_) if path.ends_with(crate::disk::STDIN_FILE) => SourceKind::Virtual,
            Some(_) => SourceKind::File,
            None => SourceKind::Unreadable,
        };
        let source = Rc::new(Source::new(name(path), text.unwrap_or_default(), kind));
        self.sources.insert(path.to_string(), source.clone());
        source
    }
}

impl Finding {
    /// Where it is, in bytes.
    fn range(&self) -> Range<usize> {
        bytes(self.diagnostic.range)
    }

    /// Where it begins.
    fn start(&self) -> Position {
        self.source.position(self.range().start)
    }

    /// Where it ends.
    fn end(&self) -> Position {
        self.source.position(self.range().end)
    }

    /// The other places that matter: their bytes, and what is there.
    fn labels(&self) -> impl Iterator<Item = (Range<usize>, &str)> {
        self.diagnostic.labels.iter().map(|label| (bytes(label.range), label.message.as_str()))
    }

    /// `error[E0101]`.
    fn head(&self) -> String {
        format!("{}[{}]", level(self.diagnostic.level), self.diagnostic.rule.code)
    }

    /// `FILE:LINE:COL`.
    fn place(&self) -> String {
        place(&self.source, self.range().start)
    }
}

/// `FILE:LINE:COL`, or the file alone if nothing of it can be shown.
fn place(source: &Source, offset: usize) -> String {
    let mut place = source.name.clone();
    if source.kind != SourceKind::Unreadable {
        let Position { line, column, .. } = source.position(offset);
        let _ = write!(place, ":{line}:{column}");
    }
    place
}

/// A place in bytes.
pub(crate) fn bytes(range: TextRange) -> Range<usize> {
    range.start().into()..range.end().into()
}

/// A level as it is written.
const fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Hint => "hint",
    }
}

/// How far a fix can be trusted, as it is written.
const fn applicability(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "safe",
        Applicability::Unsafe => "unsafe",
        Applicability::Manual => "manual",
    }
}
