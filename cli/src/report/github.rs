//! GitHub's workflow commands: each diagnostic is shown at its line of the pull request.
//!
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>; the escapes are those of
//! `actions/toolkit`, `packages/core/src/command.ts`.

use super::{Finding, Report};
use crate::source::SourceKind;
use efl_compiler::diag::Level;
use std::fmt::Write as _;

pub(super) fn render(report: &Report) -> String {
    report.findings.iter().map(command).collect()
}

fn command(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let name = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Hint => "notice",
    };
    let mut out = format!("::{name} ");
    if finding.source.kind != SourceKind::Virtual {
        let _ = write!(out, "file={},", property(&finding.source.name));
    }
    if finding.source.kind == SourceKind::File {
        let (start, end) = (finding.start(), finding.end());
        let _ = write!(out, "line={},endLine={},", start.line, end.line);
        // Columns are for places within one line only.
        if start.line == end.line {
            let _ = write!(out, "col={},endColumn={},", start.column, end.column.max(start.column + 1));
        }
    }
    let title = format!("{} {}", diagnostic.rule.code, diagnostic.rule.name);
    let help = diagnostic.help.as_deref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let message = format!("{}{help}", diagnostic.message);
    let _ = writeln!(out, "title={}::{}", property(&title), data(&message));
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
        assert_eq!(data("100%: a,\r\nb"), "100%25: a,%0D%0Ab");
    }
}
