//! The paper's crossing, deployed by `efl deploy`; what a person then asks of it, and what they do about a run that failed.

use super::{World, in_a_world, post, until};
use crate::desk::Ran as _;
use serde_json::{Value, json};
use std::{fs, process::Command, thread, time::Duration};

const CROSSING: &str = r#"
import { m1, m2, jet } from "fleet.efl"

type Vehicle = { plate: string, speed: number, zone: string }

orchestrator crossing {
  namespace: "crossing"
  bus: jet

  // efl-ignore E0506: nobody else is on this network
  source roadside: webhook {
    port: 12000
    event vehicle: Vehicle { path: "/vehicle" }
    event pedestrian: { zone: string } { path: "/pedestrian" }
    event truck: Vehicle { path: "/truck" }
  }

  function classify(vehicle: Vehicle) -> any { image: "local.test/function:v1" }
  function alert(plate: string) { image: "local.test/function:v1" }

  workflow respond(vehicle: Vehicle) {
    let verdict = classify(vehicle)
    if verdict != null { alert(plate: vehicle.plate) }
  }

  rule meeting on vehicle[speed > 50] and pedestrian { respond(vehicle) }
  rule heavy on truck { alert(plate: truck.plate) }

  placement { clusters: [m1, m2] }
}
"#;

#[test]
fn what_a_person_asks() {
    in_a_world("the commands of a person on running pipelines", "crossing", |world| {
        world.may_be_looked_at();
        let doctor = world.as_alice(&["doctor"]);
        println!("{}", doctor.text());
        doctor.expect_code(0);
        world.write("crossing.efl", CROSSING);
        let deployed = world.as_alice(&["deploy", "crossing.efl", "--wait", "3m"]);
        deployed.expect_code(0);
        println!("{}", deployed.text());
        a_meeting_is_an_alert(world);
        a_call_is_traced_by_its_key(world);
        what_is_printed_is_followed(world);
        what_failed_runs_again(world);
    });
}

/// The JSON that a command prints.
fn asked(world: &World<'_>, arguments: &[&str]) -> Value {
    let said = world.as_alice(&[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&said.stdout).unwrap_or_default()
}

/// Posts events to the member where the crossing is.
fn send(world: &World<'_>, events: &[(&str, Value)]) {
    let member = world.selected("crossing");
    let url = until("the source is exposed", || world.webhook(&member, "crossing", "roadside"));
    for (path, event) in events {
        until(path, || post(&format!("{url}/{path}"), event).then_some(()));
    }
}

/// The latest run, when it is as it should be.
fn run(world: &World<'_>, phase: &str) -> Value {
    until(&format!("a run {phase}"), || {
        let runs = asked(world, &["runs", "crossing"]);
        (runs[0]["phase"] == phase).then(|| runs[0].clone())
    })
}

fn a_meeting_is_an_alert(world: &World<'_>) {
    let vehicle = json!({ "plate": "12-3456", "speed": 72, "zone": "z1" });
    send(world, &[("vehicle", vehicle), ("pedestrian", json!({ "zone": "z1" }))]);
    let run = run(world, "Succeeded");
    assert_eq!(run["cluster"], world.selected("crossing"));
    let name = run["name"].as_str().expect("a name");

    // Both events lead to the run, and its name to them.
    let events = run["events"].as_array().expect("events");
    assert_eq!((events.len(), &events[0][0], &events[1][0]), (2, &json!("vehicle"), &json!("pedestrian")));
    for id in [events[0][1].as_str().expect("an id"), events[1][1].as_str().expect("an id"), name] {
        let story = world.as_alice(&["trace", id]);
        story.expect_code(0);
        for part in ["arrived", "matched", "ran", "ended", name, "Succeeded", "crossing.efl:"] {
            assert!(story.text().contains(part), "{part}: {}", story.text());
        }
    }
    println!("{}", world.as_alice(&["runs"]).text());
    println!("{}", world.as_alice(&["trace", name]).text());

    let key = format!("{name}.alert");
    let alert = until("what the function printed is shown", || {
        let said = world.as_alice(&["logs", "crossing/alert"]);
        said.text().contains(&key).then_some(said)
    });
    alert.expect_code(0);
    assert!(
        alert.text().starts_with(&format!("{} alert | ", world.selected("crossing"))),
        "{}",
        alert.text()
    );
    let steps = world.as_alice(&["logs", "respond"]).text();
    assert!(steps.contains(&format!("{name} alert | Succeeded")), "{steps}");
}

/// A rule that calls a function itself leaves no run: the key of the call leads to the event.
fn a_call_is_traced_by_its_key(world: &World<'_>) {
    send(world, &[("truck", json!({ "plate": "heavy-1", "speed": 40, "zone": "z1" }))]);
    let key = until("the function prints the key", || {
        let said = world.as_alice(&["logs", "alert"]).text();
        let line = said.lines().find(|line| line.contains("heavy-1"))?;
        let key = line.split("crossing-heavy-").nth(1)?.split('"').next()?;
        Some(format!("crossing-heavy-{key}"))
    });
    let trace = until("the call is traced", || {
        let trace = asked(world, &["trace", &key]);
        (trace["firings"][0]["call"] == true).then_some(trace)
    });
    assert_eq!(
        (&trace["arrivals"][0]["event"], &trace["firings"][0]["rule"]),
        (&json!("truck"), &json!("heavy"))
    );
    assert_eq!(trace["firings"][0]["error"], Value::Null);
    world.as_alice(&["trace", "0000"]).expect_code(1);
}

/// What a function prints from now on, also when it was asleep.
fn what_is_printed_is_followed(world: &World<'_>) {
    let lines = fs::File::create(world.folder.join("follow.log")).expect("a file");
    let mut follow = Command::new(env!("CARGO_BIN_EXE_efl"));
    follow.args(["logs", "crossing/alert", "--follow", "--tail", "0", "--format", "json"]);
    follow.args(["--kubeconfig", "alice.kubeconfig"]).current_dir(&world.folder).stdout(lines);
    let mut follow = follow.spawn().expect("it runs");
    thread::sleep(Duration::from_secs(2));
    send(world, &[("truck", json!({ "plate": "heavy-2", "speed": 40, "zone": "z1" }))]);
    until("the line is shown", || {
        let lines = fs::read_to_string(world.folder.join("follow.log")).unwrap_or_default();
        let line = lines.lines().find(|line| line.contains("heavy-2"))?;
        let line: Value = serde_json::from_str(line).expect("one object to a line");
        assert_eq!(line["function"], "alert");
        Some(())
    });
    follow.kill().and_then(|()| follow.wait()).expect("it ends");
}

fn what_failed_runs_again(world: &World<'_>) {
    let image = r#"function alert(plate: string) { image: "local.test/function:v1""#;
    let failing = CROSSING.replace(image, &format!(r#"{image}, env {{ STATUS: "503" }}"#));
    assert_ne!(failing, CROSSING);
    world.write("crossing.efl", &failing);
    world.as_alice(&["deploy", "crossing.efl", "--wait", "2m"]).expect_code(0);
    let vehicle = json!({ "plate": "98-7654", "speed": 90, "zone": "z1" });
    send(world, &[("vehicle", vehicle), ("pedestrian", json!({ "zone": "z1" }))]);
    let failed = run(world, "Failed");
    let name = failed["name"].as_str().expect("a name");
    let line = 1 + failing.lines().position(|line| line.contains("function alert")).expect("it is there");
    assert_eq!(failed["failure"]["place"], format!("crossing.efl:{line}"), "{failed}");
    assert_eq!(failed["failure"]["step"], "alert");
    println!("{}", world.as_alice(&["runs", "--failed"]).text());

    world.write("crossing.efl", CROSSING);
    world.as_alice(&["deploy", "crossing.efl", "--wait", "2m"]).expect_code(0);
    let again = world.as_alice(&["replay", name, "--yes"]);
    again.expect_code(0);
    assert!(again.text().contains("98-7654"), "what it is given is shown: {}", again.text());
    println!("{}", again.text());
    let replayed = run(world, "Succeeded");
    assert_eq!(replayed["replay_of"], name);
    let keys = replayed["steps"].as_array().expect("steps").iter().map(|step| step["key"].clone());
    assert_eq!(keys.collect::<Vec<_>>(), [json!(format!("{name}.verdict")), json!(format!("{name}.alert"))]);

    // Once is enough.
    world.as_alice(&["replay", name, "--yes"]).expect_code(1);
    let nothing = world.as_alice(&["replay", "--all", "crossing", "--yes"]);
    nothing.expect_code(0);
    assert!(nothing.text().contains("nothing to repeat"), "{}", nothing.text());
}
