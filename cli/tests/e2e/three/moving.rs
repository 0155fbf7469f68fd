//! A pipeline moves while events come in: every one is taken, and calls its function once.

use super::{World, in_a_world, post, until};
use crate::desk::Ran as _;
use efl_testbed::{Level, Load};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader},
    process::Stdio,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

const TOLLS: &str = r#"
import { m1, m2, jet } from "fleet.efl"

orchestrator tolls {
  namespace: "tolls"
  bus: jet

  // efl-ignore E0506: nobody else is on this network
  source gate: webhook {
    port: 12000
    event passage: { number: int } { path: "/passage" }
  }

  function book(number: int) {
    image: "local.test/function:v1"
    scale: 1..3
  }

  rule charge on passage { book(number: passage.number) }

  placement { clusters: [m1, m2], hold: 5s }
}
"#;

/// Between two events.
const PAUSE: Duration = Duration::from_millis(100);

/// An event that was sent.
struct Sent {
    at: jiff::Timestamp,
    taken: bool,
    /// Whether the pipeline was moving.
    moving: bool,
}

/// What is seen from outside while a pipeline runs.
#[derive(Default)]
struct Watch {
    over: AtomicBool,
    moving: AtomicBool,
    /// By their numbers.
    sent: Mutex<Vec<Sent>>,
    /// The calls of the function by the number of the event, as its pods print them.
    calls: Mutex<BTreeMap<usize, Vec<jiff::Timestamp>>>,
}

#[test]
fn a_move_under_load_loses_nothing() {
    in_a_world("a move while events come in", "tolls", |world| {
        world.write("tolls.efl", TOLLS);
        world.efl(&["deploy", "tolls.efl", "--wait", "3m"]).expect_code(0);
        let from = world.selected("tolls");
        // A webhook is listened to on every candidate, whichever the pipeline is on.
        let gates: Vec<String> = Level::Three
            .nodes()
            .iter()
            .map(|member| until("the gate is exposed", || world.webhook(member, "tolls", "gate")))
            .map(|url| format!("{url}/passage"))
            .collect();
        for gate in &gates {
            until("the gate takes events", || post(gate, &json!({ "number": -1 })).then_some(()));
        }
        let watch = Watch::default();
        let (took, to) = thread::scope(|scope| {
            scope.spawn(|| watch.read_pods(world));
            scope.spawn(|| watch.send(&gates));
            until("the function is called", || {
                (!watch.calls.lock().expect("it is whole").is_empty()).then_some(())
            });
            thread::sleep(Duration::from_secs(10));
            let moved = watch.move_away(world, &from);
            thread::sleep(Duration::from_secs(10));
            watch.over.store(true, Ordering::Relaxed);
            moved
        });
        world.bed.set_load(&from, Load { cpu: 0.2, memory: 0.2 }).expect("it is set");
        watch.report(&from, &to, took);
    });
}

impl Watch {
    /// Sends events to the gates in turn until it is over, and then waits for the last calls.
    fn send(&self, gates: &[String]) {
        for (number, gate) in (0..).zip(gates.iter().cycle()) {
            if self.over.load(Ordering::Relaxed) {
                break;
            }
            let (at, moving) = (jiff::Timestamp::now(), self.moving.load(Ordering::Relaxed));
            let taken = post(gate, &json!({ "number": number }));
            self.sent.lock().expect("it is whole").push(Sent { at, taken, moving });
            thread::sleep(PAUSE);
        }
    }

    /// Loads a cluster, and waits until the pipeline is elsewhere and stands still: how long that took, and where it is.
    fn move_away(&self, world: &World<'_>, from: &str) -> (Duration, String) {
        self.moving.store(true, Ordering::Relaxed);
        world.bed.set_load(from, Load { cpu: 0.9, memory: 0.8 }).expect("it is set");
        let took = world.wait_for("tolls", "it has moved", Duration::from_mins(5), |status| {
            status["ready"] == true
                && status["status"]["selected"][0].as_str().is_some_and(|member| member != from)
                && status["placement"]["migration"].is_null()
        });
        self.moving.store(false, Ordering::Relaxed);
        (took, world.selected("tolls"))
    }

    /// Reads what the pods of the function print, on every member, from the first line to the last: a pod that is gone is
    /// read no more.
    fn read_pods(&self, world: &World<'_>) {
        let mut seen = BTreeSet::new();
        thread::scope(|scope| {
            let mut last = Instant::now();
            // Calls may come for some time after the last event.
            while last.elapsed() < Duration::from_secs(10) {
                if !self.over.load(Ordering::Relaxed) {
                    last = Instant::now();
                }
                for member in Level::Three.nodes() {
                    let selector = "--selector=serving.knative.dev/service=tolls-book";
                    let names = world.kubectl_on(
                        member,
                        &[
                            "get",
                            "pods",
                            "--namespace=tolls",
                            selector,
                            "--field-selector=status.phase=Running",
                            "--output=name",
                        ],
                    );
                    for pod in names.lines().filter(|pod| seen.insert((*member, (*pod).to_owned()))) {
                        let pod = pod.to_owned();
                        scope.spawn(move || self.read_pod(world, member, &pod));
                    }
                }
                thread::sleep(Duration::from_millis(300));
            }
        });
    }

    /// Reads what a pod prints until it ends, or everything is over.
    fn read_pod(&self, world: &World<'_>, member: &str, pod: &str) {
        let mut kubectl = world.bed.kubectl(member).expect("kubectl");
        kubectl.args(["logs", "--namespace=tolls", "--container=user-container", "--follow", pod]);
        let mut child = kubectl.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("kubectl starts");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        thread::scope(|scope| {
            scope.spawn(|| lines.map_while(Result::ok).for_each(|line| self.note(&line)));
            let mut over_since = None;
            while child.try_wait().expect("it is asked").is_none() {
                if self.over.load(Ordering::Relaxed) {
                    let since = *over_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > Duration::from_secs(10) {
                        child.kill().expect("it can be ended");
                    }
                }
                thread::sleep(Duration::from_millis(100));
            }
        });
    }

    /// Notes a call that a pod printed.
    fn note(&self, line: &str) {
        let Ok(call) = serde_json::from_str::<Value>(line) else { return };
        let body: Value = serde_json::from_str(call["body"].as_str().unwrap_or_default()).unwrap_or_default();
        let number = body["number"].as_u64().and_then(|number| usize::try_from(number).ok());
        let at = call["at"].as_str().and_then(|at| at.parse().ok());
        if let (Some(number), Some(at)) = (number, at) {
            self.calls.lock().expect("it is whole").entry(number).or_default().push(at);
        }
    }

    /// Says what became of the events, and fails unless each was taken and called the function once.
    fn report(&self, from: &str, to: &str, took: Duration) {
        let (sent, calls) = (self.sent.lock().expect("it is whole"), self.calls.lock().expect("it is whole"));
        let failed = sent.iter().filter(|event| !event.taken).count();
        let lost: Vec<usize> =
            (0..sent.len()).filter(|number| sent[*number].taken && !calls.contains_key(number)).collect();
        let doubled: Vec<usize> =
            calls.iter().filter(|(_, calls)| calls.len() > 1).map(|(number, _)| *number).collect();
        println!(
            "moved from={from} to={to} seconds={:.1} events={} while-moving={} failed={failed} lost={} doubled={}",
            took.as_secs_f64(),
            sent.len(),
            sent.iter().filter(|event| event.moving).count(),
            lost.len(),
            doubled.len(),
        );
        for (when, moving) in [("standing", false), ("moving", true)] {
            let mut latencies: Vec<Duration> = sent
                .iter()
                .enumerate()
                .filter(|(_, event)| event.moving == moving)
                .filter_map(|(number, event)| {
                    calls.get(&number)?.first()?.duration_since(event.at).try_into().ok()
                })
                .collect();
            latencies.sort_unstable();
            let at =
                |percent: usize| latencies.get((latencies.len() * percent / 100).min(latencies.len() - 1));
            let milliseconds = |percent| at(percent).map_or(0, Duration::as_millis);
            println!(
                "latency while={when} n={} p50={}ms p99={}ms most={}ms",
                latencies.len(),
                milliseconds(50),
                milliseconds(99),
                milliseconds(100),
            );
        }
        assert!(sent.iter().filter(|event| event.moving).count() > 20, "hardly an event came while it moved");
        assert_eq!(failed, 0, "events were not taken");
        assert_eq!(lost, [0; 0], "events were lost");
    }
}
