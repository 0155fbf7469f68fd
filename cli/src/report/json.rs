//! One JSON document for programs; its shape is documented in `docs/guide/cli-formats.md`.

use super::{Finding, Report, applicability, bytes, level};
use crate::source::{Position, Source};
use serde::Serialize;
use std::ops::Range;

#[derive(Serialize)]
struct Document<'a> {
    diagnostics: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    omitted: Option<usize>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    level: &'a str,
    message: &'a str,
    file: &'a str,
    range: Place,
    labels: Vec<Label<'a>>,
    help: Option<&'a str>,
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
struct Place {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Label<'a> {
    file: &'a str,
    range: Place,
    message: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    applicability: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    range: Place,
    text: &'a str,
}

pub(super) fn render(report: &Report) -> String {
    let diagnostics = report.findings.iter().map(entry).collect();
    let omitted = Some(report.counts().omitted).filter(|count| *count > 0);
    let document = Document { diagnostics, omitted };
    // Texts and numbers alone cannot fail to be written.
    let mut out = serde_json::to_string_pretty(&document).unwrap_or_default();
    out.push('\n');
    out
}

fn entry(finding: &Finding) -> Entry<'_> {
    let diagnostic = &finding.diagnostic;
    let source = &finding.source;
    let labels = finding.labels().map(|(range, message)| Label {
        file: &source.name,
        range: place(source, &range),
        message,
    });
    let fixes = diagnostic.fixes.iter().map(|fix| Fix {
        title: &fix.title,
        applicability: applicability(fix.applicability),
        edits: (fix.edits.iter())
            .map(|edit| Edit { range: place(source, &bytes(edit.range)), text: &edit.text })
            .collect(),
    });
    Entry {
        code: diagnostic.rule.code,
        name: diagnostic.rule.name,
        level: level(diagnostic.level),
        message: &diagnostic.message,
        file: &source.name,
        range: place(source, &finding.range()),
        labels: labels.collect(),
        help: diagnostic.help.as_deref(),
        fixes: fixes.collect(),
    }
}

fn place(source: &Source, range: &Range<usize>) -> Place {
    Place { start: source.position(range.start), end: source.position(range.end) }
}
