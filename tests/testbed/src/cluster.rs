//! One cluster: where it is, what runs there, and the control plane that all of them have.

use crate::{
    Place,
    command::{folder, output, read, write},
    error::{Context as _, Error, Result},
    network::{self, Network},
    pki::Keys,
    process::Process,
    programs::{self, API_SERVER, CONTROLLERS, ETCD},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

/// The ports of a cluster. In a namespace they are what they are; without one each stands for a free port of this machine.
pub(crate) mod port {
    pub(crate) const ETCD: u16 = 2379;
    pub(crate) const ETCD_PEER: u16 = 2380;
    pub(crate) const API_SERVER: u16 = 6443;
    pub(crate) const CONTROLLERS: u16 = 10257;
    pub(crate) const WEBHOOK: u16 = 8443;
    pub(crate) const WEBHOOK_METRICS: u16 = 18080;
    pub(crate) const WEBHOOK_HEALTH: u16 = 18000;
    pub(crate) const AGGREGATED: u16 = 7443;
    pub(crate) const KARMADA_METRICS: u16 = 18081;
    pub(crate) const KARMADA_HEALTH: u16 = 10357;
    pub(crate) const SCHEDULER_METRICS: u16 = 18082;
    pub(crate) const SCHEDULER_HEALTH: u16 = 10351;
    pub(crate) const NODE_EXPORTER: u16 = 9100;
    pub(crate) const PROMETHEUS: u16 = 9090;
    pub(crate) const KUBE_SCHEDULER: u16 = 10259;
    pub(crate) const KUBELET_HEALTH: u16 = 10248;
    pub(crate) const PROXY_HEALTH: u16 = 10256;
    pub(crate) const NATS: u16 = 4222;
    pub(crate) const NATS_MONITOR: u16 = 8222;
    /// The way in to functions, where Kourier's NodePort often is, and for those inside.
    pub(crate) const GATEWAY: u16 = 31080;
    pub(crate) const HTTP: u16 = 80;
    pub(crate) const ENVOY_ADMIN: u16 = 19000;
    /// Those of level 2, which may be on ports of this machine.
    pub(crate) const ALL: [u16; 14] = [
        ETCD,
        ETCD_PEER,
        API_SERVER,
        CONTROLLERS,
        WEBHOOK,
        WEBHOOK_METRICS,
        WEBHOOK_HEALTH,
        AGGREGATED,
        KARMADA_METRICS,
        KARMADA_HEALTH,
        SCHEDULER_METRICS,
        SCHEDULER_HEALTH,
        NODE_EXPORTER,
        PROMETHEUS,
    ];
}

/// Where a cluster is, what runs there and in which order it was started; kept in its folder.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    number: usize,
    pub(crate) folder: PathBuf,
    pub(crate) address: String,
    pub(crate) namespace: Option<String>,
    ports: BTreeMap<u16, u16>,
    pub(crate) processes: Vec<Process>,
}

impl Cluster {
    /// The cluster with a number, in a namespace of its own.
    pub(crate) fn in_namespace(bed: &Path, network: Network, name: &str, number: usize) -> Self {
        Self {
            name: name.to_owned(),
            number,
            folder: bed.join(name),
            address: network.address(number),
            namespace: Some(network.name(name)),
            ports: BTreeMap::new(),
            processes: Vec::new(),
        }
    }

    /// A cluster on free ports of this machine.
    pub(crate) fn on_ports(bed: &Path, name: &str) -> Result<Self> {
        // All are taken before the first is given back, so that they differ.
        let listeners: std::io::Result<Vec<_>> =
            port::ALL.map(|port| Ok((port, TcpListener::bind(("127.0.0.1", 0))?))).into_iter().collect();
        let listeners = listeners.context(|| "taking free ports".to_owned())?;
        let free = listeners.iter().map(|(port, listener)| Ok((*port, listener.local_addr()?.port())));
        let ports: std::io::Result<_> = free.collect();
        Ok(Self {
            name: name.to_owned(),
            number: 0,
            folder: bed.join(name),
            address: "127.0.0.1".to_owned(),
            namespace: None,
            ports: ports.context(|| "taking free ports".to_owned())?,
            processes: Vec::new(),
        })
    }

    /// What `save` kept.
    pub(crate) fn load(folder: &Path) -> Result<Self> {
        let file = folder.join("cluster.json");
        serde_json::from_str(&read(&file)?)
            .map_err(|error| Error::Refused(format!("{}: {error}", file.display())))
    }

    fn save(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(self).expect("a cluster is JSON");
        write(&self.folder.join("cluster.json"), &text)
    }

    pub(crate) fn port(&self, port: u16) -> u16 {
        self.ports.get(&port).copied().unwrap_or(port)
    }

    /// The addresses of its pods.
    pub(crate) fn pods(&self) -> String {
        format!("10.24{}.0.0/24", self.number)
    }

    /// `ADDRESS:PORT`.
    pub(crate) fn at(&self, port: u16) -> String {
        format!("{}:{}", self.address, self.port(port))
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    pub(crate) fn keys(&self) -> Keys {
        Keys(self.folder.join("pki"))
    }

    /// The kubeconfig of its administrator.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    pub(crate) fn place(&self) -> Place {
        let prometheus =
            self.process("prometheus").ok().map(|_| format!("http://{}", self.at(port::PROMETHEUS)));
        Place {
            cluster: self.name.clone(),
            address: self.address.clone(),
            kubeconfig: self.kubeconfig(),
            prometheus,
            audit: self.folder.join("audit.log"),
        }
    }

    /// `kubectl` as its administrator.
    pub(crate) fn kubectl(&self) -> Result<Command> {
        let mut command = Command::new(programs::kubectl()?);
        command.env("KUBECONFIG", self.kubeconfig());
        Ok(command)
    }

    /// `kubectl` with these words; what it printed.
    pub(crate) fn kube(&self, words: &str) -> Result<String> {
        output(self.kubectl()?.args(words.split(' ')))
    }

    /// The command that succeeds when a URL of this cluster is answered with success.
    pub(crate) fn answered(&self, url: &str) -> Vec<String> {
        let mut words: Vec<String> = "curl --silent --fail --max-time 2 --insecure --noproxy *"
            .split(' ')
            .map(str::to_owned)
            .collect();
        if url.starts_with("https") {
            let keys = self.keys();
            words.extend(["--cert".into(), keys.file("admin.crt"), "--key".into(), keys.file("admin.key")]);
        }
        words.push(url.to_owned());
        words
    }

    /// Starts a program here, with a name of its own, and remembers it. `ready` is what `answered` made.
    pub(crate) fn start(
        &mut self,
        name: &str,
        program: &Path,
        arguments: Vec<String>,
        ready: Vec<String>,
    ) -> Result<()> {
        let mut line = self.namespace.as_deref().map_or_else(Vec::new, |name| network::inside(name).to_vec());
        line.push(program.display().to_string());
        line.extend(arguments);
        let process = Process {
            cluster: self.name.clone(),
            name: name.to_owned(),
            folder: self.folder.clone(),
            line,
            ready,
        };
        self.processes.push(process);
        self.save()?; // before it runs: what runs is always known
        self.process(name)?.start()
    }

    /// The program with a name.
    pub(crate) fn process(&self, name: &str) -> Result<&Process> {
        let found = self.processes.iter().find(|process| process.name == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = self.processes.iter().map(|process| process.name.as_str()).collect();
            Error::Refused(format!("{} runs no {name}, only {}", self.name, names.join(", ")))
        })
    }

    /// Waits until the program with a name is ready.
    pub(crate) fn wait(&self, name: &str) -> Result<()> {
        self.process(name)?.wait()
    }

    /// Makes its keys and starts etcd and the API server. `names` are further names of the server, `admission` what it leaves out.
    pub(crate) fn start_control_plane(&mut self, names: &[&str], admission: &str) -> Result<()> {
        folder(&self.folder)?;
        let keys = self.keys();
        keys.make(&self.address, names)?;
        let server = self.at(port::API_SERVER);
        keys.kubeconfig(&self.kubeconfig(), &self.name, &server, "admin")?;
        keys.kubeconfig(&self.folder.join("controllers.kubeconfig"), &self.name, &server, "controllers")?;

        let client = format!("http://{}", self.at(port::ETCD));
        let peer = format!("http://{}", self.at(port::ETCD_PEER));
        let etcd = options(&[
            ("name", &self.name),
            ("data-dir", &self.file("etcd")),
            ("unsafe-no-fsync", "true"),
            ("log-level", "warn"),
            ("listen-client-urls", &client),
            ("advertise-client-urls", &client),
            ("listen-peer-urls", &peer),
            ("initial-advertise-peer-urls", &peer),
            ("initial-cluster", &format!("{}={peer}", self.name)),
        ]);
        self.start("etcd", &ETCD.built()?, etcd, self.answered(&format!("{client}/health")))?;
        self.wait("etcd")?;

        write(&self.folder.join("audit.yaml"), AUDIT)?;
        let mut server = options(&[
            ("etcd-servers", &client),
            ("bind-address", &self.address),
            ("advertise-address", &self.address),
            ("secure-port", &self.port(port::API_SERVER).to_string()),
            ("authorization-mode", "Node,RBAC"),
            ("allow-privileged", "true"),
            ("disable-admission-plugins", admission),
            ("client-ca-file", &keys.file("ca.crt")),
            ("tls-cert-file", &keys.file("server.crt")),
            ("tls-private-key-file", &keys.file("server.key")),
            ("service-account-issuer", "https://kubernetes.default.svc"),
            ("service-account-key-file", &keys.file("accounts.pub")),
            ("service-account-signing-key-file", &keys.file("accounts.key")),
            ("service-cluster-ip-range", "10.96.0.0/16"),
            ("kubelet-preferred-address-types", "InternalIP"),
            ("kubelet-client-certificate", &keys.file("admin.crt")),
            ("kubelet-client-key", &keys.file("admin.key")),
            ("requestheader-client-ca-file", &keys.file("ca.crt")),
            ("requestheader-allowed-names", "front-proxy-client"),
            ("requestheader-extra-headers-prefix", "X-Remote-Extra-"),
            ("requestheader-group-headers", "X-Remote-Group"),
            ("requestheader-username-headers", "X-Remote-User"),
            ("proxy-client-cert-file", &keys.file("front-proxy.crt")),
            ("proxy-client-key-file", &keys.file("front-proxy.key")),
            ("audit-policy-file", &self.file("audit.yaml")),
            ("audit-log-path", &self.file("audit.log")),
        ]);
        if self.namespace.is_none() {
            server.push("--endpoint-reconciler-type=none".into()); // an endpoint must not be a loopback address
        }
        let ready = self.answered(&format!("https://{}/readyz", self.at(port::API_SERVER)));
        self.start("kube-apiserver", &API_SERVER.built()?, server, ready)?;
        self.wait("kube-apiserver")
    }

    /// Starts kube-controller-manager with these of its controllers.
    pub(crate) fn start_controllers(&mut self, controllers: &str) -> Result<()> {
        let keys = self.keys();
        let kubeconfig = self.file("controllers.kubeconfig");
        let arguments = options(&[
            ("kubeconfig", &kubeconfig),
            ("authentication-kubeconfig", &kubeconfig),
            ("authorization-kubeconfig", &kubeconfig),
            ("bind-address", &self.address),
            ("secure-port", &self.port(port::CONTROLLERS).to_string()),
            ("cluster-name", &self.name),
            ("controllers", controllers),
            ("root-ca-file", &keys.file("ca.crt")),
            ("service-account-private-key-file", &keys.file("accounts.key")),
            ("use-service-account-credentials", "true"),
            ("leader-elect", "false"),
        ]);
        let ready = self.answered(&format!("https://{}/healthz", self.at(port::CONTROLLERS)));
        self.start("kube-controller-manager", &CONTROLLERS.built()?, arguments, ready)
    }
}

/// Options as most programs of Go take them: `--name=value`.
pub(crate) fn options(pairs: &[(&str, &str)]) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("--{name}={value}")).collect()
}

/// Every write that an API server took or refused is a line of `audit.log`. Leases are not, nor are questions that look like writes.
const AUDIT: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  resources: [{ group: coordination.k8s.io }, { group: authorization.k8s.io }, { group: authentication.k8s.io }]
- level: Metadata
  verbs: [create, update, patch, delete, deletecollection]
- level: None
";
