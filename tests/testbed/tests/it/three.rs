//! At level 3 what the compiler emits runs: an event becomes a call, on the cluster that a policy names.

use crate::{BED, kubectl, leaves_nothing, pids, run, traces, until};
use efl_testbed::{Bed, Level};
use serde_json::{Value, json};
use std::{
    cell::Cell,
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// A bed that was up before stays up after it.
#[test]
fn level_three() {
    if !Level::Three.asked("the bed of level 3 itself") {
        return;
    }
    let _bed = BED.lock();
    let bed = Bed::new(Level::Three).expect("a cache");
    let (was_up, before) = (bed.is_up(), traces());
    bed.up().expect("it comes up");

    prepare(&bed);
    for member in ["m1", "m2"] {
        deploy(&bed, member);
        calls(&bed, member, "knock", &["ring"]);
        calls(&bed, member, "bell", &["ring", "unlock"]);
    }
    until("m1 runs nothing any more", || services(&bed, "m1").is_empty());
    kubectl(&bed, "karmada", "delete namespace bed --wait=false", None).expect("it is deleted");

    if !was_up {
        let pids = pids(&bed);
        leaves_nothing(&bed, pids, &before);
    }
}

/// The namespace, and on each member what the bus is spoken to with.
fn prepare(bed: &Bed) {
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "bed" } });
    kubectl(bed, "karmada", "apply --filename=-", Some(&namespace)).expect("it is made");
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "bus", "namespace": "bed" },
        "stringData": { "auth.yaml": "username: efl\npassword: efl-pass\n" },
    });
    for member in Level::Three.nodes() {
        until("Karmada has made the namespace there", || {
            kubectl(bed, member, "apply --filename=-", Some(&secret)).is_ok()
        });
    }
}

/// Applies what the compiler emits, tokens last: Karmada carries objects in no order, and the controllers of a member delete a token
/// whose ServiceAccount is not there yet, after which Karmada does not bring it again.
fn deploy(bed: &Bed, member: &str) {
    let apply = |items: &[&Value]| {
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
        let words = "apply --server-side --force-conflicts --filename=-";
        kubectl(bed, "karmada", words, Some(&list)).expect("Karmada takes what the compiler emits");
    };
    let compiled = compiled(bed, member);
    let items = compiled["items"].as_array().expect("a list").iter();
    let (tokens, others): (Vec<&Value>, Vec<&Value>) =
        items.partition(|item| item["type"] == "kubernetes.io/service-account-token");
    apply(&others);
    until("the members have the ServiceAccount", || {
        let there =
            |member| kubectl(bed, member, "get serviceaccount door-workflow --namespace=bed", None).is_ok();
        Level::Three.nodes().iter().all(|member| there(member))
    });
    apply(&tokens);
}

/// What `efl compile` makes of `door.efl`, placed on a member.
fn compiled(bed: &Bed, member: &str) -> Value {
    let address = bed.place("karmada").expect("it is up").address;
    let subnet = address.strip_suffix("10").expect("Karmada is the first");
    let source = include_str!("door.efl").replace("10.201.9.", subnet);
    let mut efl = Command::new(env!("CARGO"));
    efl.args(["run", "--quiet", "--locked", "--package", "efl-cli", "--bin", "efl", "--"]);
    efl.args(["compile", "--format=json", "--place", member, "-"]);
    let mut efl = efl.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cargo starts");
    efl.stdin.take().expect("it is piped").write_all(source.as_bytes()).expect("it is read");
    let said = efl.wait_with_output().expect("it ends");
    serde_json::from_slice(&said.stdout).expect("JSON")
}

/// Sends an event to a member, and another every five seconds, until each of the functions was called with one.
fn calls(bed: &Bed, member: &str, event: &str, functions: &[&str]) {
    let address = bed.place(member).expect("it is up").address;
    let sent = Cell::new(None::<Instant>);
    until(&format!("a {event} on {member} is a call of {functions:?}"), || {
        if sent.get().is_none_or(|sent| sent.elapsed() > Duration::from_secs(5)) {
            let words =
                "get service door-front-ingress --namespace=bed --output=jsonpath={.spec.ports[0].nodePort}";
            let Ok(port) = kubectl(bed, member, words, None) else { return false };
            let mut curl = Command::new("curl");
            curl.args([
                "--silent",
                "--max-time",
                "2",
                "--noproxy",
                "*",
                "--header",
                "Content-Type: application/json",
            ]);
            let url = format!("http://{address}:{port}/{event}");
            run(curl.args(["--data", &format!("{{\"who\":\"{event} {member}\"}}"), &url]));
            sent.set(Some(Instant::now()));
        }
        functions.iter().all(|function| {
            let pods =
                format!("--selector=serving.knative.dev/service=door-{function} --container=user-container");
            let logs = kubectl(bed, member, &format!("logs --namespace=bed {pods} --tail=-1"), None);
            logs.is_ok_and(|logs| logs.lines().any(|line| line.contains(&format!("{event} {member}"))))
        })
    });
}

/// The functions that are on a member.
fn services(bed: &Bed, member: &str) -> String {
    kubectl(bed, member, "get services.serving.knative.dev,sensors --namespace=bed --output=name", None)
        .expect("it answers")
}
