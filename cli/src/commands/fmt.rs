//! `efl fmt`: one style.

use super::{Exit, Failure};
use crate::{
    disk::Disk,
    inputs::{Input, Inputs},
    project,
    report::{Format, Report, counted},
    terminal::{Stream, Terminal},
    write,
};
use efl_compiler::fmt;
use similar::TextDiff;
use std::fmt::Write as _;

/// Write files in the one style there is
///
/// Comments stay where they are, and so do lines with syntax errors. There are no options of style.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl fmt                      every file here and below, in place
  efl fmt crossing.efl         one file
  efl fmt --check              in CI: says which files differ, and exits with 3
  efl fmt --diff               what would change
  efl fmt - < crossing.efl     from standard input to standard output")]
pub(crate) struct Fmt {
    #[command(flatten)]
    inputs: Inputs,
    /// Change nothing; say which files differ
    #[arg(long)]
    check: bool,
    /// Change nothing; show what would change
    #[arg(long)]
    diff: bool,
}

/// What became of the inputs.
#[derive(Default)]
struct Tally {
    /// How many are not formatted, or were not.
    differ: usize,
    /// What could not be read.
    unread: Report,
}

impl Fmt {
    pub(crate) fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        let files = self.inputs.files()?;
        let disk = Disk::of(&self.inputs.paths())
            .map_err(|e| Failure::new(format!("cannot find the current folder: {e}")))?
            .with_absolute_names(self.inputs.absolute());
        let mut tally = Tally::default();
        for file in &files {
            self.one(&disk, file, &mut tally, terminal)?;
        }
        Terminal::write(Stream::Err, &tally.unread.render(Format::Human, terminal.look(Stream::Err)))?;
        let dry = self.check || self.diff;
        let all = counted(files.len(), "file");
        Terminal::message(&match tally.differ {
            0 => format!("{all} formatted"),
            differ if dry => format!("{differ} of {all} would change"),
            differ => format!("{differ} of {all} changed"),
        });
        Ok(if tally.unread.counts().errors > 0 {
            Exit::Errors
        } else if dry && tally.differ > 0 {
            Exit::Differences
        } else {
            Exit::Ok
        })
    }

    fn one(&self, disk: &Disk, file: &Input, tally: &mut Tally, terminal: Terminal) -> Result<(), Failure> {
        let path = project::path(disk, file);
        let name = disk.name(&path);
        let text = match project::readable(&name, project::read(disk, file)) {
            Ok(text) => text,
            Err(problem) => {
                tally.unread.problem(*problem);
                return Ok(());
            }
        };
        let formatted = fmt::format(&text);
        if !formatted.skipped.is_empty() {
            Terminal::message(&format!(
                "{name}: lines with syntax errors are left as they are (see `efl check`)"
            ));
        }
        let differs = formatted.text != text;
        tally.differ += usize::from(differs);
        if self.diff {
            Terminal::print(&diff(&name, &text, &formatted.text, terminal))?;
        } else if self.check {
            Terminal::print(&if differs { format!("{name}\n") } else { String::new() })?;
        } else if *file == Input::Stdin {
            Terminal::print(&formatted.text)?;
        } else if differs {
            write::write(&disk.file(&path), &formatted.text)
                .map_err(|e| Failure::new(format!("cannot write `{name}`: {e}")))?;
        }
        Ok(())
    }
}

/// A unified diff, in colour where that is wanted.
fn diff(name: &str, before: &str, after: &str, terminal: Terminal) -> String {
    use owo_colors::{OwoColorize, Style};
    let look = terminal.look(Stream::Out);
    let diff = TextDiff::from_lines(before, after);
    let text = diff.unified_diff().header(name, name).to_string();
    let mut out = String::new();
    for line in text.lines() {
        let style = match line.as_bytes().first() {
            Some(b'+') => Style::new().green(),
            Some(b'-') => Style::new().red(),
            Some(b'@') => Style::new().cyan(),
            _ => Style::new(),
        };
        // A String takes everything.
        let _ = writeln!(out, "{}", line.style(look.style(style)));
    }
    out
}
