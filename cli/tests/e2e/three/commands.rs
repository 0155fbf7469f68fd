//! The paper's crossing, deployed by `efl deploy`; what a person then asks.

use super::{World, in_a_world, post, until};
use crate::desk::Ran as _;
use serde_json::json;

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
        world.write("crossing.efl", CROSSING);
        let deployed = world.efl(&["deploy", "crossing.efl", "--wait", "3m"]);
        deployed.expect_code(0);
        println!("{}", deployed.text());
        a_meeting_is_an_alert(world);
    });
}

/// A vehicle and a pedestrian, until the function was called.
fn a_meeting_is_an_alert(world: &World<'_>) {
    let member = world.selected("crossing");
    let url = until("the source is exposed", || world.webhook(&member, "crossing", "roadside"));
    let send = |path: &str, event| until(path, || post(&format!("{url}/{path}"), &event).then_some(()));
    send("vehicle", json!({ "plate": "12-3456", "speed": 72, "zone": "z1" }));
    send("pedestrian", json!({ "zone": "z1" }));
    until("the function is called", || {
        let logs = world.kubectl_on(
            &member,
            &[
                "logs",
                "--namespace=crossing",
                "--selector=serving.knative.dev/service=crossing-alert",
                "--container=user-container",
                "--tail=-1",
            ],
        );
        logs.contains("12-3456").then_some(())
    });
}
