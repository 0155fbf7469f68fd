//! The runtime with many Orchestrators, on a real API server (level 1 of the test bed): how long until all are made, what is
//! written for each, memory, and what it costs when nothing happens.
//!
//!     cargo build --release -p efl-cli && cargo run --release -p efl-benches --example orchestrators -- [COUNT] [EFL]
//!
//! The cluster is a plain one without nodes: an Orchestrator is ready when everything that it becomes is applied.

use efl_testbed::{Bed, Level};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const ACCOUNT: &str = "system:serviceaccount:efl-system:efl-orchestrator";
const ADDRESS: &str = "127.0.0.1:18080";
/// A tick of the kernel's accounting, in milliseconds.
const TICK: f64 = 10.0;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().map_or(1_000, |text| text.parse().expect("a number"));
    let beside = std::env::current_exe().expect("this program");
    let efl = arguments.next().map_or_else(|| beside.with_file_name("../efl"), PathBuf::from);
    let bed = Bed::new(Level::One).expect("a cache");
    bed.down().expect("it goes down"); // an empty one
    bed.up().expect("it comes up");
    let world = World::new(&bed, efl);

    let runtime = world.start();
    wait("it is idle", || (metric("efl_leader{controller=\"efl-orchestrator\"}") == Some(1.0)).then_some(()));
    thread::sleep(Duration::from_secs(5));
    row("resident, no orchestrator", &format!("{:.1} MB", megabytes(&runtime, "VmRSS")));

    let program = efl_benches::program(count);
    fs::write(world.folder.join("main.efl"), program).expect("it is written");
    let list = world.efl(&["compile", "main.efl", "--emit", "orchestrator", "--format", "json"]);
    let before = world.writes();
    let began = Instant::now();
    let cpu = milliseconds(&runtime);
    world.kubectl(&["create", "--filename=-"], &list);
    let created = began.elapsed();
    let all = || (metric("efl_orchestrators{phase=\"Ready\"}") == Some(number(count))).then_some(());
    wait("all are ready", all);
    row("created", &format!("{count} by kubectl in {:.1} s", created.as_secs_f64()));
    row(
        "all ready",
        &format!(
            "{:.1} s after the first, {:.1} s after the last was created",
            began.elapsed().as_secs_f64(),
            began.elapsed().saturating_sub(created).as_secs_f64()
        ),
    );
    row("CPU to make one", &format!("{:.2} ms", (milliseconds(&runtime) - cpu) / number(count)));
    thread::sleep(Duration::from_secs(5));
    let made = difference(&world.writes(), &before);
    let total: usize = made.values().sum();
    row("writes per orchestrator", &format!("{:.2}", number(total) / number(count)));
    for (what, writes) in &made {
        println!("|   {what} | {:.2} |", number(*writes) / number(count));
    }
    row(
        "resident, and at most",
        &format!("{:.1} and {:.1} MB", megabytes(&runtime, "VmRSS"), megabytes(&runtime, "VmHWM")),
    );

    let (before, cpu) = (world.writes(), milliseconds(&runtime));
    thread::sleep(Duration::from_mins(1));
    row(
        "idle for a minute",
        &format!(
            "{:.0} ms of CPU, {} writes",
            milliseconds(&runtime) - cpu,
            difference(&world.writes(), &before).values().sum::<usize>()
        ),
    );

    let (done, cpu) = (reconciled(), milliseconds(&runtime));
    world.fleet("20s");
    wait("all were looked at", || (reconciled() - done >= number(count)).then_some(()));
    let each = (milliseconds(&runtime) - cpu) / (reconciled() - done);
    row("CPU of a reconciliation that changes nothing", &format!("{each:.3} ms"));
    drop(runtime);

    let (before, reads, began) = (world.writes(), world.reads(), Instant::now());
    let runtime = world.start();
    wait("it is ready", || answers("/readyz").then_some(()));
    let seen = began.elapsed();
    wait("all were looked at again", || (reconciled() >= number(count)).then_some(()));
    let steady = began.elapsed();
    let reads = world.reads() - reads;
    row(
        "started again",
        &format!(
            "ready in {:.2} s, all looked at in {:.2} s, {:.0} ms of CPU",
            seen.as_secs_f64(),
            steady.as_secs_f64(),
            milliseconds(&runtime)
        ),
    );
    thread::sleep(Duration::from_secs(5));
    row(
        "its requests",
        &format!("{reads} reads, {} writes", difference(&world.writes(), &before).values().sum::<usize>()),
    );
    row(
        "resident then, and at most",
        &format!("{:.1} and {:.1} MB", megabytes(&runtime, "VmRSS"), megabytes(&runtime, "VmHWM")),
    );
    drop(runtime);
    bed.down().expect("it goes down");
}

fn row(what: &str, value: &str) {
    println!("| {what} | {value} |");
}

/// The bed with the runtime's definitions and account.
struct World<'b> {
    bed: &'b Bed,
    efl: PathBuf,
    folder: PathBuf,
}

/// A process, asked to end when it is dropped.
struct Runtime(Child);

impl Drop for Runtime {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status(); // a lease is given back
        let _ = self.0.wait();
    }
}

impl<'b> World<'b> {
    fn new(bed: &'b Bed, efl: PathBuf) -> Self {
        let folder = std::env::temp_dir().join(format!("efl-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let this = Self { bed, efl, folder };
        let admin = fs::read_to_string(this.kubeconfig()).expect("a kubeconfig");
        let mut own: Value = serde_json::from_str(&admin).expect("the bed writes JSON");
        own["users"][0]["user"]["as"] = ACCOUNT.into();
        fs::write(this.folder.join("runtime.kubeconfig"), own.to_string()).expect("it is written");
        this.efl(&["runtime", "install", "--no-pods"]);
        this.kubectl(&["create", "namespace", "city"], "");
        this.fleet("15s");
        this
    }

    fn kubeconfig(&self) -> PathBuf {
        self.bed.place("l1").expect("a place").kubeconfig
    }

    fn efl(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.efl);
        command.args(arguments).current_dir(&self.folder).env("KUBECONFIG", self.kubeconfig());
        let output = command.stderr(Stdio::inherit()).output().expect("it runs");
        assert!(output.status.success(), "efl {}", arguments.join(" "));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn kubectl(&self, arguments: &[&str], input: &str) -> String {
        let mut command = self.bed.kubectl("l1").expect("kubectl");
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "kubectl {}", arguments.join(" "));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn start(&self) -> Runtime {
        let mut command = Command::new(&self.efl);
        command.args(["runtime", "run", "--controllers=orchestrator", "--listen", ADDRESS, "--kubeconfig"]);
        command.arg(self.folder.join("runtime.kubeconfig"));
        let log = fs::File::create(self.folder.join("runtime.log")).expect("a log");
        Runtime(command.stdin(Stdio::null()).stderr(log).spawn().expect("it runs"))
    }

    /// Applies the fleet. Another period makes every Orchestrator be looked at, and changes none.
    fn fleet(&self, every: &str) {
        let text = format!(
            "fleet city {{\n  domain: \"fn.city.example\"\n  every: {every}\n  cluster member1 {{ }}\n  cluster member2 {{ }}\n}}\n"
        );
        fs::write(self.folder.join("fleet.efl"), text).expect("it is written");
        self.efl(&["fleet", "apply", "fleet.efl"]);
    }

    /// The runtime's writes, by verb and resource, as the API server noted them.
    fn writes(&self) -> BTreeMap<String, usize> {
        let log = fs::read_to_string(self.bed.place("l1").expect("a place").audit).unwrap_or_default();
        let mut writes = BTreeMap::new();
        for line in log.lines() {
            let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
            if event["impersonatedUser"]["username"] == ACCOUNT {
                let (verb, of) = (&event["verb"], &event["objectRef"]);
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let part = of["subresource"].as_str().map(|part| format!("/{part}")).unwrap_or_default();
                *writes.entry(format!("{} {}{part}", text(verb), text(&of["resource"]))).or_default() += 1;
            }
        }
        writes
    }

    /// How many reads the API server has answered to anybody.
    fn reads(&self) -> u64 {
        let metrics = self.kubectl(&["get", "--raw", "/metrics"], "");
        let counted = metrics.lines().filter(|line| line.starts_with("apiserver_request_total{"));
        let reads = counted.filter(|line| {
            ["GET", "LIST", "WATCH"].iter().any(|verb| line.contains(&format!("verb=\"{verb}\"")))
        });
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count
        reads.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).map(|count| count as u64).sum()
    }
}

fn difference(now: &BTreeMap<String, usize>, before: &BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let newer = |(what, count): (&String, &usize)| {
        let more = count - before.get(what).copied().unwrap_or_default();
        (more > 0).then(|| (what.clone(), more))
    };
    now.iter().filter_map(newer).collect()
}

#[allow(clippy::cast_precision_loss)] // some thousands
const fn number(count: usize) -> f64 {
    count as f64
}

fn wait<T>(what: &str, mut is_so: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = is_so() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_mins(10), "{what}: not so");
        thread::sleep(Duration::from_millis(50));
    }
}

fn ask(path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(ADDRESS).ok()?;
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: efl\r\nConnection: close\r\n\r\n").as_bytes())
        .ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}

fn answers(path: &str) -> bool {
    ask(path).is_some_and(|text| text.starts_with("HTTP/1.1 200"))
}

/// What the runtime says of itself.
fn metric(series: &str) -> Option<f64> {
    let text = ask("/metrics")?;
    text.lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}

fn reconciled() -> f64 {
    metric("efl_reconciles_total").unwrap_or_default()
}

fn status(runtime: &Runtime, file: &str) -> String {
    fs::read_to_string(Path::new("/proc").join(runtime.0.id().to_string()).join(file)).expect("it lives")
}

fn megabytes(runtime: &Runtime, field: &str) -> f64 {
    let text = status(runtime, "status");
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).expect("the field");
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().expect("a number") / 1024.0
}

/// CPU that it took since its start.
fn milliseconds(runtime: &Runtime) -> f64 {
    let text = status(runtime, "stat");
    let fields: Vec<&str> = text.rsplit_once(')').expect("a name").1.split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("a number");
    (ticks(11) + ticks(12)) * TICK
}
