//! One line per diagnostic, as compilers have always written them: editors and `grep` read it.

use super::Report;
use std::fmt::Write as _;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let message = finding.diagnostic.message.replace(['\n', '\r'], " ");
        let _ = writeln!(out, "{}: {}: {message}", finding.place(), finding.head());
    }
    out
}
