//! Commands that are waited for, and files: each error says of what.

use crate::error::{Context as _, Error, Result};
use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Runs a command to its end; what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    fed(command, "")
}

/// Runs a command with something to read; what it printed.
pub(crate) fn fed(command: &mut Command, input: &str) -> Result<String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context(|| name(command))?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let said = thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input.as_bytes())); // who does not read it says so with its exit code
        child.wait_with_output()
    });
    let said = said.context(|| name(command))?;
    if said.status.success() {
        return Ok(String::from_utf8_lossy(&said.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&said.stderr).trim_end().to_owned();
    Err(Error::Failed { command: name(command), said })
}

/// Tries a command until it succeeds, for a time that is stated; the last failure is the error.
pub(crate) fn retried(patience: Duration, mut command: impl FnMut() -> Result<String>) -> Result<String> {
    let end = Instant::now() + patience;
    loop {
        match command() {
            Err(_) if Instant::now() < end => thread::sleep(Duration::from_millis(200)),
            result => return result,
        }
    }
}

/// The first words of a command, enough to know it by.
fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(OsStr::new("?")).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|word| word.to_string_lossy().into_owned());
    let mut words: Vec<String> = std::iter::once(program).chain(arguments).collect();
    if words.len() > 8 {
        words.truncate(8);
        words.push("…".to_owned());
    }
    words.join(" ")
}

/// Writes a file whole, or not at all for those who read it meanwhile.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let partial = path.with_extension("partial");
    fs::write(&partial, text).context(|| format!("writing {}", partial.display()))?;
    fs::rename(&partial, path).context(|| format!("writing {}", path.display()))
}

pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).context(|| format!("reading {}", path.display()))
}

pub(crate) fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).context(|| format!("creating {}", path.display()))
}
