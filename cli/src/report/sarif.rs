//! SARIF 2.1.0, for code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use super::{Finding, Report, bytes};
use crate::source::{Source, SourceKind};
use efl_compiler::{
    diag::{Fix, Level},
    rules::Rule,
};
use serde_json::{Value, json};
use std::{fmt::Write as _, ops::Range};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn render(report: &Report) -> String {
    // The rules that something was found by, once each, by code.
    let mut rules: Vec<&Rule> = report.findings.iter().map(|finding| finding.diagnostic.rule).collect();
    rules.sort_by_key(|rule| rule.code);
    rules.dedup();
    let results = report.findings.iter().map(|finding| result(finding, &rules));
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "efl",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| metadata(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    let mut out = serde_json::to_string_pretty(&document).unwrap_or_default();
    out.push('\n');
    out
}

fn metadata(rule: &Rule) -> Value {
    let mut metadata = json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "defaultConfiguration": { "level": level(rule.level) },
    });
    if !rule.page.trim().is_empty() {
        metadata["help"] = json!({ "text": rule.page.trim(), "markdown": rule.page.trim() });
    }
    metadata
}

fn result(finding: &Finding, rules: &[&Rule]) -> Value {
    let diagnostic = &finding.diagnostic;
    let mut message = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    let mut result = json!({
        "ruleId": diagnostic.rule.code,
        "ruleIndex": rules.iter().position(|rule| *rule == diagnostic.rule),
        "level": level(diagnostic.level),
        "message": { "text": message },
    });
    if finding.source.kind != SourceKind::Virtual {
        result["locations"] = json!([location(&finding.source, &finding.range())]);
    }
    let related_location = |(id, (range, message)): (usize, (_, &str))| {
        let mut location = location(&finding.source, &range);
        location["id"] = json!(id);
        location["message"] = json!({ "text": message });
        location
    };
    let related: Vec<Value> = finding.labels().enumerate().map(related_location).collect();
    if finding.source.kind != SourceKind::Virtual && !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    if finding.source.kind == SourceKind::File && !diagnostic.fixes.is_empty() {
        result["fixes"] = diagnostic.fixes.iter().map(|f| fix(&finding.source, f)).collect();
    }
    result
}

fn location(source: &Source, range: &Range<usize>) -> Value {
    let mut location = json!({ "artifactLocation": { "uri": uri(&source.name) } });
    if source.kind == SourceKind::File {
        location["region"] = region(source, range);
    }
    json!({ "physicalLocation": location })
}

fn region(source: &Source, range: &Range<usize>) -> Value {
    let (start, end) = (source.position(range.start), source.position(range.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": start.offset,
        "byteLength": end.offset - start.offset,
    })
}

fn fix(source: &Source, fix: &Fix) -> Value {
    let replacement = |edit: &efl_compiler::diag::Edit| {
        json!({
            "deletedRegion": region(source, &bytes(edit.range)),
            "insertedContent": { "text": edit.text },
        })
    };
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(&source.name) },
            "replacements": fix.edits.iter().map(replacement).collect::<Vec<_>>(),
        }],
    })
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Hint => "note",
    }
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            b'\\' => uri.push('/'),
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("a b/ü.efl"), "a%20b/%C3%BC.efl");
        assert_eq!(uri("/x:y.efl"), "file:///x%3Ay.efl");
    }
}
