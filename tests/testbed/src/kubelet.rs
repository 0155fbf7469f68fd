//! A node: containerd, kubelet, kube-proxy and a scheduler in a member's namespace, so that pods run there.

use crate::{
    cluster::{Cluster, options, port},
    command::{folder, output, read, retried, write},
    error::{Context as _, Error, Result},
    image,
    network::Network,
    programs::{KUBE_PROXY, KUBE_SCHEDULER, KUBELET},
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// Where the hierarchies of cgroup v1 are.
const CGROUPS: &str = "/sys/fs/cgroup";
/// Those that kubelet wants a folder in.
const CONTROLLERS: [&str; 10] =
    ["cpu", "cpuacct", "cpuset", "memory", "pids", "blkio", "devices", "freezer", "systemd", "unified"];
/// What kubelet sets for the whole machine; put back by [`clear`].
const SYSCTLS: [&str; 3] = ["vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops"];
/// Debian's packages with what a node needs, each with a file of it.
const PACKAGES: [(&str, &str); 6] = [
    ("containerd", "/usr/bin/containerd"),
    ("runc", "/usr/sbin/runc"),
    ("containernetworking-plugins", "/usr/lib/cni/bridge"),
    ("iptables", "/usr/sbin/iptables"),
    ("conntrack", "/usr/sbin/conntrack"),
    ("dnsmasq-base", "/usr/sbin/dnsmasq"),
];

/// Says what this machine lacks.
pub(crate) fn check() -> Result<()> {
    let missing: Vec<&str> =
        PACKAGES.iter().filter(|(_, file)| !Path::new(file).exists()).map(|(package, _)| *package).collect();
    if !missing.is_empty() {
        let missing = missing.join(" ");
        let advice = format!("level 3 needs: apt-get install --no-install-recommends {missing}");
        return Err(Error::Refused(advice));
    }
    if !Path::new(CGROUPS).join("memory/cgroup.procs").exists() {
        return Err(Error::Refused("level 3 needs cgroup v1: kubelet runs in its hierarchies".into()));
    }
    Ok(())
}

/// Notes what kubelet changes, once for a bed.
pub(crate) fn note_sysctls(bed: &Path) -> Result<()> {
    let file = bed.join("sysctls.json");
    if file.exists() {
        return Ok(());
    }
    let values: Result<BTreeMap<&str, String>> =
        SYSCTLS.iter().map(|name| Ok((*name, read(&Path::new("/proc/sys").join(name))?))).collect();
    write(&file, &serde_json::to_string(&values?).expect("text is JSON"))
}

/// Starts a node in a member, with the images of a pause and a function.
pub(crate) fn start(cluster: &mut Cluster) -> Result<()> {
    let socket = start_containerd(cluster)?;
    image::import(&socket, "pause", &image::own("pause")?)?;
    image::import(&socket, "function", &image::own("function")?)?;
    start_scheduler(cluster)?;
    start_kubelet(cluster, &socket)?;
    start_proxy(cluster)?;
    for process in ["kube-scheduler", "kubelet", "kube-proxy"] {
        cluster.wait(process)?;
    }
    let ready = format!("wait --for=condition=Ready node/{} --timeout=60s", cluster.name);
    retried(Duration::from_mins(1), || cluster.kube(&ready)).map(drop)
}

/// The socket of a cluster's containerd.
pub(crate) fn socket(cluster: &Cluster) -> String {
    cluster.file("containerd.sock")
}

fn start_containerd(cluster: &mut Cluster) -> Result<String> {
    let (socket, state) = (socket(cluster), cluster.file("containerd"));
    let cni = cluster.folder.join("cni");
    folder(&cni)?;
    let bridge = json!({
        "cniVersion": "0.4.0", "name": cluster.name,
        "plugins": [
            {
                "type": "bridge", "bridge": "pods", "isGateway": true, "ipMasq": true, "hairpinMode": true,
                "ipam": {
                    "type": "host-local", "dataDir": cluster.file("ipam"),
                    "ranges": [[{ "subnet": cluster.pods() }]], "routes": [{ "dst": "0.0.0.0/0" }],
                },
            },
            { "type": "portmap", "capabilities": { "portMappings": true } },
        ],
    });
    write(&cni.join("10-bridge.conflist"), &format!("{bridge:#}\n"))?;
    // No process here may lower its OOM score where root lacks CAP_SYS_RESOURCE, and every pod's sandbox would want to.
    let config = format!(
        r#"version = 2
root = "{state}/root"
state = "{state}/state"
[grpc]
  address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  disable_tcp_service = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "{cni}"
"#,
        pause = image::reference("pause"),
        cni = cni.display(),
    );
    write(&cluster.folder.join("containerd.toml"), &config)?;
    let arguments = vec!["--config".to_owned(), cluster.file("containerd.toml")];
    let ready = ["ctr", "--address", &socket, "version"].map(str::to_owned).to_vec();
    cluster.start("containerd", Path::new("/usr/bin/containerd"), arguments, ready)?;
    cluster.wait("containerd")?;
    Ok(socket)
}

fn start_scheduler(cluster: &mut Cluster) -> Result<()> {
    let kubeconfig = credentials(cluster, "scheduler", "/CN=system:kube-scheduler")?;
    let arguments = options(&[
        ("kubeconfig", &kubeconfig),
        ("authentication-kubeconfig", &kubeconfig),
        ("authorization-kubeconfig", &kubeconfig),
        ("bind-address", &cluster.address),
        ("leader-elect", "false"),
    ]);
    let ready = cluster.answered(&format!("https://{}/healthz", cluster.at(port::KUBE_SCHEDULER)));
    cluster.start("kube-scheduler", &KUBE_SCHEDULER.built()?, arguments, ready)
}

fn start_kubelet(cluster: &mut Cluster, socket: &str) -> Result<()> {
    let node = format!("/O=system:nodes/CN=system:node:{}", cluster.name);
    let kubeconfig = credentials(cluster, "kubelet", &node)?;
    let keys = cluster.keys();
    let group = cluster.namespace.clone().expect("a node has a namespace");
    for controller in CONTROLLERS {
        let within = Path::new(CGROUPS).join(controller);
        if within.exists() {
            folder(&within.join(&group))?;
        }
    }
    for file in ["cpuset.cpus", "cpuset.mems"] {
        let within = Path::new(CGROUPS).join("cpuset");
        let to = within.join(&group).join(file);
        fs::write(&to, read(&within.join(file))?).context(|| format!("writing {}", to.display()))?;
    }
    let config = json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
        "address": cluster.address,
        "authentication": {
            "anonymous": { "enabled": false }, "webhook": { "enabled": true }, "x509": { "clientCAFile": keys.file("ca.crt") },
        },
        "authorization": { "mode": "Webhook" },
        "tlsCertFile": keys.file("server.crt"), "tlsPrivateKeyFile": keys.file("server.key"),
        "cgroupDriver": "cgroupfs", "cgroupRoot": format!("/{group}"), "cgroupsPerQOS": true, "failCgroupV1": false,
        "enforceNodeAllocatable": ["pods"], "failSwapOn": false, "protectKernelDefaults": false,
        "containerRuntimeEndpoint": format!("unix://{socket}"),
        "podLogsDir": cluster.file("pods"), "volumePluginDir": cluster.file("plugins"),
        "clusterDNS": ["10.96.0.10"], "clusterDomain": "cluster.local", "resolvConf": "",
        "evictionHard": {
            "memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%", "nodefs.inodesFree": "1%",
        },
        "imageGCHighThresholdPercent": 100, "imageGCLowThresholdPercent": 99,
        "maxPods": 60, "healthzBindAddress": cluster.address,
    });
    write(&cluster.folder.join("kubelet.yaml"), &format!("{config:#}\n"))?;
    let arguments = options(&[
        ("config", &cluster.file("kubelet.yaml")),
        ("kubeconfig", &kubeconfig),
        ("root-dir", &cluster.file("kubelet")),
        ("cert-dir", &cluster.file("kubelet/pki")),
        ("hostname-override", &cluster.name),
        ("node-ip", &cluster.address),
    ]);
    let ready = cluster.answered(&format!("http://{}/healthz", cluster.at(port::KUBELET_HEALTH)));
    cluster.start("kubelet", &KUBELET.built()?, arguments, ready)
}

fn start_proxy(cluster: &mut Cluster) -> Result<()> {
    let kubeconfig = credentials(cluster, "proxy", "/CN=system:kube-proxy")?;
    let arguments = options(&[
        ("kubeconfig", &kubeconfig),
        ("hostname-override", &cluster.name),
        ("proxy-mode", "iptables"),
        ("healthz-bind-address", &cluster.at(port::PROXY_HEALTH)),
        ("conntrack-max-per-core", "0"), // the table is the machine's
    ]);
    let ready = cluster.answered(&format!("http://{}/healthz", cluster.at(port::PROXY_HEALTH)));
    cluster.start("kube-proxy", &KUBE_PROXY.built()?, arguments, ready)
}

/// A kubeconfig for a subject; its path.
fn credentials(cluster: &Cluster, name: &str, subject: &str) -> Result<String> {
    let file = cluster.folder.join(format!("{name}.kubeconfig"));
    cluster.keys().client(name, subject)?;
    cluster.keys().kubeconfig(&file, &cluster.name, &cluster.at(port::API_SERVER), name)?;
    Ok(file.display().to_string())
}

/// Kills the pods of a cluster, whose cgroup has the name of its namespace.
pub(crate) fn kill_pods(namespace: &str) -> Result<()> {
    let group = Path::new(CGROUPS).join("pids").join(namespace);
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let pids: Vec<Pid> = groups(&group)
            .iter()
            .filter_map(|group| fs::read_to_string(group.join("cgroup.procs")).ok())
            .flat_map(|pids| {
                pids.lines().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect::<Vec<_>>()
            })
            .collect();
        if pids.is_empty() {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(Error::Refused(format!("processes in {} do not end", group.display())));
        }
        for pid in pids {
            let _ = kill_process(pid, Signal::KILL); // it may have ended by itself
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Takes away what nodes leave on the machine once no process runs: mounts, cgroups, sysctls.
pub(crate) fn clear(bed: &Path, network: Network, clusters: &[&str]) -> Result<()> {
    for namespace in clusters.iter().map(|cluster| network.name(cluster)) {
        kill_pods(&namespace)?;
        for controller in CONTROLLERS {
            for group in groups(&Path::new(CGROUPS).join(controller).join(&namespace)) {
                let _ = fs::remove_dir(group); // one that is busy is of no harm
            }
        }
    }
    let mounts = read(Path::new("/proc/mounts"))?;
    let within = mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .filter(|path| Path::new(path).starts_with(bed));
    let mut within: Vec<&str> = within.collect();
    within.reverse(); // the last is on top
    for path in within {
        output(Command::new("umount").args(["--lazy", path]))?;
    }
    let Ok(sysctls) = fs::read_to_string(bed.join("sysctls.json")) else { return Ok(()) };
    let sysctls: BTreeMap<PathBuf, String> = serde_json::from_str(&sysctls).unwrap_or_default();
    for (name, value) in sysctls {
        let file = Path::new("/proc/sys").join(name);
        fs::write(&file, value).context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

/// A cgroup and those below it, the deepest first.
fn groups(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let below =
        entries.filter_map(|entry| entry.ok()).filter(|entry| entry.file_type().is_ok_and(|t| t.is_dir()));
    let mut all: Vec<PathBuf> = below.flat_map(|entry| groups(&entry.path())).collect();
    all.push(root.to_owned());
    all
}
