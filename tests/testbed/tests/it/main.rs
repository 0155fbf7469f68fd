//! Beds are what they say they are, and leave nothing behind.

mod three;
mod two;

use efl_testbed::Bed;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

/// Held by the test that has the bed.
static BED: Mutex<()> = Mutex::new(());

/// What a bed could leave on this machine: network namespaces and interfaces, cgroups and mounts, and what kubelet sets.
fn traces() -> BTreeSet<String> {
    let names = |folder: &str| {
        let found = fs::read_dir(folder).into_iter().flatten();
        found.map(|entry| entry.expect("it is read").path().display().to_string()).collect::<Vec<_>>()
    };
    let text = |file: &str| fs::read_to_string(file).expect("it is read");
    let mounts = text("/proc/mounts").lines().map(str::to_owned).collect();
    let sysctls = ["vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops"]
        .map(|name| format!("{name} = {}", text(&format!("/proc/sys/{name}"))));
    let folders =
        ["/run/netns", "/sys/class/net", "/sys/fs/cgroup/pids", "/run/efl-testbed"].map(names).concat();
    [folders, mounts, sysctls.to_vec()]
        .concat()
        .into_iter()
        .filter(|trace| !trace.contains("netns "))
        .collect()
}

fn pids(bed: &Bed) -> Vec<(String, Option<u32>)> {
    let status = bed.status().expect("it is up");
    status.into_iter().map(|running| (running.program, running.pid)).collect()
}

/// Takes a bed down, and looks for what is left of it.
fn leaves_nothing(bed: &Bed, pids: Vec<(String, Option<u32>)>, before: &BTreeSet<String>) {
    bed.down().expect("it goes down");
    bed.down().expect("it is down");
    for (program, pid) in pids {
        let pid = pid.expect("it ran").to_string();
        assert!(!Path::new("/proc").join(&pid).exists(), "{program} (pid {pid}) still runs");
    }
    assert_eq!(&traces(), before);
    assert!(!bed.folder().exists());
}

fn kubectl(bed: &Bed, cluster: &str, words: &str, input: Option<&Value>) -> Result<String, String> {
    let mut kubectl = bed.kubectl(cluster).expect("it is up");
    kubectl.args(words.split(' ')).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = kubectl.spawn().expect("kubectl starts");
    let input = input.map_or_else(String::new, Value::to_string);
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes()); // it may not read
    let said = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if said.status.success() { Ok(text(&said.stdout)) } else { Err(text(&said.stderr)) }
}

fn run(command: &mut Command) -> std::process::Output {
    command.output().expect("it starts")
}

/// Waits until something is so, at most a minute and a half.
fn until(what: &str, so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(90);
    while !so() {
        assert!(Instant::now() < end, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(200));
    }
}
