//! Doing something again whenever a file changes.

use crate::{
    commands::{Exit, Failure},
    disk::SETTINGS,
    inputs::{Input, Inputs},
    terminal::Terminal,
};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher, event::ModifyKind};
use std::{
    collections::BTreeSet,
    env,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

/// The files that a run depends on.
pub(crate) type Files = Vec<PathBuf>;

/// Editors write a file in several steps: it is quiet when nothing happened for so long.
const QUIET: Duration = Duration::from_millis(60);
/// Someone who writes all the time still sees something.
const LONGEST: Duration = Duration::from_millis(600);

enum Message {
    Changed(Event),
    Interrupted,
}

/// Runs once; or, if it is to watch, at once and after every change, until Ctrl-C: a run that has begun is finished. It says
/// on which files it depends; folders among the inputs are watched for new ones.
pub(crate) fn run(
    watch: bool,
    inputs: &Inputs,
    terminal: Terminal,
    once: impl Fn() -> Result<(Exit, Files), Failure>,
) -> Result<Exit, Failure> {
    if !watch {
        return once().map(|(exit, _)| exit);
    }
    let run = || {
        Terminal::clear();
        once().map(|(_, files)| files)
    };
    if inputs.files()?.contains(&Input::Stdin) {
        return Err(Failure::usage("standard input cannot be watched"));
    }
    let (sender, receiver) = mpsc::channel();
    listen_for_interrupts(sender.clone())?;
    let mut watched = Watched::new(inputs, sender)?;
    watched.follow(&run()?);
    while watched.wait(&receiver) {
        match run() {
            Ok(files) => watched.follow(&files),
            // Half of a change may be on disk: the rest will come.
            Err(failure) => terminal.fail(&failure),
        }
    }
    Ok(Exit::Ok)
}

fn listen_for_interrupts(sender: Sender<Message>) -> Result<(), Failure> {
    let mut interrupted = false;
    ctrlc::set_handler(move || {
        // The second one is meant.
        if std::mem::replace(&mut interrupted, true) || sender.send(Message::Interrupted).is_err() {
            std::process::exit(130);
        }
    })
    .map_err(|e| Failure::new(format!("cannot listen for Ctrl-C: {e}")))
}

struct Watched {
    watcher: RecommendedWatcher,
    /// Folders that are watched with everything below them.
    deep: Vec<PathBuf>,
    /// Folders that are watched alone.
    folders: BTreeSet<PathBuf>,
    files: BTreeSet<PathBuf>,
}

impl Watched {
    fn new(inputs: &Inputs, sender: Sender<Message>) -> Result<Self, Failure> {
        let changed = move |event: Result<Event, notify::Error>| {
            if let Ok(event) = event
                && !matches!(event.kind, EventKind::Access(_))
            {
                // Nobody listens any more only at the very end.
                let _ = sender.send(Message::Changed(event));
            }
        };
        let failed = |e: notify::Error| Failure::new(format!("cannot watch files: {e}"));
        let watcher = notify::recommended_watcher(changed).map_err(failed)?;
        let mut watched =
            Self { watcher, deep: Vec::new(), folders: BTreeSet::new(), files: BTreeSet::new() };
        for folder in inputs.paths().iter().filter(|path| path.is_dir()) {
            watched.watcher.watch(folder, RecursiveMode::Recursive).map_err(failed)?;
            watched.deep.push(whole(folder));
        }
        Ok(watched)
    }

    /// Watches the folders of files: an editor may replace a file by a new one.
    fn follow(&mut self, files: &[PathBuf]) {
        self.files = files.iter().map(|file| whole(file)).collect();
        for folder in files.iter().filter_map(|file| file.parent()) {
            let folder = whole(folder);
            let known =
                self.deep.iter().any(|deep| folder.starts_with(deep)) || self.folders.contains(&folder);
            if !known && folder.is_dir() {
                // What cannot be watched was read all the same: nothing to say.
                let _ = self.watcher.watch(&folder, RecursiveMode::NonRecursive);
                self.folders.insert(folder);
            }
        }
    }

    /// Waits for a change that matters and then for quiet; `false` on Ctrl-C.
    fn wait(&self, receiver: &Receiver<Message>) -> bool {
        loop {
            match receiver.recv() {
                Ok(Message::Changed(event)) if self.matters(&event) => break,
                Ok(Message::Changed(_)) => {}
                Ok(Message::Interrupted) | Err(_) => return false,
            }
        }
        let begun = Instant::now();
        while begun.elapsed() < LONGEST {
            match receiver.recv_timeout(QUIET) {
                Ok(Message::Changed(_)) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Ok(Message::Interrupted) | Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        true
    }

    /// Whether it is about a program, the settings, or something read before. What `-o` writes is not.
    fn matters(&self, event: &Event) -> bool {
        let program = |path: &Path| path.extension().is_some_and(|extension| extension == "efl");
        let settings = |path: &Path| path.file_name().is_some_and(|name| name == SETTINGS);
        // A new folder may have got files before anybody watched it.
        let appears = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_)));
        let folder = |path: &Path| appears && path.is_dir();
        let known = |path: &Path| self.files.contains(&whole(path));
        event.paths.iter().any(|path| program(path) || settings(path) || folder(path) || known(path))
    }
}

/// The same path however it was given.
fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| env::current_dir().unwrap_or_default().join(path))
}
