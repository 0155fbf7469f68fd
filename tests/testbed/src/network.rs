//! The network of a bed whose clusters have a namespace each: a bridge in a namespace of its own, and one cable from there to
//! every cluster and to this machine, so that programs of this machine reach each cluster at its address.

use crate::{
    command::output,
    error::{Error, Result},
};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Begins the name of every namespace and interface of a bed.
const PREFIX: &str = "efl-";
/// The namespace of the bridge.
const HUB: &str = "efl-hub";
/// This machine's end of its cable. Its alias names the folder of the bed that it belongs to.
const HOST: &str = "efl-host";
/// The first three numbers of every address.
const SUBNET: &str = "10.201.9";

/// Why clusters cannot have a namespace each on this machine: tried, because root may lack the right in a container.
pub(crate) fn missing() -> Option<String> {
    let probe = format!("{PREFIX}probe");
    let tried = ip(&format!("netns add {probe}")).and_then(|_| ip(&format!("netns delete {probe}")));
    tried.err().map(|error| error.to_string())
}

/// The namespace of a cluster.
pub(crate) fn namespace(cluster: &str) -> String {
    format!("{PREFIX}{cluster}")
}

/// The address of the cluster with a number.
pub(crate) fn address(number: usize) -> String {
    format!("{SUBNET}.{}", 10 + number)
}

/// What puts a program into the namespace. Not `ip netns exec`, which hides the cgroups.
pub(crate) fn inside(namespace: &str) -> [String; 2] {
    ["nsenter".to_owned(), format!("--net=/run/netns/{namespace}")]
}

fn ip(line: &str) -> Result<String> {
    output(Command::new("ip").args(line.split(' ')))
}

/// The folder of another bed that has the network, if there is one.
fn other(bed: &Path) -> Option<PathBuf> {
    let owner = fs::read_to_string(Path::new("/sys/class/net").join(HOST).join("ifalias")).ok()?;
    let owner = PathBuf::from(owner.trim_end());
    (owner != bed && owner.join("complete").exists()).then_some(owner)
}

/// Lays the cables for the clusters with these names, in the order of their numbers.
pub(crate) fn lay(bed: &Path, clusters: &[&str]) -> Result<()> {
    if let Some(owner) = other(bed) {
        let owner = owner.display();
        return Err(Error::Refused(format!("the bed in {owner} has the network namespaces {PREFIX}*")));
    }
    ip(&format!("netns add {HUB}"))?;
    ip(&format!("-n {HUB} link add hub type bridge"))?;
    ip(&format!("-n {HUB} link set hub up"))?;
    ip(&format!("link add {HOST} type veth peer name host netns {HUB}"))?;
    output(Command::new("ip").args(["link", "set", HOST, "alias"]).arg(bed))?;
    ip(&format!("-n {HUB} link set host master hub up"))?;
    ip(&format!("address add {SUBNET}.1/24 dev {HOST}"))?;
    ip(&format!("link set {HOST} up"))?;
    for (number, cluster) in clusters.iter().enumerate() {
        let namespace = namespace(cluster);
        ip(&format!("netns add {namespace}"))?;
        ip(&format!("-n {namespace} link set lo up"))?;
        ip(&format!("link add eth0 netns {namespace} type veth peer name {cluster} netns {HUB}"))?;
        ip(&format!("-n {HUB} link set {cluster} master hub up"))?;
        ip(&format!("-n {namespace} address add {}/24 dev eth0", address(number)))?;
        ip(&format!("-n {namespace} link set eth0 up"))?;
    }
    Ok(())
}

/// Pulls or plugs a cluster's cable.
pub(crate) fn plug(cluster: &str, plugged: bool) -> Result<()> {
    ip(&format!("-n {HUB} link set {cluster} {}", if plugged { "up" } else { "down" })).map(drop)
}

/// Takes everything away that `lay` made for this bed, also half of it, with whatever still runs there.
pub(crate) fn remove(bed: &Path) -> Result<()> {
    if other(bed).is_some() {
        return Ok(());
    }
    let Ok(found) = fs::read_dir("/run/netns") else { return Ok(()) };
    for name in found.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
        if !name.starts_with(PREFIX) {
            continue;
        }
        // Programs whose pid file was not written yet, and children that outlived theirs.
        for pid in
            ip(&format!("netns pids {name}"))?.lines().filter_map(|pid| Pid::from_raw(pid.parse().ok()?))
        {
            let _ = kill_process(pid, Signal::KILL);
        }
        ip(&format!("netns delete {name}"))?;
    }
    if Path::new("/sys/class/net").join(HOST).exists() {
        ip(&format!("link delete {HOST}")).map(drop).or_else(|error| {
            // It goes with the namespace of its other end, a moment later.
            if Path::new("/sys/class/net").join(HOST).exists() { Err(error) } else { Ok(()) }
        })?;
    }
    Ok(())
}
