//! The load of a member, and what measures it.
//!
//! All members share one kernel, which has one `/proc`. So each has its own: a process of this program ([`run`]) writes a `stat`
//! and a `meminfo` that advance as the load says, a real node exporter reads them, and a real Prometheus scrapes it.

use crate::{
    cluster::{Cluster, options, port},
    command::{folder, read, write},
    error::{Error, Result},
    programs,
};
use serde::{Deserialize, Serialize};
use std::{
    fmt::Write as _,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// How busy a member is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// The part of its CPUs' time that is not idle, 0 to 1.
    pub cpu: f64,
    /// The part of its memory that is not available, 0 to 1.
    pub memory: f64,
}

/// Of a new member.
const QUIET: Load = Load { cpu: 0.1, memory: 0.25 };
const CPUS: usize = 2;
const MEMORY_KIB: f64 = 8.0 * 1024.0 * 1024.0;
/// How often the files are written: several times between two scrapes.
const TICK: Duration = Duration::from_millis(500);
/// How often Prometheus looks.
const SCRAPE: &str = "2s";

/// Starts a member's `/proc`, its node exporter and its Prometheus.
pub(crate) fn start(cluster: &mut Cluster) -> Result<()> {
    let node = cluster.folder.join("node");
    folder(&node.join("proc"))?;
    folder(&node.join("sys"))?;
    write_load(cluster, QUIET)?;
    let procfs = node.join("proc").display().to_string();
    let written = vec!["test".into(), "-e".into(), format!("{procfs}/stat")];
    cluster.start("node", &programs::own()?, vec!["node".into(), node.display().to_string()], written)?;
    cluster.wait("node")?;

    let mut exporter = options(&[
        ("path.procfs", &procfs),
        ("path.sysfs", &node.join("sys").display().to_string()),
        ("web.listen-address", &cluster.at(port::NODE_EXPORTER)),
        ("log.level", "warn"),
    ]);
    exporter.extend(
        ["--collector.disable-defaults", "--collector.cpu", "--collector.meminfo"].map(str::to_owned),
    );
    let ready = cluster.answered(&format!("http://{}/metrics", cluster.at(port::NODE_EXPORTER)));
    cluster.start("node-exporter", &programs::debian("prometheus-node-exporter")?, exporter, ready)?;
    let target = (cluster.name.clone(), cluster.at(port::NODE_EXPORTER));
    start_prometheus(cluster, &[target])?;
    cluster.wait("node-exporter")
}

/// Starts a Prometheus that scrapes node exporters, each at an address, with the name of its cluster as label `cluster`.
pub(crate) fn start_prometheus(cluster: &mut Cluster, targets: &[(String, String)]) -> Result<()> {
    let targets: Vec<_> = targets
        .iter()
        .map(|(name, at)| serde_json::json!({ "targets": [at], "labels": { "cluster": name } }))
        .collect();
    let config = serde_json::json!({
        "global": { "scrape_interval": SCRAPE, "scrape_timeout": SCRAPE },
        "scrape_configs": [{ "job_name": "node", "static_configs": targets }],
    });
    write(&cluster.folder.join("prometheus.yaml"), &format!("{config:#}\n"))?;
    let arguments = options(&[
        ("config.file", &cluster.file("prometheus.yaml")),
        ("storage.tsdb.path", &cluster.file("prometheus")),
        ("storage.tsdb.retention.time", "6h"),
        ("web.listen-address", &cluster.at(port::PROMETHEUS)),
        ("log.level", "warn"),
    ]);
    let ready = cluster.answered(&format!("http://{}/-/ready", cluster.at(port::PROMETHEUS)));
    cluster.start("prometheus", &programs::debian("prometheus")?, arguments, ready)?;
    cluster.wait("prometheus")
}

/// The load that is set.
pub(crate) fn read_load(cluster: &Cluster) -> Result<Load> {
    load_of(&cluster.folder.join("node"))
}

/// Sets the load; the next tick shows it.
pub(crate) fn write_load(cluster: &Cluster, load: Load) -> Result<()> {
    if ![load.cpu, load.memory].iter().all(|part| (0.0..=1.0).contains(part)) {
        return Err(Error::Refused(format!("a load is from 0 to 1, not {} and {}", load.cpu, load.memory)));
    }
    let text = serde_json::to_string(&load).expect("a load is JSON");
    write(&cluster.folder.join("node/load.json"), &text)
}

fn load_of(node: &Path) -> Result<Load> {
    let file = node.join("load.json");
    serde_json::from_str(&read(&file)?)
        .map_err(|error| Error::Refused(format!("{}: {error}", file.display())))
}

/// Writes the `/proc` of a member for ever: what `efl-testbed node FOLDER` does. It counts from nothing, as a machine that started.
pub fn run(node: &Path) -> Result<()> {
    let (mut busy, mut idle) = (0.0, 0.0); // hundredths of a second, of each CPU
    let mut last = Instant::now();
    loop {
        let load = load_of(node)?;
        let passed = last.elapsed().as_secs_f64() * 100.0;
        last = Instant::now();
        busy += passed * load.cpu;
        idle += passed * (1.0 - load.cpu);
        write(&node.join("proc/stat"), &stat(busy, idle))?;
        write(&node.join("proc/meminfo"), &meminfo(load.memory))?;
        thread::sleep(TICK);
    }
}

/// `proc_stat(5)`: user, nice, system, idle, iowait, irq, softirq, steal, guest, `guest_nice`. Three quarters of the load are the user's.
fn stat(busy: f64, idle: f64) -> String {
    let line = |cpus: f64| {
        let (user, system) = (busy * 0.75 * cpus, busy * 0.25 * cpus);
        format!("{user:.0} 0 {system:.0} {:.0} 0 0 0 0 0 0", idle * cpus)
    };
    #[expect(clippy::cast_precision_loss, reason = "a few CPUs")]
    let mut text = format!("cpu  {}\n", line(CPUS as f64));
    for cpu in 0..CPUS {
        let _ = writeln!(text, "cpu{cpu} {}", line(1.0)); // text takes everything
    }
    text
}

/// `proc_meminfo(5)`, as far as the exporter needs it.
fn meminfo(used: f64) -> String {
    let available = MEMORY_KIB * (1.0 - used);
    format!(
        "MemTotal: {MEMORY_KIB:.0} kB\nMemFree: {available:.0} kB\nMemAvailable: {available:.0} kB\nBuffers: 0 kB\nCached: 0 kB\n"
    )
}
