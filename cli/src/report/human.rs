//! Diagnostics for people: the message, the lines of the source with what is where, and the way out.

use super::{Counts, Finding, Report, level};
use crate::{
    source::{self, SourceKind},
    terminal::Look,
};
use efl_compiler::diag::Level;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, ThemeCharacters, ThemeStyles};
use owo_colors::{OwoColorize, Style};
use std::fmt::{self, Display, Write as _};

pub(super) fn render(report: &Report, look: Look) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        one(&mut out, finding, look);
        out.push('\n');
    }
    out
}

fn one(out: &mut String, finding: &Finding, look: Look) {
    let handler = GraphicalReportHandler::new_themed(theme(finding, look))
        .with_width(look.width)
        .with_context_lines(1)
        .with_links(false)
        .without_syntax_highlighting();
    let shown = Shown(finding);
    if handler.render_report(out, &shown).is_err() {
        // Better without its lines than not at all.
        let _ = writeln!(out, "  {}: {}", finding.head(), finding.diagnostic.message);
    }
}

/// The look of one diagnostic: what it is stands where miette has an icon, and the place it is about has its colour.
fn theme(finding: &Finding, look: Look) -> GraphicalTheme {
    let head = format!("{}:", finding.head());
    let characters = ThemeCharacters {
        error: head.clone(),
        warning: head.clone(),
        advice: head,
        ..ThemeCharacters::unicode()
    };
    if !look.color {
        return GraphicalTheme { characters, styles: ThemeStyles::none() };
    }
    let main = match finding.diagnostic.level {
        Level::Error => Style::new().red().bold(),
        Level::Warning => Style::new().yellow().bold(),
        Level::Hint => Style::new().dimmed(),
    };
    // miette gives styles to places by where they begin.
    let mut places: Vec<(usize, Style)> = vec![(finding.range().start, main)];
    places.extend(finding.labels().map(|(range, _)| (range.start, Style::new().cyan())));
    places.sort_by_key(|(start, _)| *start);
    let styles = ThemeStyles {
        error: main,
        warning: main,
        advice: main,
        help: Style::new().cyan(),
        link: Style::new().cyan(),
        linum: Style::new().dimmed(),
        highlights: places.into_iter().map(|(_, style)| style).collect(),
    };
    GraphicalTheme { characters, styles }
}

/// A finding as miette wants it.
struct Shown<'a>(&'a Finding);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.diagnostic.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(match self.0.diagnostic.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Hint => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let help = self.0.diagnostic.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        // Without anything to show, the message is all there is.
        let source = &*self.0.source;
        (source.kind != SourceKind::Unreadable && !source.text.is_empty()).then_some(source as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = |range: std::ops::Range<usize>| {
            let range = self.0.source.range(&range);
            (range.start, range.len())
        };
        let main = LabeledSpan::new_primary_with_span(None, span(self.0.range()));
        let (start, len) = span(self.0.range());
        if self.0.source.has_long_line(start, start + len) {
            let main = LabeledSpan::new_primary_with_span(None, (start, len.min(source::AROUND)));
            return Some(Box::new(std::iter::once(main)));
        }
        let label = move |(range, message): (_, &str)| {
            LabeledSpan::new_with_span(Some(message.to_owned()), span(range))
        };
        let others = self.0.labels().map(label);
        Some(Box::new(std::iter::once(main).chain(others)))
    }
}

impl Counts {
    /// "2 errors, 1 warning in 3 files".
    pub(crate) fn summary(self, look: Look) -> String {
        let files = counted(self.files, "file");
        if self.errors + self.warnings == 0 {
            return format!(
                "{} in {files}{}",
                "no problems".style(look.style(Style::new().green())),
                self.hints()
            );
        }
        let part = |count, of, style| {
            (count > 0).then(|| counted(count, level(of)).style(look.style(style)).to_string())
        };
        let errors = part(self.errors, Level::Error, Style::new().red().bold());
        let warnings = part(self.warnings, Level::Warning, Style::new().yellow().bold());
        let parts: Vec<String> = errors.into_iter().chain(warnings).collect();
        let fixable = match self.fixable {
            0 => String::new(),
            1 => " (1 can be mended with `--fix`)".to_owned(),
            count => format!(" ({count} can be mended with `--fix`)"),
        };
        let omitted = match self.omitted {
            0 => String::new(),
            count => format!(", {count} of them not shown"),
        };
        format!("{} in {files}{omitted}{fixable}{}", parts.join(", "), self.hints())
    }

    /// What is said of hints that were left out.
    fn hints(self) -> String {
        match self.hidden {
            0 => String::new(),
            count => format!("; {} with `--hints`", counted(count, "hint")),
        }
    }
}

/// "1 file", "2 files".
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::{
        report::{Finding, Report},
        source::{Source, SourceKind},
        terminal::Look,
    };
    use efl_compiler::{diag::Diagnostic, rules::duplicate_name};
    use efl_grammar::TextRange;
    use std::rc::Rc;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn other_places_are_shown_with_what_is_there() {
        let here = Rc::new(Source::new("a.efl", "type A = string\n\ttype ß = A\n", SourceKind::File));
        let diagnostic = Diagnostic::new(&duplicate_name::RULE, range(5, 6), "`A` twice")
            .label(range(22, 24), "used here")
            .help("rename one");
        let report = Report { findings: vec![Finding { source: here, diagnostic }], ..Report::new() };
        let expected = "  error[E0213]: `A` twice
   ╭─[a.efl:1:6]
 1 │ type A = string
   ·      ─
 2 │     type ß = A
   ·          ┬
   ·          ╰── used here
   ╰────
  help: rename one

";
        let shown = render(&report, Look { color: false, width: 80 });
        assert_eq!(shown.replace(duplicate_name::RULE.code, "E0213"), expected);
    }

    /// What is at the very end, or beyond it, is shown as far as there is anything to show.
    #[test]
    fn places_at_the_end_are_shown() {
        for (text, start, end) in
            [("rule", 4, 4), ("rule\n", 5, 5), ("", 0, 0), ("é", 1, 9), ("a\r\nb", 2, 3)]
        {
            let source = Rc::new(Source::new("a.efl", text, SourceKind::File));
            let diagnostic = Diagnostic::new(&duplicate_name::RULE, range(start, end), "here");
            let findings = vec![Finding { source, diagnostic }];
            let shown = render(&Report { findings, ..Report::new() }, Look { color: false, width: 80 });
            assert!(
                shown.contains("here") && shown.contains("a.efl:") != text.is_empty(),
                "{text:?}: {shown}"
            );
        }
    }
}
