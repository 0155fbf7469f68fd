//! A folder with files of a person, and what is done from there: `efl`, `kubectl` and the runtime, against the Karmada of a bed.

use efl_testbed::Bed;
use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The folder. It goes when it is dropped, unless the test failed.
pub struct Desk<'b> {
    /// Where everything runs.
    pub bed: &'b Bed,
    /// Its files.
    pub folder: PathBuf,
}

/// A runtime, ended when it is dropped.
pub struct Runtime(pub Child);

impl Drop for Runtime {
    fn drop(&mut self) {
        let _ = self.0.kill(); // it may have died, which is the point of some tests
        let _ = self.0.wait();
    }
}

impl<'b> Desk<'b> {
    /// A folder of a name, with files.
    pub fn new(bed: &'b Bed, name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("efl-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let this = Self { bed, folder };
        for (name, text) in files {
            this.write(name, text);
        }
        // As the runtime's own account, not as an administrator.
        let admin = fs::read_to_string(this.kubeconfig()).expect("a kubeconfig");
        let mut own: serde_json::Value = serde_json::from_str(&admin).expect("the bed writes JSON");
        own["users"][0]["user"]["as"] = "system:serviceaccount:efl-system:efl-runtime".into();
        this.write("runtime.kubeconfig", &own.to_string());
        this
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).expect("it is written");
    }

    fn kubeconfig(&self) -> PathBuf {
        self.bed.place("karmada").expect("a place").kubeconfig.clone()
    }

    /// Runs `efl` as an administrator, without a terminal.
    pub fn efl(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_efl"));
        command.args(arguments).current_dir(&self.folder).env("KUBECONFIG", self.kubeconfig());
        command.stdin(Stdio::null()).output().expect("it runs")
    }

    /// What `kubectl` says, as the administrator of Karmada.
    pub fn kubectl(&self, arguments: &[&str]) -> String {
        self.kubectl_on("karmada", arguments)
    }

    /// What `kubectl` says, as the administrator of a cluster.
    pub fn kubectl_on(&self, cluster: &str, arguments: &[&str]) -> String {
        let mut command = self.bed.kubectl(cluster).expect("kubectl");
        let output = command.args(arguments).output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts the runtime, which may be made to die behind a number of writes.
    pub fn runtime(&self, crash_after: Option<usize>) -> Runtime {
        let mut command = Command::new(env!("CARGO_BIN_EXE_efl"));
        command.args([
            "runtime",
            "run",
            "--alone",
            "--listen",
            "127.0.0.1:0",
            "--log-level",
            "info,salsa=warn",
        ]);
        command.arg("--kubeconfig").arg(self.folder.join("runtime.kubeconfig"));
        if let Some(writes) = crash_after {
            command.args(["--crash-after-writes", &writes.to_string()]);
        }
        let log = fs::File::options()
            .append(true)
            .create(true)
            .open(self.folder.join("runtime.log"))
            .expect("a log");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Runtime(command.spawn().expect("it runs"))
    }

    /// What `efl status` says of an orchestrator; null if there is none.
    pub fn status_of(&self, orchestrator: &str) -> serde_json::Value {
        let output = self.efl(&["status", orchestrator, "--format", "json"]);
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// Waits until something is so of the status of an orchestrator.
    pub fn wait_for(
        &self,
        orchestrator: &str,
        what: &str,
        limit: Duration,
        is_so: impl Fn(&serde_json::Value) -> bool,
    ) -> Duration {
        let began = Instant::now();
        loop {
            let status = self.status_of(orchestrator);
            if is_so(&status) {
                return began.elapsed();
            }
            if began.elapsed() > limit {
                let log = fs::read_to_string(self.folder.join("runtime.log")).unwrap_or_default();
                let tail: Vec<&str> = log.lines().rev().take(15).collect();
                let human = self.efl(&["status", orchestrator]);
                panic!(
                    "{what}: not after {limit:?}\n{}\n{}",
                    String::from_utf8_lossy(&human.stdout),
                    tail.join("\n")
                );
            }
            thread::sleep(Duration::from_millis(300));
        }
    }
}

impl Drop for Desk<'_> {
    fn drop(&mut self) {
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder); // the system's own folder for such things
        }
    }
}

/// What a command said, and how it ended.
pub trait Ran {
    /// Both of its streams.
    fn text(&self) -> String;
    /// Fails with them unless it ended so.
    fn expect_code(&self, code: i32);
}

impl Ran for Output {
    fn text(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.stdout), String::from_utf8_lossy(&self.stderr))
    }

    #[track_caller]
    fn expect_code(&self, code: i32) {
        assert_eq!(self.status.code(), Some(code), "{}", self.text());
    }
}
