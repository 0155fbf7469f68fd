//! The runtime on a real Karmada with member clusters and a real Prometheus (level 2 of the test bed): a pipeline is deployed
//! by `efl deploy`, moves when its cluster is loaded, and survives a controller that dies after any of its writes.
//!
//! The members are API servers without nodes: what Knative and Argo Events would report, `Members` reports. The runtime runs
//! with the rights of `efl runtime install`, and with no others.

mod desk;
mod doctor;
mod faults;
mod install;
mod members;
mod three;

use desk::{Desk, Ran as _};
use efl_testbed::{Bed, Level, Load};
use members::Members;
use std::{
    fs,
    ops::Deref,
    path::PathBuf,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

/// Held by the test that has the bed: there is one.
static BED: Mutex<()> = Mutex::new(());

const NAMESPACE: &str = "e2e";

/// What must stand in no log, event or status.
const TOKEN: &str = "t0ken-of-the-roadside";
/// As a Secret has it.
const TOKEN_IN_BASE64: &str = "dDBrZW4tb2YtdGhlLXJvYWRzaWRl";
/// What a Prometheus is asked with.
const METRICS_TOKEN: &str = "pr-t0ken-of-metrics";

const FLEET: &str = r#"
fleet bed {
  domain: "fn.example"
  every: 1s
  stale-after: 20s
  cluster m1 { prometheus: "M1", credentials: "CREDENTIALS" }
  cluster m2 { prometheus: "M2" }
  cluster m3 { prometheus: "M3" }
}
bus b: jetstream { url: "tls://10.201.9.1:4222" }
"#;

const PIPELINE: &str = r#"
import { b, bed } from "fleet.efl"

orchestrator crossing {
  namespace: "e2e"
  bus: b
  source roadside: webhook {
    port: 12000
    auth: secret("roadside", "token")
    event vehicle: { plate: string, speed: number } { path: "/vehicle" }
  }
  function fine(plate: string, speed: number) { image: "registry.example/fine:1.0" }
  rule speeding on vehicle[speed > 50] { fine(plate: vehicle.plate, speed: vehicle.speed) }
  placement { hold: 5s }
}
"#;

/// One test, because there is one bed. A bed that was up before stays up after it.
#[test]
fn level_two() {
    if !Level::Two.asked("the runtime on Karmada") {
        return;
    }
    let _bed = BED.lock();
    let bed = Bed::new(Level::Two).expect("a cache");
    let was_up = bed.is_up();
    bed.up().expect("it comes up");
    let world = World::new(&bed);
    world.deploys_and_says_so();
    doctor::sees_what_is_wrong(&world);
    world.writes_nothing_when_nothing_changes();
    world.moves_off_a_loaded_cluster();
    world.survives_death_after_each_write();
    world.tells_no_secret();
    world.leaves_nothing();
    drop(world);
    if !was_up {
        bed.down().expect("it goes down");
    }
}

/// The bed with a fleet and a pipeline's files.
struct World<'b> {
    desk: Desk<'b>,
    members: Members,
}

impl<'b> Deref for World<'b> {
    type Target = Desk<'b>;

    fn deref(&self) -> &Desk<'b> {
        &self.desk
    }
}

impl<'b> World<'b> {
    fn new(bed: &'b Bed) -> Self {
        let mut fleet = FLEET.to_owned();
        for (name, member) in [("M1", "m1"), ("M2", "m2"), ("M3", "m3")] {
            let url = bed.place(member).expect("a place").prometheus.expect("it has a Prometheus");
            fleet = fleet.replace(name, &url);
        }
        let desk = Desk::new(bed, "e2e", &[("pipeline.efl", PIPELINE)]);
        let credentials = desk.folder.join("credentials");
        fs::create_dir_all(&credentials).expect("a folder");
        desk.write("credentials/token", METRICS_TOKEN);
        desk.write("fleet.efl", &fleet.replace("CREDENTIALS", &credentials.display().to_string()));
        for member in ["m1", "m2", "m3"] {
            bed.set_load(member, Load { cpu: 0.2, memory: 0.2 }).expect("it is set");
        }
        let kubeconfigs: Vec<(String, PathBuf)> = ["m1", "m2", "m3"]
            .map(|m| (m.to_owned(), bed.place(m).expect("a place").kubeconfig.clone()))
            .into();
        let this = Self { desk, members: Members::start(&kubeconfigs, NAMESPACE) };
        this.kubectl(&["create", "namespace", NAMESPACE]);
        this.kubectl(&[
            "create",
            "secret",
            "generic",
            "roadside",
            &format!("--from-literal=token={TOKEN}"),
            "--namespace",
            NAMESPACE,
        ]);
        this.efl(&["runtime", "install"]).expect_code(0);
        this.efl(&["fleet", "apply", "fleet.efl"]).expect_code(0);
        if !this.status().is_null() {
            let _runtime = this.runtime(None); // what a run left that failed
            this.efl(&["delete", "crossing", "--wait", "60s"]).expect_code(0);
        }
        this
    }

    fn status(&self) -> serde_json::Value {
        self.status_of("crossing")
    }

    /// Waits until something is so of the status.
    fn wait(&self, what: &str, limit: Duration, is_so: impl Fn(&serde_json::Value) -> bool) -> Duration {
        self.wait_for("crossing", what, limit, is_so)
    }

    fn deploys_and_says_so(&self) {
        // Without a runtime it says that there is none.
        let alone = self.efl(&["deploy", "pipeline.efl", "--wait", "1s"]);
        alone.expect_code(4);
        assert!(alone.text().contains("no runtime has looked at it"), "{}", alone.text());

        let runtime = self.runtime(None);
        let deployed = self.efl(&["deploy", "pipeline.efl", "--wait", "90s"]);
        deployed.expect_code(0);
        assert!(deployed.text().contains("ready in"), "{}", deployed.text());
        println!("{}", deployed.text());

        // The Secret that the source names travels with it, by our interpreters.
        for member in ["m1", "m2", "m3"] {
            let mut kubectl = self.bed.kubectl(member).expect("kubectl");
            let there = kubectl
                .args(["get", "secret", "roadside", "--namespace", NAMESPACE])
                .output()
                .expect("it runs");
            assert!(there.status.success(), "{member}: {}", there.text());
        }

        let again = self.efl(&["deploy", "pipeline.efl", "--dry-run", "--exit-code"]);
        again.expect_code(0);
        assert!(again.text().contains("no changes"), "{}", again.text());

        let changed = PIPELINE.replace("fine:1.0", "fine:1.1");
        fs::write(self.folder.join("changed.efl"), changed).expect("it is written");
        let changes = self.efl(&["diff", "changed.efl", "--exit-code"]);
        changes.expect_code(3);
        assert!(changes.text().contains("spec.functions[fine].image"), "{}", changes.text());
        drop(runtime);
    }

    fn writes_nothing_when_nothing_changes(&self) {
        let audit = self.bed.place("karmada").expect("a place").audit.clone();
        let writes = || {
            let log = fs::read_to_string(&audit).unwrap_or_default();
            let ours =
                log.lines().filter(|line| line.contains("system:serviceaccount:efl-system:efl-orchestrator"));
            ours.filter(|line| {
                ["create", "update", "patch", "delete"]
                    .iter()
                    .any(|verb| line.contains(&format!("\"verb\":\"{verb}\"")))
            })
            .count()
        };
        let runtime = self.runtime(None);
        self.wait("it is ready again", Duration::from_secs(30), |s| s["ready"] == true);
        thread::sleep(Duration::from_secs(4));
        let before = writes();
        assert!(before > 0, "the audit log tells nothing of the runtime");
        self.efl(&["deploy", "pipeline.efl", "--wait", "20s"]).expect_code(0);
        thread::sleep(Duration::from_secs(8));
        let idle = writes() - before;
        println!("idle-writes={idle}");
        assert_eq!(idle, 0, "the runtime writes although nothing changes");
        drop(runtime);
    }

    fn moves_off_a_loaded_cluster(&self) {
        let runtime = self.controllers();
        self.wait("it is ready", Duration::from_secs(30), |s| s["ready"] == true);
        let from = self.status()["status"]["selected"][0].as_str().expect("it runs somewhere").to_owned();
        let unhealthy = self.members.unhealthy();
        self.bed.set_load(&from, Load { cpu: 0.85, memory: 0.8 }).expect("it is set");
        let elsewhere =
            |s: &serde_json::Value| s["ready"] == true && s["status"]["selected"][0].as_str() != Some(&from);
        let took = self.wait("it has moved", Duration::from_mins(2), elsewhere);
        let to = self.status()["status"]["selected"][0].as_str().expect("it runs somewhere").to_owned();
        let gaps = self.members.unhealthy() - unhealthy;
        println!("moved from={from} to={to} seconds={:.1} unhealthy-instants={gaps}", took.as_secs_f64());
        assert_eq!(gaps, 0, "there was no copy that worked for {gaps} instants");
        self.bed.set_load(&from, Load { cpu: 0.2, memory: 0.2 }).expect("it is set");
        drop(runtime);
    }

    fn survives_death_after_each_write(&self) {
        let before = self.members.unhealthy();
        let (mut kills, mut finished, mut writes) = (0, 0, 0);
        for n in 1..=60 {
            let here = self.status()["status"]["selected"][0].as_str().expect("it runs somewhere").to_owned();
            let there = if here == "m1" { "m2" } else { "m1" };
            self.efl(&["move", "crossing", "--to", there]).expect_code(0);
            let mut doomed = self.runtime(Some(n));
            let is_there = |s: &serde_json::Value| {
                s["ready"] == true
                    && s["status"]["selected"][0].as_str() == Some(there)
                    && s["placement"]["migration"].is_null()
            };
            let began = Instant::now();
            let died = loop {
                if doomed.0.try_wait().expect("it is asked").is_some() {
                    break true;
                }
                if is_there(&self.status()) {
                    break false;
                }
                assert!(began.elapsed() < Duration::from_mins(2), "write {n}: it neither dies nor arrives");
                thread::sleep(Duration::from_millis(200));
            };
            drop(doomed);
            kills += usize::from(died);
            let next = self.runtime(None);
            self.wait(&format!("after death behind write {n} it arrives"), Duration::from_mins(2), is_there);
            finished += 1;
            drop(next);
            writes = n;
            if !died {
                writes = n - 1;
                break;
            }
        }
        let gaps = self.members.unhealthy() - before;
        println!("writes={writes} kills={kills} unhealthy-instants={gaps} finished-or-aborted={finished}");
        assert_eq!(gaps, 0);
        assert!(kills > 5, "only {kills} writes in a move");
        self.efl(&["move", "crossing", "--auto"]).expect_code(0);
    }

    /// In nothing that the runtime wrote or said is the content of a Secret, but in what Karmada carries.
    fn tells_no_secret(&self) {
        let kinds = "orchestrators,placementdecisions,eventsources,sensors,eventbus,workflowtemplates,services.serving.knative.dev,\
                     services,configmaps,roles,rolebindings,serviceaccounts,propagationpolicies,overridepolicies,resourcebindings,\
                     events,leases";
        let of = |kinds| ["get", kinds, "--all-namespaces", "--output=json"];
        let mut told = vec![
            ("log", fs::read_to_string(self.folder.join("runtime.log")).expect("a log")),
            ("karmada", self.kubectl(&of(kinds))),
            ("efl status", self.efl(&["status", "crossing"]).text()),
            ("efl status", self.efl(&["status", "crossing", "--format", "json"]).text()),
        ];
        let kinds = "eventsources,sensors,services.serving.knative.dev,configmaps,events";
        for member in ["m1", "m2", "m3"] {
            told.push((member, self.kubectl_on(member, &of(kinds))));
        }
        for (place, text) in told {
            assert!(text.len() > 200, "{place} says nothing: {text}");
            for secret in [TOKEN, TOKEN_IN_BASE64, METRICS_TOKEN] {
                assert!(!text.contains(secret), "a secret is in what {place} says");
            }
        }
    }

    fn leaves_nothing(&self) {
        let runtime = self.runtime(None);
        self.efl(&["delete", "crossing", "--wait", "60s"]).expect_code(0);
        let left = self.kubectl(&[
            "get",
            "eventsources,sensors,eventbus,workflowtemplates,services.serving.knative.dev,propagationpolicies,overridepolicies,placementdecisions",
            "--namespace", NAMESPACE, "--output=name",
        ]);
        assert_eq!(left.trim(), "", "something is left");
        assert!(self.members.empty_within(Duration::from_secs(30)), "something is left on a member");
        let log = fs::read_to_string(self.folder.join("runtime.log")).expect("a log");
        assert!(!log.contains(TOKEN), "a secret is in the log");
        let events = self.kubectl(&["get", "events", "--namespace", NAMESPACE, "--output=json"]);
        assert!(
            events.contains("MigrationStarted") && events.contains("\"Moved\"") && !events.contains(TOKEN),
            "the events are not as they should be"
        );
        drop(runtime);
    }
}
