//! Real control planes on one machine, for tests that need them; the program `efl-testbed` is a thin command line around this.
//!
//! A bed has a [`Level`]. Programs come from Go modules, Debian and `PyPI`, by version, into the cache, once; the state of a bed is one
//! folder of the cache, which `down` removes with everything that runs. All of it needs Linux.

mod argo;
mod cluster;
mod command;
mod crds;
mod error;
mod gateway;
mod image;
mod karmada;
mod knative;
mod kubelet;
mod nats;
mod network;
mod node;
mod pki;
mod process;
mod programs;

pub use error::{Error, Result};
pub use gateway::run as run_gateway;
pub use node::{Load, run as run_node};
pub use programs::module;

use cluster::{Cluster, port};
use command::folder;
use crds::Detail;
use error::Context as _;
use network::Network;
use process::Process;
use std::{
    env,
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// The program `prometheus`, for who needs one of their own.
pub fn prometheus() -> Result<PathBuf> {
    programs::debian("prometheus")
}

/// How much is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// An etcd and an API server, `l1`, on free ports: admission, CEL, server-side apply.
    One,
    /// Karmada and the members `m1`, `m2` and `m3` with their controllers, Prometheus and node exporters: propagation, placement.
    Two,
    /// The same with NATS, and `m1` and `m2` are nodes where pods run, with Argo Events, Argo Workflows and Knative.
    Three,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Three];

    /// As `EFL_LEVEL` has it.
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }

    /// The clusters, in the order of their numbers.
    pub fn clusters(self) -> &'static [&'static str] {
        match self {
            Self::One => &["l1"],
            Self::Two | Self::Three => &["karmada", "m1", "m2", "m3"],
        }
    }

    /// The clusters that Karmada carries to.
    pub fn members(self) -> &'static [&'static str] {
        match self {
            Self::One => &[],
            Self::Two | Self::Three => &self.clusters()[1..],
        }
    }

    /// The members where pods run.
    pub fn nodes(self) -> &'static [&'static str] {
        match self {
            Self::One | Self::Two => &[],
            Self::Three => &["m1", "m2"],
        }
    }

    /// Whether tests of this level are asked for, by `EFL_LEVEL`; else says that one is skipped.
    pub fn asked(self, what: &str) -> bool {
        let asked = env::var("EFL_LEVEL")
            .is_ok_and(|level| level.parse().is_ok_and(|level: u8| level >= self.number()));
        if !asked {
            // Not `eprintln!`, which the harness keeps from who runs the tests; nobody may listen.
            let _ = writeln!(io::stderr(), "skipped: {what} (EFL_LEVEL={} and Go run it)", self.number());
        }
        asked
    }

    /// The level that has a cluster.
    pub fn of(cluster: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|level| level.clusters().contains(&cluster));
        found.ok_or_else(|| {
            Error::Refused(format!("there is no cluster {cluster}, only l1, karmada, m1, m2, m3"))
        })
    }
}

/// One program of a bed, as `status` shows it.
#[derive(Debug)]
pub struct Running {
    /// `CLUSTER/PROGRAM`.
    pub program: String,
    /// Its process, if it runs.
    pub pid: Option<u32>,
    /// Whether it says that it is ready.
    pub ready: bool,
    /// What it holds, in megabytes of resident memory.
    pub memory: f64,
    /// What it took since its start, in seconds.
    pub cpu: f64,
}

/// Where a cluster is.
#[derive(Debug)]
pub struct Place {
    /// Its name, and that of the context in its kubeconfig.
    pub cluster: String,
    /// Its address. At level 3 functions answer at its port 31080 by their host, `NAME.NAMESPACE.fn.example`, and NATS at port 4222 of
    /// `karmada`'s, for `efl` with the password `efl-pass`.
    pub address: String,
    /// The kubeconfig of its administrator; it refers to no other file.
    pub kubeconfig: PathBuf,
    /// The URL of its Prometheus: of a member its own, of `karmada` one that scrapes all members and gives each a label `cluster`.
    pub prometheus: Option<String>,
    /// Where its API server notes every write, as lines of JSON (`audit.k8s.io/v1`).
    pub audit: PathBuf,
}

/// A bed of a level; there is one of each on a machine (or one for each `EFL_CACHE`).
#[derive(Debug)]
pub struct Bed {
    level: Level,
    folder: PathBuf,
}

/// How long one process waits for another that builds a bed.
const LOCKED: Duration = Duration::from_mins(30);

impl Bed {
    /// The beds that there can be: that of level 1, and that of level 2, which level 3 adds to.
    pub fn all() -> Result<Vec<Self>> {
        [Level::One, Level::Two].into_iter().map(Self::new).collect()
    }

    /// The bed of a level, whether it is up or not.
    pub fn new(level: Level) -> Result<Self> {
        let name = if level == Level::One { "l1" } else { "l2" };
        Ok(Self { level, folder: programs::cache()?.join(name) })
    }

    /// Where its state and logs are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Builds or fetches its programs and modules if they are not there.
    pub fn build(&self) -> Result<()> {
        let mut built = vec![programs::ETCD, programs::API_SERVER];
        if self.level >= Level::Two {
            built.extend([programs::CONTROLLERS, programs::KARMADA_WEBHOOK, programs::KARMADA_AGGREGATED]);
            built.extend([programs::KARMADA_CONTROLLERS, programs::KARMADA_SCHEDULER, programs::KARMADACTL]);
            programs::debian("prometheus")?;
            programs::debian("prometheus-node-exporter")?;
            programs::own()?;
        }
        if self.level >= Level::Three {
            kubelet::check()?;
            built.extend([programs::KUBE_SCHEDULER, programs::KUBELET, programs::KUBE_PROXY, programs::NATS]);
            programs::envoy()?;
            for (name, program) in argo::IMAGES.into_iter().chain(knative::IMAGES) {
                image::made(name, &program.built()?)?;
            }
            for name in ["pause", "function"] {
                image::made(name, &image::own(name)?)?;
            }
        }
        for program in built {
            program.built()?;
        }
        programs::kubectl()?;
        crds::files(Detail::Full).map(drop)
    }

    /// Brings the bed up. One that is up stays as it is, with our own definitions as this checkout has them; of one of which
    /// something is missing nothing is kept.
    pub fn up(&self) -> Result<()> {
        let _lock = self.lock()?;
        if self.is_up() {
            for cluster in self.clusters()? {
                crds::install_own(&cluster)?;
            }
            say("is up");
            return Ok(());
        }
        let began = Instant::now();
        let base = Self { level: self.level.min(Level::Two), folder: self.folder.clone() };
        if !base.is_up() {
            base.clear()?;
        }
        self.build()?;
        folder(&self.folder)?;
        let up = match self.level {
            Level::One => self.start_one(),
            Level::Two => self.start_two(),
            Level::Three if base.is_up() => self.start_three(),
            Level::Three => base.start_two().and_then(|()| base.note_up()).and_then(|()| self.start_three()),
        };
        if let Err(error) = up.and_then(|()| self.note_up()) {
            self.kill_all()?; // the logs stay until the next `up` or `down`
            return Err(error);
        }
        say(&format!("up in {:.1} s", began.elapsed().as_secs_f64()));
        Ok(())
    }

    /// Ends everything and removes all state, also of a bed that is half made.
    pub fn down(&self) -> Result<()> {
        if !self.folder.exists() && self.level == Level::One {
            return Ok(());
        }
        let _lock = self.lock()?;
        self.clear()
    }

    /// Whether all of it runs and answers.
    pub fn is_up(&self) -> bool {
        self.complete().exists()
            && self
                .processes()
                .is_ok_and(|all| all.iter().all(|process| process.pid().is_some() && process.answers()))
    }

    /// Every program of the bed.
    pub fn status(&self) -> Result<Vec<Running>> {
        let running = |process: &Process| {
            let pid = process.pid();
            let (memory, cpu) = process.cost().unwrap_or_default();
            Running { program: process.path(), pid, ready: pid.is_some() && process.answers(), memory, cpu }
        };
        Ok(self.processes()?.iter().map(running).collect())
    }

    /// Where its clusters are, in their order; nothing of a bed that is down.
    pub fn places(&self) -> Result<Vec<Place>> {
        Ok(self.clusters()?.iter().map(Cluster::place).collect())
    }

    /// Where a cluster is.
    pub fn place(&self, cluster: &str) -> Result<Place> {
        Ok(self.cluster(cluster)?.place())
    }

    /// `kubectl` as the administrator of a cluster.
    pub fn kubectl(&self, cluster: &str) -> Result<Command> {
        self.cluster(cluster)?.kubectl()
    }

    /// The load of a member.
    pub fn load(&self, member: &str) -> Result<Load> {
        node::read_load(&self.member(member)?)
    }

    /// Sets the load of a member: its node exporter shows it half a second later.
    pub fn set_load(&self, member: &str, load: Load) -> Result<()> {
        node::write_load(&self.member(member)?, load)
    }

    /// Kills a cluster or one program of it (`CLUSTER/PROGRAM`), as a crash would.
    pub fn kill(&self, what: &str) -> Result<()> {
        let processes = self.named(what)?;
        processes.iter().for_each(Process::kill);
        processes.iter().try_for_each(Process::gone)?;
        match Network::of(&self.folder) {
            Some(network) => kubelet::kill_pods(&network.name(what)),
            None => Ok(()),
        }
    }

    /// Starts what of a cluster, or which program of it, does not run, with its old state, and waits until it is ready.
    pub fn start(&self, what: &str) -> Result<()> {
        for process in self.named(what)? {
            process.start()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Pulls the cable of a cluster: nobody outside reaches it, inside all goes on.
    pub fn unplug(&self, cluster: &str) -> Result<()> {
        self.cable(cluster, false)
    }

    /// Plugs the cable in again.
    pub fn plug(&self, cluster: &str) -> Result<()> {
        self.cable(cluster, true)
    }
}

impl Bed {
    /// There once the level was up.
    fn complete(&self) -> PathBuf {
        self.folder.join(format!("level-{}", self.level.number()))
    }

    fn note_up(&self) -> Result<()> {
        File::create(self.complete()).map(drop).context(|| "noting that the bed is up".to_owned())
    }

    /// Held by who changes the bed; goes with its process.
    fn lock(&self) -> Result<File> {
        let path = self.folder.with_extension("lock");
        let what = || format!("locking {}", path.display());
        folder(path.parent().expect("it is in the cache"))?;
        let file = File::create(&path).context(what)?;
        let end = Instant::now() + LOCKED;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(error).context(what),
                Err(TryLockError::WouldBlock) if Instant::now() > end => {
                    return Err(Error::Refused(format!("another process holds {}", path.display())));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// The clusters that were begun.
    fn clusters(&self) -> Result<Vec<Cluster>> {
        let folders = self.level.clusters().iter().map(|name| self.folder.join(name));
        folders
            .filter(|folder| folder.join("cluster.json").exists())
            .map(|folder| Cluster::load(&folder))
            .collect()
    }

    fn cluster(&self, name: &str) -> Result<Cluster> {
        if !self.level.clusters().contains(&name) {
            let (level, names) = (self.level.number(), self.level.clusters().join(", "));
            return Err(Error::Refused(format!("level {level} has no cluster {name}, only {names}")));
        }
        let found = self.clusters()?.into_iter().find(|cluster| cluster.name == name);
        let level = self.level.number();
        found.ok_or_else(|| {
            Error::Refused(format!("{name} is down; efl-testbed up --level {level} brings it up"))
        })
    }

    fn member(&self, name: &str) -> Result<Cluster> {
        if self.level.members().contains(&name) {
            return self.cluster(name);
        }
        Err(Error::Refused(format!("{name} is no member, only {} are", Level::Two.members().join(", "))))
    }

    fn processes(&self) -> Result<Vec<Process>> {
        Ok(self.clusters()?.into_iter().flat_map(|cluster| cluster.processes).collect())
    }

    /// The programs that `CLUSTER` or `CLUSTER/PROGRAM` names, in the order of their start.
    fn named(&self, what: &str) -> Result<Vec<Process>> {
        let (cluster, program) = what.split_once('/').map_or((what, None), |(c, p)| (c, Some(p)));
        let cluster = self.cluster(cluster)?;
        match program {
            None => Ok(cluster.processes),
            Some(program) => Ok(vec![cluster.process(program)?.clone()]),
        }
    }

    fn cable(&self, cluster: &str, plugged: bool) -> Result<()> {
        self.cluster(cluster)?;
        match Network::of(&self.folder) {
            Some(network) => network.plug(cluster, plugged),
            None => Err(Error::Refused("a cluster on ports has no cable".into())),
        }
    }

    fn start_one(&self) -> Result<()> {
        let mut cluster = Cluster::on_ports(&self.folder, self.level.clusters()[0])?;
        // That admission would wait for a controller which nobody runs.
        cluster.start_control_plane(&[], "ServiceAccount")?;
        crds::install(&cluster, &crds::files(Detail::Full)?)
    }

    fn start_two(&self) -> Result<()> {
        let names = self.level.clusters();
        let clusters: Result<Vec<Cluster>> = if let Some(why) = network::missing() {
            say(&format!("clusters get ports of this machine, not network namespaces: {why}"));
            names.iter().map(|name| Cluster::on_ports(&self.folder, name)).collect()
        } else {
            let network = Network::lay(&self.folder, names)?;
            let numbered = names.iter().enumerate();
            numbered
                .map(|(number, name)| Ok(Cluster::in_namespace(&self.folder, network, name, number)))
                .collect()
        };
        let mut clusters = clusters?;
        let files = &crds::files(Detail::Minimal)?;
        let exporters: Vec<(String, String)> = clusters[1..]
            .iter()
            .map(|member| (member.name.clone(), member.at(port::NODE_EXPORTER)))
            .collect();
        let (karmada, members) = clusters.split_first_mut().expect("Karmada is the first");

        thread::scope(move |scope| {
            let mut joins = Vec::new();
            let others: Vec<_> = members
                .iter_mut()
                .map(|member| {
                    let (join, up) = mpsc::channel();
                    joins.push(join);
                    scope.spawn(move || {
                        start_member(member, files)?;
                        // Without Karmada nobody sends, and its error is the one that counts.
                        up.recv().map_or(Ok(()), |karmada| karmada::join(karmada, member))
                    })
                })
                .collect();
            start_karmada(karmada, &exporters)?;
            let karmada: &Cluster = karmada;
            for join in joins {
                let _ = join.send(karmada); // a member that failed says why itself
            }
            crds::install(karmada, files)?;
            others.into_iter().try_for_each(|thread| thread.join().expect("no panic"))
        })
    }

    fn start_three(&self) -> Result<()> {
        if Network::of(&self.folder).is_none() {
            return Err(Error::Refused("level 3 needs network namespaces".into()));
        }
        kubelet::note_sysctls(&self.folder)?;
        nats::start(&mut self.cluster("karmada")?)?;
        thread::scope(|scope| {
            let mut clusters = self.clusters()?;
            clusters.retain(|cluster| self.level.nodes().contains(&cluster.name.as_str()));
            let nodes: Vec<_> = clusters
                .into_iter()
                .map(|mut cluster| scope.spawn(move || start_node(&mut cluster)))
                .collect();
            nodes.into_iter().try_for_each(|thread| thread.join().expect("no panic"))
        })
    }

    /// Kills what pid files name, also those of another version of this program.
    fn kill_all(&self) -> Result<()> {
        let files =
            |folder: &Path| fs::read_dir(folder).into_iter().flatten().filter_map(|e| Some(e.ok()?.path()));
        let processes: Vec<Process> = files(&self.folder)
            .flat_map(|cluster| files(&cluster))
            .filter_map(|file| Process::of(&file))
            .collect();
        processes.iter().for_each(Process::kill);
        processes.iter().try_for_each(Process::gone)
    }

    fn clear(&self) -> Result<()> {
        self.kill_all()?;
        if self.level >= Level::Two {
            let network = Network::of(&self.folder);
            if let Some(network) = network {
                kubelet::clear(&self.folder, network, Level::Three.nodes())?;
                network.remove()?;
            }
        }
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).context(|| format!("removing {}", self.folder.display()))
            }
            _ => Ok(()),
        }
    }
}

fn start_karmada(cluster: &mut Cluster, exporters: &[(String, String)]) -> Result<()> {
    cluster.start_control_plane(&karmada::NAMES, karmada::ADMISSION)?;
    node::start_prometheus(cluster, exporters)?;
    karmada::start(cluster)
}

fn start_member(cluster: &mut Cluster, files: &[PathBuf]) -> Result<()> {
    cluster.start_control_plane(&[], "")?;
    cluster.start_controllers("*")?;
    node::start(cluster)?;
    crds::install(cluster, files)?;
    cluster.wait("kube-controller-manager")
}

fn start_node(cluster: &mut Cluster) -> Result<()> {
    kubelet::start(cluster)?;
    gateway::start(cluster)?;
    argo::import(cluster, &argo::IMAGES)?;
    argo::start_events(cluster)?;
    argo::start_workflows(cluster)?;
    argo::import(cluster, &knative::IMAGES)?;
    knative::name_gateway(cluster)?;
    knative::start(cluster)
}

fn say(line: &str) {
    eprintln!("testbed: {line}");
}
