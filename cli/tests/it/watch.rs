//! `--watch`: again after every change, until Ctrl-C.

use super::{Folder, GOOD, bad};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    time::Duration,
};

/// A command that watches, and what it says on standard error, line by line.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &Folder, args: &[&str]) -> Self {
        let mut command = folder.command(args);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("efl starts");
        let (sender, lines) = mpsc::channel();
        let err = BufReader::new(child.stderr.take().expect("it is piped"));
        std::thread::spawn(move || err.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// Waits for a line with a text in it.
    fn wait_for(&self, text: &str) {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(20));
            let line = line.unwrap_or_else(|e| panic!("waiting for {text:?}: {e}"));
            if line.contains(text) {
                return;
            }
        }
    }

    /// Ctrl-C, and how it ended.
    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-INT", &id]).status().expect("kill");
        self.child.wait().expect("it ends").code()
    }
}

#[cfg(unix)]
#[test]
fn check_sees_changes_and_new_files() {
    let folder = Folder::with(&[("a.efl", GOOD)]);
    let watching = Watching::start(&folder, &["check", "--watch"]);
    watching.wait_for("no problems in 1 file");
    folder.write("a.efl", bad());
    watching.wait_for("1 error in 1 file");
    folder.write("deep/b.efl", bad());
    watching.wait_for("2 errors in 2 files");
    folder.write("a.efl", GOOD);
    watching.wait_for("1 error in 2 files");
    assert_eq!(watching.interrupt(), Some(0));
}

#[cfg(unix)]
#[test]
fn compile_writes_again_and_does_not_see_its_own_files() {
    let folder = Folder::with(&[("a.efl", GOOD), ("params.yaml", "tag: \"2.0\"\n")]);
    let watching = Watching::start(&folder, &["compile", "--watch", "-o", "out", "--params", "params.yaml"]);
    watching.wait_for("resources in out");
    folder.write("a.efl", bad());
    watching.wait_for("1 error in 1 file");
    folder.write("a.efl", GOOD);
    watching.wait_for("resources in out");
    folder.write("params.yaml", "tag: \"3.0\"\n");
    watching.wait_for("resources in out");
    let image = folder
        .files()
        .into_iter()
        .find(|file| file.contains("knativeservice"))
        .map(|file| folder.read(&file));
    assert!(image.is_some_and(|text| text.contains("warn:3.0")));
    assert!(watching.lines.recv_timeout(Duration::from_millis(800)).is_err(), "nothing changed any more");
    assert_eq!(watching.interrupt(), Some(0));
    assert!(!folder.files().iter().any(|file| file.contains(".tmp")));
}

#[test]
fn standard_input_cannot_be_watched() {
    let run = Folder::new().pipe(&["check", "--watch", "-"], GOOD);
    assert_eq!((run.code, run.err.as_str()), (2, "efl: standard input cannot be watched\n"));
}
