//! Running a page: every block of every section, compared with what the compiler says.

use super::{
    compiled, expression,
    page::{Block, Section, sections},
    project::{File, Found, Project},
};
use efl_compiler::{diag::Level, fmt};
use std::fmt::Write as _;

/// Lints that are compared only in blocks which name their code: else each page would have to use every name that it
/// explains, once.
const NAMED_ONLY: [&str; 5] = ["E0214", "E0406", "E0418", "E0506", "E0601"];

/// What running a page did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Projects checked.
    pub projects: usize,
    /// Diagnostics asserted.
    pub diagnostics: usize,
    /// Cases of expressions.
    pub cases: usize,
    /// Resources compared.
    pub resources: usize,
    /// Fixes compared.
    pub fixes: usize,
    /// Formatted blocks compared.
    pub formatted: usize,
    /// Blocks and tests that nothing can run yet.
    pub pending: usize,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Tally) -> Tally {
        Tally {
            projects: self.projects + other.projects,
            diagnostics: self.diagnostics + other.diagnostics,
            cases: self.cases + other.cases,
            resources: self.resources + other.resources,
            fixes: self.fixes + other.fixes,
            formatted: self.formatted + other.formatted,
            pending: self.pending + other.pending,
        }
    }
}

/// A page being run.
pub struct Run<'a> {
    /// The path of the page, for messages.
    pub path: &'a str,
    /// What it did.
    pub tally: Tally,
    /// What was not as the page says, each with its place.
    pub failures: Vec<String>,
}

/// A diagnostic that a comment asserts.
#[derive(Clone, Debug)]
struct Asserted {
    line: usize,
    level: String,
    code: String,
    part: String,
}

/// Runs a page: what it did, and what is not as it says.
pub fn page(path: &str, text: &str) -> (Tally, Vec<String>) {
    let mut run = Run { path, tally: Tally::default(), failures: Vec::new() };
    for section in sections(text) {
        run.section(&section);
    }
    (run.tally, run.failures)
}

/// Runs a section: what is not as it says.
pub fn run_section(path: &str, section: &Section) -> Vec<String> {
    let mut run = Run { path, tally: Tally::default(), failures: Vec::new() };
    run.section(section);
    run.failures
}

impl Run<'_> {
    /// Notes that something is not as the page says.
    pub fn fail(&mut self, line: usize, message: impl std::fmt::Display) {
        self.failures.push(format!("{}:{line}: {message}", self.path));
    }

    fn section(&mut self, section: &Section) {
        expression::check(self, section);
        match Project::of(section) {
            Ok(projects) => projects.iter().for_each(|project| self.project(section, project)),
            Err(message) => self.fail(section.blocks.first().map_or(1, |b| b.line), message),
        }
    }

    fn project(&mut self, section: &Section, project: &Project) {
        let line = project.files.first().and_then(|f| f.lines.iter().flatten().next()).map_or(1, |o| o.line);
        let db = match project.database(None) {
            Ok(db) => db,
            Err(message) => return self.fail(line, message),
        };
        self.tally.projects += 1;
        let found = project.diagnostics(&db);
        self.compare(section, project, &found);
        for (about, fixed) in &project.fixed {
            self.fixed(project, &found, &section.blocks[*fixed], *about);
        }
        for (about, formatted) in &project.formatted {
            self.formatted(&section.blocks[*about], &section.blocks[*formatted]);
        }
        let errors = found.iter().any(|f| f.diagnostic.level == Level::Error);
        if !errors {
            self.tally.pending += tests(project);
        }
        for number in &project.compiled {
            compiled::check(self, project, &section.blocks[*number], errors);
        }
    }

    fn compare(&mut self, section: &Section, project: &Project, found: &[Found]) {
        let mut open: Vec<Asserted> = Vec::new();
        for file in &project.files {
            match asserted(file) {
                Ok(asserted) => open.extend(asserted),
                Err((line, message)) => self.fail(line, message),
            }
        }
        self.tally.diagnostics += open.len();
        for found in found {
            let Some(origin) = found.origin else { continue };
            let (code, level) = (found.diagnostic.rule.code, level(found.diagnostic.level));
            let text = said(found);
            let matching = open.iter().position(|a| {
                a.line == origin.line && a.code == code && a.level == level && text.contains(a.part.as_str())
            });
            if let Some(index) = matching {
                open.remove(index);
            } else if found.diagnostic.level != Level::Hint && !NAMED_ONLY.contains(&code)
                || names(&section.blocks[origin.block], code)
            {
                self.fail(origin.line, format!("not asserted: {level}[{code}]: {text}"));
            }
        }
        for Asserted { line, level, code, part } in open {
            self.fail(line, format!("missing: {level}[{code}]: {part}"));
        }
    }

    fn fixed(&mut self, project: &Project, found: &[Found], expected: &Block, about: usize) {
        self.tally.fixes += 1;
        let file =
            project.files.iter().find(|f| !f.range_of(about).is_empty()).expect("the block is in a file");
        let actual = apply_fixes(file, about, found);
        let unindented = |line: &str| format!("{}\n", line.strip_prefix(file.indent).unwrap_or(line));
        let actual = plain(&actual.lines().map(unindented).collect::<String>());
        let expected_text = plain(&expected.text);
        if actual != expected_text {
            self.fail(
                expected.line,
                format!("the fixes make this:\n{actual}--- instead of\n{expected_text}"),
            );
        }
    }

    fn formatted(&mut self, block: &Block, expected: &Block) {
        self.tally.formatted += 1;
        for text in [&block.text, &expected.text] {
            let actual = fmt::format(text).text;
            if actual != expected.text {
                self.fail(
                    expected.line,
                    format!("`efl fmt` makes this:\n{actual}--- instead of\n{}", expected.text),
                );
            }
        }
    }
}

/// What a diagnostic says: its message, its help and the titles of its fixes.
fn said(found: &Found) -> String {
    let mut text = found.diagnostic.message.clone();
    let fixes = found.diagnostic.fixes.iter().map(|fix| &fix.title);
    for more in found.diagnostic.help.iter().chain(fixes) {
        write!(text, " — {more}").expect("writing to a string");
    }
    text
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Hint => "hint",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

/// Whether a block asserts a code anywhere.
fn names(block: &Block, code: &str) -> bool {
    block.text.contains(&format!("[{code}]"))
}

/// How many `test` declarations a project has.
fn tests(project: &Project) -> usize {
    let lines = project.files.iter().flat_map(|f| f.text.lines());
    lines.filter(|line| line.starts_with("test \"")).count()
}

/// The diagnostics that the comments of a file assert.
fn asserted(file: &File) -> Result<Vec<Asserted>, (usize, String)> {
    let mut found = Vec::new();
    let mut waiting: Vec<(String, String, String)> = Vec::new();
    for (line, origin) in file.text.lines().zip(&file.lines) {
        let Some(origin) = origin else { continue };
        if let Some(comment) = line.trim_start().strip_prefix("//~ ") {
            if comment.starts_with("fails:") {
                continue;
            }
            let parsed = assertion(comment);
            waiting.push(parsed.ok_or_else(|| (origin.line, format!("not understood: //~ {comment}")))?);
            continue;
        }
        let at =
            |(level, code, part): (String, String, String)| Asserted { line: origin.line, level, code, part };
        found.extend(waiting.drain(..).map(at));
        found.extend(line.split("// ").skip(1).filter_map(assertion).map(at));
    }
    Ok(found)
}

/// `error[E0201]: part`.
fn assertion(text: &str) -> Option<(String, String, String)> {
    let (level, rest) = text.split_once('[')?;
    let (code, part) = rest.split_once(']')?;
    let known = ["error", "warning", "hint"].contains(&level);
    let part = part.strip_prefix(':').unwrap_or(part).trim();
    known.then(|| (level.to_owned(), code.to_owned(), part.to_owned()))
}

/// A block after the first fix of each diagnostic that begins in it. Those inside another one's edit are skipped.
fn apply_fixes(file: &File, block: usize, found: &[Found]) -> String {
    let range = file.range_of(block);
    let mut edits: Vec<(usize, usize, &str)> = Vec::new();
    for found in found.iter().filter(|f| f.path == file.path && f.origin.is_some_and(|o| o.block == block)) {
        let Some(fix) = found.diagnostic.fixes.first() else { continue };
        let at = usize::from(found.diagnostic.range.start());
        if edits.iter().any(|(from, to, _)| *from < at && at < *to) {
            continue;
        }
        edits.extend(
            fix.edits.iter().map(|e| (e.range.start().into(), e.range.end().into(), e.text.as_str())),
        );
    }
    edits.retain(|(from, to, _)| range.start <= *from && *to <= range.end);
    edits.sort_by_key(|(from, to, _)| (*from, *to));
    let mut text = String::new();
    let mut at = range.start;
    for (from, to, new) in edits {
        if from < at {
            continue;
        }
        text.push_str(&file.text[at..from]);
        text.push_str(new);
        at = to;
    }
    text.push_str(&file.text[at..range.end]);
    text
}

/// A text without assertion comments, the blanks before them, and blanks at the end of lines.
fn plain(text: &str) -> String {
    let line = |line: &str| {
        let mut line = line;
        while let Some((before, comment)) = line.rsplit_once("// ") {
            if assertion(comment).is_none() {
                break;
            }
            line = before.trim_end();
        }
        format!("{}\n", line.trim_end())
    };
    text.lines().filter(|l| !l.trim_start().starts_with("//~ ")).map(line).collect()
}
