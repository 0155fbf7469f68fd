//! `efl check`: what is wrong.

use super::{Exit, Failure};
use crate::{
    fix,
    inputs::Inputs,
    params::ParamOptions,
    project::Project,
    report::{Format, Report, counted},
    terminal::{Stream, Terminal},
    watch, write,
};

/// Say what is wrong with pipelines
///
/// Checks the files given and everything they import: names, types, event logic, fields of sources and functions,
/// placement, and the limits of what they compile to.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl check                                   every file here and below
  efl check crossing.efl --watch              again after every change
  efl check --fix                             mend what can be mended safely
  efl check --strict --format github .        in a workflow on GitHub
  efl check --format sarif . > efl.sarif      for code scanning
  generate | efl check -                      from standard input

Levels: an error stops everything, a warning is probably a mistake, a hint never fails a check. They are set in
`[rules]` of efl.toml; `// efl-ignore E0506: reason` excuses one place.")]
#[allow(clippy::struct_excessive_bools)] // each is a flag of the command
pub(crate) struct Check {
    #[command(flatten)]
    inputs: Inputs,
    /// How diagnostics are written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Show hints too (data formats always have them)
    #[arg(long)]
    hints: bool,
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,
    /// Check again whenever a file changes
    #[arg(long)]
    watch: bool,
    /// Apply the fixes that are safe
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    params: ParamOptions,
}

impl Check {
    pub(crate) fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        watch::run(self.watch, &self.inputs, terminal, || self.once(terminal))
    }

    /// Checks once; returns what to watch, too.
    fn once(&self, terminal: Terminal) -> Result<(Exit, watch::Files), Failure> {
        let mut project = Project::load(&self.inputs, &self.params)?;
        let fixed = if self.fix { Self::mend(&mut project)? } else { false };
        let mut report = project.report();
        if self.strict {
            report.strict();
        }
        if !self.hints && matches!(self.format, Format::Human | Format::Short) {
            report.hide_hints();
        }
        // A fixed standard input goes to standard output, so what is left has to go elsewhere.
        let stream = if fixed { Stream::Err } else { Stream::Out };
        self.show(&report, stream, terminal)?;
        Ok((Exit::errors(report.counts().errors > 0), project.watched()))
    }

    fn show(&self, report: &Report, stream: Stream, terminal: Terminal) -> Result<(), Failure> {
        Terminal::write(stream, &report.render(self.format, terminal.look(stream)))?;
        let counts = report.counts();
        if self.format == Format::Human || counts.omitted > 0 {
            Terminal::message(&counts.summary(terminal.look(Stream::Err)));
        }
        Ok(())
    }

    /// Mends the inputs; says whether standard input was among them.
    fn mend(project: &mut Project) -> Result<bool, Failure> {
        let mended = fix::fix(project);
        let count: usize = mended.iter().map(|file| file.fixes).sum();
        let mut files = 0;
        let stdin = project.disk.stdin_path();
        for file in &mended {
            if file.path == stdin {
                Terminal::print(&file.text)?;
            } else if file.fixes > 0 {
                let name = project.disk.name(&file.path);
                write::write(&project.disk.file(&file.path), &file.text)
                    .map_err(|e| Failure::new(format!("cannot write `{name}`: {e}")))?;
                files += 1;
            }
        }
        if files > 0 {
            Terminal::message(&format!("mended {} in {}", counted(count, "problem"), counted(files, "file")));
        }
        Ok(mended.iter().any(|file| file.path == stdin))
    }
}
