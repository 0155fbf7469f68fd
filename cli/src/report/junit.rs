//! `JUnit` XML: a suite per file, a failed test per error. Warnings and hints are tests that passed with something to say.

use super::{Finding, Report};
use efl_compiler::diag::Level;
use std::fmt::Write as _;

pub(super) fn render(report: &Report) -> String {
    let counts = report.counts();
    let mut suites = String::new();
    let mut tests = 0;
    let mut names = report.files.clone();
    // What is wrong with an option has no file.
    let options = report.findings.iter().map(|finding| &finding.source.name);
    for name in options {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    for name in &names {
        tests += suite(&mut suites, name, report);
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"efl check\" tests=\"{tests}\" failures=\"{}\" \
         errors=\"0\">\n{suites}</testsuites>\n",
        counts.errors
    )
}

/// Writes the suite of a file and says how many tests it has.
fn suite(out: &mut String, name: &str, report: &Report) -> usize {
    let found: Vec<&Finding> = report.findings.iter().filter(|finding| finding.source.name == name).collect();
    let failures = found.iter().filter(|finding| finding.diagnostic.level == Level::Error).count();
    let tests = found.len().max(1);
    let name = xml(name);
    let _ = writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
    );
    if found.is_empty() {
        let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"check\" file=\"{name}\"/>");
    }
    for finding in found {
        case(out, &name, finding);
    }
    out.push_str("  </testsuite>\n");
    tests
}

fn case(out: &mut String, file: &str, finding: &Finding) {
    let diagnostic = &finding.diagnostic;
    let code = diagnostic.rule.code;
    let start = finding.start();
    let _ = writeln!(
        out,
        "    <testcase classname=\"{file}\" name=\"{}\" file=\"{file}\" line=\"{}\">",
        xml(&format!("{code} {} at {}:{}", diagnostic.rule.name, start.line, start.column)),
        start.line
    );
    let mut text = format!("{}: {}: {}", finding.place(), finding.head(), diagnostic.message);
    for (range, message) in finding.labels() {
        let _ = write!(text, "\n{}: {message}", super::place(&finding.source, range.start));
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    let text = xml(&text);
    if diagnostic.level == Level::Error {
        let message = xml(&diagnostic.message);
        let _ = writeln!(out, "      <failure type=\"{code}\" message=\"{message}\">{text}</failure>");
    } else {
        let _ = writeln!(out, "      <system-out>{text}</system-out>");
    }
    out.push_str("    </testcase>\n");
}

/// Text in an element or attribute.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            // XML 1.0 has no way to write these.
            c if (c.is_control() && c != '\t') || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                out.push('\u{FFFD}');
            }
            c => out.push(c),
        }
    }
    out
}
