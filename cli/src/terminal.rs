//! Where a command writes: data to standard output, messages to standard error, colour only where a person looks.

use crate::commands::Failure;
use clap::ValueEnum;
use owo_colors::{OwoColorize, Style};
use std::io::{self, IsTerminal, Write};

/// When to use colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// In a pipe, too
    Always,
    /// Not at all
    Never,
}

/// Standard output and standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    color: ColorChoice,
}

/// One of the two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stream {
    /// For data.
    Out,
    /// For messages.
    Err,
}

/// How a stream wants its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Whether it shows colour.
    pub(crate) color: bool,
    /// Columns.
    pub(crate) width: usize,
}

/// Columns where there is no terminal to ask: in logs and files.
const WIDTH: usize = 110;

impl Terminal {
    pub(crate) const fn new(color: ColorChoice) -> Self {
        Self { color }
    }

    /// Whether a person looks at a stream.
    pub(crate) fn is_terminal(stream: Stream) -> bool {
        match stream {
            Stream::Out => io::stdout().is_terminal(),
            Stream::Err => io::stderr().is_terminal(),
        }
    }

    /// How a stream wants its text.
    pub(crate) fn look(self, stream: Stream) -> Look {
        let terminal = Self::is_terminal(stream);
        let color = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        let size = if terminal { terminal_size::terminal_size() } else { None };
        let width = size.map_or(WIDTH, |(width, _)| usize::from(width.0).max(40));
        Look { color, width }
    }

    /// Writes data. Nobody listening any more (`efl … | head`) is no error.
    pub(crate) fn print(text: &str) -> io::Result<()> {
        Self::print_all(&[text])
    }

    /// Writes data that comes in parts, which need not be put together.
    pub(crate) fn print_all(parts: &[impl AsRef<str>]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let mut written = parts.iter().map(|part| out.write_all(part.as_ref().as_bytes()));
        let written = written.try_for_each(|part| part);
        quiet(written.and_then(|()| out.flush()))
    }

    /// Writes to either stream.
    pub(crate) fn write(stream: Stream, text: &str) -> io::Result<()> {
        match stream {
            Stream::Out => Self::print(text),
            Stream::Err => quiet(io::stderr().lock().write_all(text.as_bytes())),
        }
    }

    /// Tells the person something, on a line of its own. There is nobody to tell if that fails.
    pub(crate) fn message(text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Tells the person why a command could not do what it was asked for.
    pub(crate) fn fail(self, failure: &Failure) {
        let name = "efl:".style(self.look(Stream::Err).style(Style::new().red().bold()));
        Self::message(&format!("{name} {}", failure.message));
    }

    /// Clears the screen, if there is one.
    pub(crate) fn clear() {
        if Self::is_terminal(Stream::Out) {
            let _ = Self::print("\u{1b}[2J\u{1b}[3J\u{1b}[H");
        }
    }
}

impl Look {
    /// A style where there is colour, else none.
    pub(crate) fn style(self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }
}

fn quiet(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
