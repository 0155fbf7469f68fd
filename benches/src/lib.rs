//! The workload of the benchmarks: as many pipelines as asked for, each with three webhook events, a filter, a join, a
//! workflow of three steps and three functions, as in the peers' workload (`benches/peers`).

use efl_compiler::system::MemorySystem;
use std::{fmt::Write as _, sync::Arc};

/// The lines of one pipeline.
pub const LINES: usize = 28;

/// A file of so many pipelines.
pub fn program(pipelines: usize) -> String {
    let mut text = String::new();
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
