//! The workload of the benchmarks: as many pipelines as asked for, each with three webhook events, a filter, a join, a
//! workflow of three steps, three functions, and two clusters to run on. `benches/peers` has other languages print the same.

use efl_compiler::system::MemorySystem;
use std::{fmt::Write as _, sync::Arc};

/// The lines of one pipeline.
pub const LINES: usize = 30;

/// What the pipelines of a file share.
const INSTALLATION: &str = r#"fleet city {
  domain: "fn.city.example"
  cluster member1 { }
  cluster member2 { }
}

bus city-bus: jetstream { url: "tls://nats.city.example:4222" }

"#;

/// A file of so many pipelines.
pub fn program(pipelines: usize) -> String {
    let mut text = INSTALLATION.to_owned();
    for id in 0..pipelines {
        write!(text, "{}", pipeline(id)).unwrap_or_default();
    }
    text
}

/// A file of at least so many lines.
pub fn lines(count: usize) -> String {
    program(count.div_ceil(LINES))
}

fn pipeline(id: usize) -> String {
    let count = 10 + id % 7;
    format!(
        r#"orchestrator traffic-{id} {{
  namespace: "city"
  bus: city-bus

  source hub: webhook {{
    port: 12000
    auth: secret("hub", "token")
    event vehicle: {{ count: number, plate: string }} {{ path: "/vehicle" }}
    event pedestrian: {{ zone: string }} {{ path: "/pedestrian" }}
    event overspeed: {{ plate: string }} {{ path: "/overspeed" }}
  }}

  function classify(plate: string) -> {{ level: "low" | "high" }} {{ image: "ghcr.io/acme/city-{id}/classify:v1", scale: 0..10, env {{ LOG: "on" }} }}
  function notify(plate: string) {{ image: "ghcr.io/acme/city-{id}/notify:v1", scale: 0..10, env {{ LOG: "on" }} }}
  function store(plate: string) {{ image: "ghcr.io/acme/city-{id}/store:v1", scale: 0..10, env {{ LOG: "on" }} }}

  workflow main(plate: string) {{
    let verdict = classify(plate)
    if verdict.level == "high" {{
      notify(plate)
    }}
    store(plate)
  }}

  rule busy on vehicle[count >= {count}] and pedestrian {{ main(vehicle.plate) }}
  rule fast on overspeed {{ main(overspeed.plate) }}

  placement {{ clusters: [member1, member2], replicas: 2 }}
}}

"#
    )
}

/// A system with one file, `main.efl`.
pub fn system(text: &str) -> MemorySystem {
    let mut system = MemorySystem::default();
    system.files.insert("main.efl".to_owned(), Arc::from(text));
    system
}
