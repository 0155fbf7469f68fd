//! A folder with files of a person, and what is done from there: `efl`, `kubectl` and the runtime, against a cluster of a bed.

use efl_testbed::Bed;
use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// The folder. It goes when it is dropped, unless the test failed.
pub struct Desk<'b> {
    /// Where everything runs.
    pub bed: &'b Bed,
    /// Its files.
    pub folder: PathBuf,
    /// The cluster that `efl` speaks to.
    cluster: &'static str,
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
    /// A folder of a name, with files, before Karmada.
    pub fn new(bed: &'b Bed, name: &str, files: &[(&str, &str)]) -> Self {
        Self::on(bed, "karmada", name, files)
    }

    /// The same before another cluster.
    pub fn on(bed: &'b Bed, cluster: &'static str, name: &str, files: &[(&str, &str)]) -> Self {
        // Tests run at the same time.
        static DESKS: AtomicUsize = AtomicUsize::new(0);
        let number = DESKS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("efl-{name}-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let this = Self { bed, folder, cluster };
        for (name, text) in files {
            this.write(name, text);
        }
        // As the runtime's own accounts, not as an administrator. That of the orchestrator controller may do what placement does.
        let admin = fs::read_to_string(this.kubeconfig()).expect("a kubeconfig");
        let mut own: serde_json::Value = serde_json::from_str(&admin).expect("the bed writes JSON");
        for (file, account) in
            [("runtime.kubeconfig", "efl-orchestrator"), ("placement.kubeconfig", "efl-placement")]
        {
            own["users"][0]["user"]["as"] = format!("system:serviceaccount:efl-system:{account}").into();
            this.write(file, &own.to_string());
        }
        this
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).expect("it is written");
    }

    fn kubeconfig(&self) -> PathBuf {
        self.bed.place(self.cluster).expect("a place").kubeconfig.clone()
    }

    /// Runs `efl` as an administrator, without a terminal.
    pub fn efl(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_efl"));
        command.args(arguments).current_dir(&self.folder).env("KUBECONFIG", self.kubeconfig());
        command.stdin(Stdio::null()).output().expect("it runs")
    }

    /// What `kubectl` says, as the administrator of that cluster.
    pub fn kubectl(&self, arguments: &[&str]) -> String {
        self.kubectl_on(self.cluster, arguments)
    }

    /// What `kubectl` says, as the administrator of a cluster.
    pub fn kubectl_on(&self, cluster: &str, arguments: &[&str]) -> String {
        let mut command = self.bed.kubectl(cluster).expect("kubectl");
        let output = command.args(arguments).output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts the runtime, which may be made to die behind a number of writes.
    pub fn runtime(&self, crash_after: Option<usize>) -> Runtime {
        let crash = crash_after.map(|writes| writes.to_string());
        let crash = crash.iter().flat_map(|writes| ["--crash-after-writes", writes]);
        self.runtime_with(&crash.collect::<Vec<_>>())
    }

    /// Starts the runtime with further arguments.
    pub fn runtime_with(&self, arguments: &[&str]) -> Runtime {
        self.started("runtime.kubeconfig", arguments)
    }

    /// Starts the runtime as it is installed: each controller in a process of its own, with an account of its own.
    pub fn controllers(&self) -> [Runtime; 2] {
        [
            self.started("runtime.kubeconfig", &["--controllers", "orchestrator"]),
            self.started("placement.kubeconfig", &["--controllers", "placement"]),
        ]
    }

    fn started(&self, kubeconfig: &str, options: &[&str]) -> Runtime {
        let mut command = Command::new(env!("CARGO_BIN_EXE_efl"));
        command.args(["runtime", "run", "--alone", "--listen", "127.0.0.1:0"]).args(options);
        command.arg("--kubeconfig").arg(self.folder.join(kubeconfig));
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
