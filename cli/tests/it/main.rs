//! The `efl` command as people and scripts meet it: its output, its exit codes, its files.

mod check;
#[path = "../../../lsp/server/tests/it/client.rs"]
mod client;
mod compile;
mod docs;
mod explain;
mod fmt;
mod formats;
mod graph;
mod import;
mod init;
mod inspect;
mod lsp;
mod runtime;
mod settings;
mod watch;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A folder of its own, with files in it.
struct Folder(TempDir);

/// How a command ended.
struct Run {
    out: String,
    err: String,
    code: i32,
}

impl Folder {
    /// An empty folder.
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A folder with files.
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// A copy of a folder of this repository.
    fn copy(of: &str) -> Self {
        let folder = Self::new();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(of), folder.path());
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Every file, by its path.
    fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        list(self.path(), self.path(), &mut files);
        files.sort();
        files
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_efl"));
        command.args(args).current_dir(self.path()).env_remove("NO_COLOR");
        command
    }

    /// Runs `efl` in the folder.
    fn efl(&self, args: &[&str]) -> Run {
        run(self.command(args), "")
    }

    /// Runs `efl` in the folder with a text as standard input.
    fn pipe(&self, args: &[&str], input: &str) -> Run {
        run(self.command(args), input)
    }
}

fn run(mut command: Command, input: &str) -> Run {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("efl starts");
    // It may end without reading.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("efl ends");
    Run {
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
        code: output.status.code().expect("no signal"),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a file");
        }
    }
}

fn list(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path: PathBuf = entry.expect("an entry").path();
        if path.is_dir() {
            list(root, &path, files);
        } else {
            files.push(path.strip_prefix(root).expect("it is below").display().to_string());
        }
    }
}

/// A pipeline without mistakes.
const GOOD: &str = r#"param tag: string = "1.0"

orchestrator good {
  namespace: "good"

  source roadside: webhook {
    port: 12000
    auth: secret("roadside", "token")
    event vehicle: { speed: number } { path: "/vehicle" }
  }

  function warn(speed: number) { image: "registry.example/warn:${tag}" }

  rule fast on vehicle[speed > 50] { warn(speed: vehicle.speed) }
}
"#;

/// The same with one.
fn bad() -> String {
    GOOD.replace("warn(speed: vehicle.speed)", "warn(speed: vehicle)")
}

/// A warning and nothing else: an unused function.
fn unused() -> String {
    GOOD.replace("  rule fast", "  function idle { image: \"registry.example/idle:1.0\" }\n\n  rule fast")
}
