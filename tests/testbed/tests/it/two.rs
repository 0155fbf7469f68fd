//! The bed of level 2 carries, measures, and survives faults.

use crate::{BED, kubectl, leaves_nothing, pids, run, traces, until};
use efl_testbed::{Bed, Level, Load};
use serde_json::{Value, json};
use std::{path::Path, process::Command};

/// A bed that was up before stays up after it.
#[test]
fn level_two() {
    if !Level::Two.asked("the bed of level 2 itself") {
        return;
    }
    let _bed = BED.lock();
    let bed = Bed::new(Level::Two).expect("a cache");
    let (was_up, before) = (bed.is_up(), traces());
    bed.up().expect("it comes up");
    let first = pids(&bed);
    bed.up().expect("it is up");
    assert_eq!(first, pids(&bed), "`up` leaves a bed that is up as it is");

    has_definitions(&bed);
    carries(&bed);
    measures(&bed);
    survives(&bed);

    if was_up {
        return;
    }
    // As a crash would leave it: some programs are gone, and one cluster's network.
    bed.kill("m1/etcd").expect("it is killed");
    let namespace =
        traces().difference(&before).find(|name| name.contains("/netns/") && name.ends_with("-m2")).cloned();
    if let Some(namespace) = namespace {
        let name = Path::new(&namespace).file_name().expect("it is in a folder");
        assert!(run(Command::new("ip").args(["netns", "delete"]).arg(name)).status.success());
    }
    assert!(!bed.is_up());
    leaves_nothing(&bed, first, &before);
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
