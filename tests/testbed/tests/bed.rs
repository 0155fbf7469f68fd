//! The bed of level 2 is what it says it is, under faults too, and leaves nothing behind.

use efl_testbed::{Bed, Level, Load};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// One test, because there is one bed. A bed that was up before stays up after it.
#[test]
fn level_two() {
    if !Level::Two.asked("the bed of level 2 itself") {
        return;
    }
    let bed = Bed::new(Level::Two).expect("a cache");
    let was_up = bed.is_up();
    let before = namespaces();
    bed.up().expect("it comes up");
    let pids = pids(&bed);
    bed.up().expect("it is up");
    assert_eq!(pids, self::pids(&bed), "`up` leaves a bed that is up as it is");

    has_definitions(&bed);
    carries(&bed);
    measures(&bed);
    survives(&bed);

    if was_up {
        return;
    }
    // As a crash would leave it: some programs are gone, and one cluster's network.
    bed.kill("m1/etcd").expect("it is killed");
    if let Some(namespace) = namespaces().difference(&before).find(|name| name.ends_with("-m2")) {
        run(Command::new("ip").args(["netns", "delete", namespace]));
    }
    assert!(!bed.is_up());
    bed.down().expect("it goes down");
    bed.down().expect("it is down");
    for (program, pid) in pids {
        let pid = pid.expect("it ran").to_string();
        assert!(!Path::new("/proc").join(&pid).exists(), "{program} (pid {pid}) still runs");
    }
    assert_eq!(namespaces(), before);
    assert!(!bed.folder().exists());
}

/// The network namespaces and interfaces of this machine.
fn namespaces() -> BTreeSet<String> {
    let names = |folder: &str| {
        let found = fs::read_dir(folder).into_iter().flatten();
        found
            .map(|entry| entry.expect("it is read").file_name().into_string().expect("UTF-8"))
            .collect::<Vec<_>>()
    };
    [names("/run/netns"), names("/sys/class/net")].concat().into_iter().collect()
}

/// Every cluster knows what EFL emits, and EFL itself.
fn has_definitions(bed: &Bed) {
    for cluster in Level::Two.clusters() {
        let found = kubectl(bed, cluster, "get crd --output=name", None).expect("they are listed");
        for name in [
            "orchestrators.efl.dev",
            "placementdecisions.efl.dev",
            "eventsources.argoproj.io",
            "sensors.argoproj.io",
            "eventbus.argoproj.io",
            "workflowtemplates.argoproj.io",
            "services.serving.knative.dev",
        ] {
            assert!(found.lines().any(|line| line.ends_with(&format!("/{name}"))), "{cluster} has no {name}");
        }
    }
}

/// Karmada carries an object to the member that its policy names, and takes it from the one that it named before.
fn carries(bed: &Bed) {
    let policy = |member: &str| {
        json!({ "apiVersion": "v1", "kind": "List", "items": [
            { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "carried", "namespace": "default" }, "data": { "to": member } },
            { "apiVersion": "policy.karmada.io/v1alpha1", "kind": "PropagationPolicy", "metadata": { "name": "carried", "namespace": "default" },
              "spec": {
                "resourceSelectors": [{ "apiVersion": "v1", "kind": "ConfigMap", "name": "carried" }],
                "placement": { "clusterAffinity": { "clusterNames": [member] } },
              } },
        ] })
    };
    let to = |member: &str| {
        let words =
            "get configmap carried --namespace=default --ignore-not-found --output=jsonpath={.data.to}";
        kubectl(bed, member, words, None).expect("it answers")
    };
    for member in ["m2", "m3"] {
        kubectl(bed, "karmada", "apply --filename=-", Some(&policy(member))).expect("the policy is taken");
        until(&format!("the object is on {member} alone"), || {
            Level::Two.members().iter().all(|m| to(m) == if *m == member { member } else { "" })
        });
    }
}

/// Prometheus says of each member what its load is.
fn measures(bed: &Bed) {
    let cpu = "1 - avg by (cluster) (rate(node_cpu_seconds_total{mode=\"idle\"}[10s]))";
    let memory = "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes";
    let near = |value: Option<f64>, expected: f64| value.is_some_and(|value| (value - expected).abs() < 0.1);
    for (m1, m2) in [(0.9, 0.2), (0.1, 0.6)] {
        bed.set_load("m1", Load { cpu: m1, memory: m2 }).expect("it is set");
        bed.set_load("m2", Load { cpu: m2, memory: m1 }).expect("it is set");
        for of in ["own", "karmada"] {
            for (member, load) in [("m1", (m1, m2)), ("m2", (m2, m1))] {
                let cluster = if of == "own" { member } else { of };
                until(&format!("the Prometheus of {cluster} knows the load of {member}"), || {
                    near(query(bed, cluster, cpu, member), load.0)
                        && near(query(bed, cluster, memory, member), load.1)
                });
            }
        }
    }
    assert!(bed.set_load("m1", Load { cpu: 1.5, memory: 0.0 }).is_err());
    assert!(bed.set_load("karmada", Load { cpu: 0.5, memory: 0.5 }).is_err());
}

/// What was killed or cut off is seen to be gone, and comes back with its state.
fn survives(bed: &Bed) {
    let ready = || {
        let words = "get cluster m3 --output=jsonpath={.status.conditions[?(@.type==\"Ready\")].status}";
        kubectl(bed, "karmada", words, None).expect("Karmada answers") == "True"
    };
    bed.kill("m3/prometheus").expect("it is killed");
    assert_eq!(query(bed, "m3", "up", "m3"), None);
    bed.start("m3/prometheus").expect("it starts");
    until("m3 is measured again", || query(bed, "m3", "up", "m3") == Some(1.0));

    bed.kill("m3").expect("it is killed");
    assert!(kubectl(bed, "m3", "get namespaces --request-timeout=2s", None).is_err());
    until("Karmada sees that m3 is gone", || !ready());
    bed.start("m3").expect("it starts");
    until("Karmada sees that m3 is back", ready);
    let kept =
        kubectl(bed, "m3", "get configmap carried --namespace=default --output=jsonpath={.data.to}", None);
    assert_eq!(kept.as_deref(), Ok("m3"));

    if bed.unplug("m3").is_err() {
        return; // without root clusters have no cable
    }
    assert_eq!(query(bed, "m3", "up", "m3"), None);
    until("Karmada does not reach m3", || !ready());
    bed.plug("m3").expect("it is plugged in");
    until("Karmada reaches m3", ready);
}

fn pids(bed: &Bed) -> Vec<(String, Option<u32>)> {
    let status = bed.status().expect("it is up");
    status.into_iter().map(|running| (running.program, running.pid)).collect()
}

/// The value of the sample with a label `cluster`, or of the only one, from the Prometheus of a cluster.
fn query(bed: &Bed, cluster: &str, query: &str, member: &str) -> Option<f64> {
    let url = bed.place(cluster).expect("it is up").prometheus.expect("it has one");
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--max-time", "2", "--noproxy", "*", "--get", "--data-urlencode"]);
    let said = run(curl.arg(format!("query={query}")).arg(format!("{url}/api/v1/query")));
    let said: Value = serde_json::from_slice(&said.stdout).ok()?;
    let samples = said["data"]["result"].as_array()?;
    let sample = samples.iter().find(|sample| sample["metric"]["cluster"] == member)?;
    sample["value"][1].as_str()?.parse().ok()
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
