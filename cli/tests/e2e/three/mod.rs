//! At level 3 of the test bed everything is real: events are posted, Argo's Sensors fire, Knative's functions answer, on the cluster
//! that the runtime chose. Run by `EFL_LEVEL=3 cargo test -p efl-cli --test e2e three`.

mod commands;
mod moving;

use crate::{
    BED,
    desk::{Desk, Ran as _, Runtime},
};
use efl_testbed::{Bed, Level, Load};
use serde_json::{Value, json};
use std::{
    io::Write as _,
    ops::Deref,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The members where pods run, their bus, and who may speak to it; the addresses are the bed's.
const FLEET: &str = r#"
fleet bed {
  domain: "fn.example"
  every: 1s
  stale-after: 20s
  cluster m1 { gateway: "M1:31080", prometheus: "http://M1:9090" }
  cluster m2 { gateway: "M2:31080", prometheus: "http://M2:9090" }
}
bus jet: jetstream {
  url: "tls://BUS:4222"
  auth: secret("bus", "auth.yaml")
  stream { replicas: 1 }
}
"#;

/// The bed with a fleet, the runtime, and a namespace whose bus can be spoken to.
pub struct World<'b> {
    desk: Desk<'b>,
    namespace: String,
    runtime: Option<Runtime>,
}

impl<'b> Deref for World<'b> {
    type Target = Desk<'b>;

    fn deref(&self) -> &Desk<'b> {
        &self.desk
    }
}

/// Does something in a world of its own, if level 3 is asked for. A bed that was up before stays up after it.
pub fn in_a_world(what: &str, namespace: &str, act: impl FnOnce(&mut World<'_>)) {
    if !Level::Three.asked(what) {
        return;
    }
    let _bed = BED.lock();
    let bed = Bed::new(Level::Three).expect("a cache");
    let was_up = bed.is_up();
    bed.up().expect("it comes up");
    let mut world = World::new(&bed, namespace);
    act(&mut world);
    world.end();
    if !was_up {
        bed.down().expect("it goes down");
    }
}

impl<'b> World<'b> {
    fn new(bed: &'b Bed, namespace: &str) -> Self {
        let address = |cluster: &str| bed.place(cluster).expect("a place").address;
        let fleet = FLEET
            .replace("M1", &address("m1"))
            .replace("M2", &address("m2"))
            .replace("BUS", &address("karmada"));
        let desk = Desk::new(bed, namespace, &[("fleet.efl", &fleet)]);
        let mut this = Self { desk, namespace: namespace.to_owned(), runtime: None };
        for member in Level::Three.nodes() {
            bed.set_load(member, Load { cpu: 0.2, memory: 0.2 }).expect("it is set");
        }
        this.efl(&["runtime", "install"]).expect_code(0);
        this.efl(&["fleet", "apply", "fleet.efl"]).expect_code(0);
        this.apply(
            "karmada",
            &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } }),
        );
        // Karmada carries it to where the bus is spoken to.
        this.apply(
            "karmada",
            &json!({
                "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "bus", "namespace": namespace },
                "stringData": { "auth.yaml": "username: efl\npassword: efl-pass\n" },
            }),
        );
        this.start();
        this
    }

    /// Names the administrator, and Alice, to Karmada's proxy, which then lets them look at the members.
    pub fn may_be_looked_at(&self) {
        let admin = std::fs::read_to_string(self.bed.place("karmada").expect("a place").kubeconfig);
        let mut alice: Value =
            serde_json::from_str(&admin.expect("a kubeconfig")).expect("the bed writes JSON");
        alice["users"][0]["user"]["as"] = "alice".into();
        self.write("alice.kubeconfig", &alice.to_string());
        self.kubectl(&[
            "set",
            "subject",
            "clusterrolebinding",
            "efl-operator",
            "--user=admin",
            "--user=alice",
            "--group=system:masters",
        ]);
        until("the members may be looked at", || {
            let looked = |said: Output| said.status.success().then_some(());
            looked(self.efl(&["runs"])).and(looked(self.as_alice(&["runs"])))
        });
    }

    /// Runs `efl` as Alice, who may do what `efl-operator` says, and nothing else.
    pub fn as_alice(&self, arguments: &[&str]) -> Output {
        self.efl(&[arguments, &["--kubeconfig", "alice.kubeconfig"]].concat())
    }

    /// Starts the runtime, which does not run.
    pub fn start(&mut self) {
        self.runtime = Some(self.desk.runtime(None));
    }

    /// Ends the runtime.
    pub fn stop(&mut self) {
        self.runtime = None;
    }

    /// Takes everything away that was deployed.
    fn end(&mut self) {
        let all = self.efl(&["status", "--namespace", &self.namespace, "--format", "json"]);
        let all: Value = serde_json::from_slice(&all.stdout).unwrap_or_default();
        for orchestrator in all.as_array().into_iter().flatten() {
            let name = orchestrator["name"].as_str().unwrap_or_default();
            self.efl(&["delete", &format!("{}/{name}", self.namespace)]).expect_code(0);
        }
        self.stop();
        self.kubectl(&["delete", "namespace", &self.namespace, "--wait=false"]);
    }

    /// Applies an object as the administrator of a cluster.
    pub fn apply(&self, cluster: &str, object: &Value) {
        let mut kubectl = self.bed.kubectl(cluster).expect("kubectl");
        kubectl.args(["apply", "--server-side", "--force-conflicts", "--filename=-"]);
        let mut child = kubectl.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("kubectl starts");
        child
            .stdin
            .take()
            .expect("it is piped")
            .write_all(object.to_string().as_bytes())
            .expect("it is read");
        assert!(child.wait().expect("it ends").success(), "{cluster} does not take {object}");
    }

    /// Where an orchestrator runs.
    pub fn selected(&self, orchestrator: &str) -> String {
        let status = self.status_of(orchestrator);
        status["status"]["selected"][0].as_str().expect("it runs somewhere").to_owned()
    }

    /// The URL of a webhook source on a member.
    pub fn webhook(&self, member: &str, orchestrator: &str, source: &str) -> Option<String> {
        let service = format!("{orchestrator}-{source}-ingress");
        let port = self.kubectl_on(
            member,
            &[
                "get",
                "service",
                &service,
                "--namespace",
                &self.namespace,
                "--output=jsonpath={.spec.ports[0].nodePort}",
            ],
        );
        let address = self.bed.place(member).expect("a place").address;
        (!port.is_empty()).then(|| format!("http://{address}:{port}"))
    }
}

/// Posts an event; whether it was taken.
pub fn post(url: &str, event: &Value) -> bool {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", "--max-time", "5", "--noproxy", "*", "--output", "/dev/null"]);
    curl.args(["--header", "Content-Type: application/json", "--data", &event.to_string(), url]);
    curl.status().expect("curl starts").success()
}

/// Waits until something is there, at most a minute and a half.
pub fn until<T>(what: &str, there: impl Fn() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(90);
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(300));
    }
}
