//! `efl fmt`: one style.

use super::{Exit, Failure};
use crate::{
    inputs::{Input, Inputs},
    report::counted,
    terminal::Terminal,
    write,
};
use efl_compiler::fmt::format;
use similar::TextDiff;
use std::{
    fs,
    io::{self, Read},
};

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

impl Fmt {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let (mut changed, mut files) = (0, 0);
        for input in self.inputs.files()? {
            files += 1;
            changed += usize::from(self.file(&input)?);
        }
        let dry = self.check || self.diff;
        Terminal::message(&match (changed, dry) {
            (0, _) => format!("{} formatted", counted(files, "file")),
            (changed, true) => format!("{} of {files} would change", counted(changed, "file")),
            (changed, false) => format!("{} of {files} changed", counted(changed, "file")),
        });
        Ok(if dry && changed > 0 { Exit::Differences } else { Exit::Ok })
    }

    /// Formats one input; says whether it differs.
    fn file(&self, input: &Input) -> Result<bool, Failure> {
        let name = name(input);
        let text = read(input).map_err(|e| Failure::new(format!("cannot read `{name}`: {e}")))?;
        let formatted = format(&text);
        if !formatted.skipped.is_empty() {
            Terminal::message(&format!(
                "{name}: lines with syntax errors are left as they are (see `efl check`)"
            ));
        }
        let differs = formatted.text != text;
        match input {
            _ if self.diff => Terminal::print(&diff(&name, &text, &formatted.text))?,
            _ if self.check => {
                if differs {
                    Terminal::print(&format!("{name}\n"))?;
                }
            }
            Input::Stdin => Terminal::print(&formatted.text)?,
            Input::File(path) if differs => write::write(path, &formatted.text)
                .map_err(|e| Failure::new(format!("cannot write `{name}`: {e}")))?,
            Input::File(_) => {}
        }
        Ok(differs)
    }
}

fn name(input: &Input) -> String {
    match input {
        Input::Stdin => "standard input".to_owned(),
        Input::File(path) => path.display().to_string(),
    }
}

fn read(input: &Input) -> io::Result<String> {
    match input {
        Input::File(path) => fs::read_to_string(path),
        Input::Stdin => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text)?;
            Ok(text)
        }
    }
}

/// The unified difference; nothing when there is none.
fn diff(name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    TextDiff::from_lines(old, new).unified_diff().header(name, &format!("{name} (formatted)")).to_string()
}
