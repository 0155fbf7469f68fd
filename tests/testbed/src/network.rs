//! The network of a bed whose clusters have a namespace each: a bridge in a namespace of its own, and one cable from there to
//! every cluster and to this machine, so that programs of this machine reach each cluster at its address.
//!
//! Beds in different caches have different networks, `efl`, `efl1` and so on: a file in `/run` says whose each is.

use crate::{
    command::{folder, output},
    error::{Context as _, Error, Result},
};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

/// Where a file per network holds the folder of its bed.
const OWNERS: &str = "/run/efl-testbed";
/// How many beds fit on a machine.
const NETWORKS: u8 = 10;

/// One of the networks that there can be.
#[derive(Clone, Copy)]
pub(crate) struct Network(u8);

/// Why clusters cannot have a namespace each on this machine: tried, because root may lack the right in a container.
pub(crate) fn missing() -> Option<String> {
    let tried = ip("netns add efl-probe").and_then(|_| ip("netns delete efl-probe"));
    tried.err().map(|error| error.to_string())
}

/// What puts a program into a namespace. Not `ip netns exec`, which hides the cgroups.
pub(crate) fn inside(namespace: &str) -> [String; 2] {
    ["nsenter".to_owned(), format!("--net=/run/netns/{namespace}")]
}

impl Network {
    fn all() -> impl Iterator<Item = Self> {
        (0..NETWORKS).map(Self)
    }

    fn owner(self) -> PathBuf {
        Path::new(OWNERS).join(self.0.to_string())
    }

    /// The network of a bed.
    pub(crate) fn of(bed: &Path) -> Option<Self> {
        Self::all()
            .find(|network| fs::read_to_string(network.owner()).is_ok_and(|owner| Path::new(&owner) == bed))
    }

    /// Makes the first network that is free the bed's.
    fn reserve(bed: &Path) -> Result<Self> {
        folder(Path::new(OWNERS))?;
        for network in Self::all() {
            let what = || format!("reserving {}", network.owner().display());
            match File::create_new(network.owner()) {
                Ok(mut file) => {
                    file.write_all(bed.as_os_str().as_encoded_bytes()).context(what)?;
                    return Ok(network);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).context(what),
            }
        }
        Err(Error::Refused(format!("{NETWORKS} beds are on this machine: see {OWNERS}")))
    }

    /// The name of one of its namespaces, cgroups or interfaces.
    pub(crate) fn name(self, of: &str) -> String {
        let number = if self.0 == 0 { String::new() } else { self.0.to_string() };
        format!("efl{number}-{of}")
    }

    /// The address of the cluster with a number.
    pub(crate) fn address(self, number: usize) -> String {
        format!("{}.{}", self.subnet(), 10 + number)
    }

    /// The first three numbers of every address.
    fn subnet(self) -> String {
        format!("10.201.{}", 9 + self.0)
    }

    /// This machine's end of its cable.
    fn host(self) -> PathBuf {
        Path::new("/sys/class/net").join(self.name("host"))
    }

    /// Lays the cables for the clusters with these names, in the order of their numbers.
    pub(crate) fn lay(bed: &Path, clusters: &[&str]) -> Result<Self> {
        let network = Self::reserve(bed)?;
        let (hub, host, subnet) = (network.name("hub"), network.name("host"), network.subnet());
        ip(&format!("netns add {hub}"))?;
        ip(&format!("-n {hub} link add hub type bridge"))?;
        ip(&format!("-n {hub} link set hub up"))?;
        ip(&format!("link add {host} type veth peer name host netns {hub}"))?;
        ip(&format!("-n {hub} link set host master hub up"))?;
        ip(&format!("address add {subnet}.1/24 dev {host}"))?;
        ip(&format!("link set {host} up"))?;
        for (number, cluster) in clusters.iter().enumerate() {
            let namespace = network.name(cluster);
            ip(&format!("netns add {namespace}"))?;
            ip(&format!("-n {namespace} link set lo up"))?;
            ip(&format!("link add eth0 netns {namespace} type veth peer name {cluster} netns {hub}"))?;
            ip(&format!("-n {hub} link set {cluster} master hub up"))?;
            ip(&format!("-n {namespace} address add {}/24 dev eth0", network.address(number)))?;
            ip(&format!("-n {namespace} link set eth0 up"))?;
            // What a service's address stands for is decided after there is a way to it.
            ip(&format!("-n {namespace} route add default via {subnet}.1"))?;
            let [nsenter, net] = inside(&namespace);
            output(Command::new(nsenter).args([&net, "sysctl", "-qw", "net.ipv4.ip_forward=1"]))?;
        }
        Ok(network)
    }

    /// Pulls or plugs a cluster's cable.
    pub(crate) fn plug(self, cluster: &str, plugged: bool) -> Result<()> {
        let state = if plugged { "up" } else { "down" };
        ip(&format!("-n {} link set {cluster} {state}", self.name("hub"))).map(drop)
    }

    /// Takes everything away that `lay` made, also half of it, with whatever still runs there.
    pub(crate) fn remove(self) -> Result<()> {
        let namespaces = fs::read_dir("/run/netns").into_iter().flatten();
        for name in namespaces.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
            if !name.starts_with(&self.name("")) {
                continue;
            }
            // Programs whose pid file was not written yet, and children that outlived theirs.
            let pids = ip(&format!("netns pids {name}"))?;
            for pid in pids.lines().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)) {
                let _ = kill_process(pid, Signal::KILL); // it may have ended by itself
            }
            ip(&format!("netns delete {name}"))?;
        }
        if self.host().exists() {
            // It also goes with the namespace of its other end, a moment later.
            ip(&format!("link delete {}", self.name("host")))
                .map(drop)
                .or_else(|error| if self.host().exists() { Err(error) } else { Ok(()) })?;
        }
        fs::remove_file(self.owner()).context(|| format!("removing {}", self.owner().display()))
    }
}

fn ip(line: &str) -> Result<String> {
    output(Command::new("ip").args(line.split(' ')))
}
