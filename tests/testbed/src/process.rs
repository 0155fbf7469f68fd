//! One program of a cluster: started in a session of its own, known by a pid file that no later process can be taken for.

use crate::{
    command::{read, write},
    error::{Context as _, Error, Result},
};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A program, how it is started, and how it is known to be ready. Kept on disk, so that it can be started again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Process {
    pub(crate) cluster: String,
    pub(crate) name: String,
    /// The folder of its pid file and log.
    pub(crate) folder: PathBuf,
    /// The program and its arguments.
    pub(crate) line: Vec<String>,
    /// A command that succeeds once the program is ready; without one it is ready when it runs.
    pub(crate) ready: Vec<String>,
}

/// The longest that any program takes on a busy machine, and some more.
const PATIENCE: Duration = Duration::from_secs(90);

impl Process {
    /// What a pid file stands for, as far as is needed to end it.
    pub(crate) fn of(pid_file: &Path) -> Option<Self> {
        let folder = pid_file.parent()?;
        let name = pid_file.file_name()?.to_str()?.strip_suffix(".pid")?.to_owned();
        let cluster = folder.file_name()?.to_str()?.to_owned();
        Some(Self { cluster, name, folder: folder.to_owned(), line: Vec::new(), ready: Vec::new() })
    }

    /// `CLUSTER/PROGRAM`.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.cluster, self.name)
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.name))
    }

    fn pid_file(&self) -> PathBuf {
        self.folder.join(format!("{}.pid", self.name))
    }

    /// Starts the program unless it runs. Its log is appended to.
    pub(crate) fn start(&self) -> Result<()> {
        if self.pid().is_some() {
            return Ok(());
        }
        let log = || File::options().create(true).append(true).open(self.log());
        let log = || log().context(|| format!("opening {}", self.log().display()));
        // `setsid` execs here: what we start leads no process group yet, so the pid stays.
        let mut child = Command::new("setsid")
            .args(&self.line)
            .stdin(Stdio::null())
            .stdout(log()?)
            .stderr(log()?)
            .spawn()
            .context(|| format!("starting {}", self.path()))?;
        let pid = child.id();
        let since = started(pid).unwrap_or_default();
        let known = write(&self.pid_file(), &format!("{pid}\n{since}\n"));
        thread::spawn(move || child.wait()); // so that no zombie is left while we run
        known
    }

    /// Waits until the program is ready; gives up early when it has died.
    pub(crate) fn wait(&self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            let running = self.pid().is_some();
            if running && self.answers() {
                return Ok(());
            }
            if !running || Instant::now() > end {
                let what = if running {
                    format!("is not ready after {} s", PATIENCE.as_secs())
                } else {
                    "died".into()
                };
                let tail = read(&self.log()).unwrap_or_default();
                let lines: Vec<&str> = tail.lines().collect();
                let tail = lines[lines.len().saturating_sub(10)..].join("\n");
                return Err(Error::NotReady { program: self.path(), what, log: self.log(), tail });
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Whether it says that it is ready.
    pub(crate) fn answers(&self) -> bool {
        let Some((program, arguments)) = self.ready.split_first() else { return true };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Its pid, if it runs: a pid that was given to another process since is not it.
    pub(crate) fn pid(&self) -> Option<u32> {
        let file = fs::read_to_string(self.pid_file()).ok()?;
        let (pid, since) = file.trim_end().split_once('\n')?;
        let pid = pid.parse().ok()?;
        (started(pid)? == since).then_some(pid)
    }

    /// Megabytes of memory that it holds and seconds of CPU that it took.
    pub(crate) fn cost(&self) -> Option<(f64, f64)> {
        let stat = stat(self.pid()?)?;
        let field = |n: usize| stat.get(n - 3)?.parse::<f64>().ok(); // the third of proc_pid_stat(5) is our first
        Some((field(24)? * 4096.0 / 1e6, (field(14)? + field(15)?) / 100.0))
    }

    /// Sends SIGKILL, as a crash: nothing here has anything to save.
    pub(crate) fn kill(&self) {
        let pid = self.pid().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::KILL); // it may have ended by itself
        }
    }

    /// Waits until a killed program is gone, and forgets it.
    pub(crate) fn gone(&self) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(10);
        while let Some(pid) = self.pid() {
            if Instant::now() > end {
                return Err(Error::Refused(format!("{} (pid {pid}) does not end", self.path())));
            }
            thread::sleep(Duration::from_millis(10));
        }
        match fs::remove_file(self.pid_file()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).context(|| format!("removing {}", self.pid_file().display()))
            }
            _ => Ok(()),
        }
    }
}

/// When a process was started, in ticks since the machine was; none of one that is gone or waits to be reaped.
fn started(pid: u32) -> Option<String> {
    let stat = stat(pid)?;
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    (!matches!(stat.first()?.as_str(), "Z" | "X")).then_some(())?;
    Some(format!("{} {}", stat.get(19)?, boot.trim_end()))
}

/// The fields of `/proc/PID/stat` from the third, the state, on: the second is a name that may hold spaces.
fn stat(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    Some(stat.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}
