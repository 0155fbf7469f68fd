//! Pictures of small programs in every format.

use super::Graph;
use crate::{db::Database, diag::Level, project, system::MemorySystem};

const PROGRAM: &str = r#"
type Vehicle = { plate: string, speed: number }

fleet city {
  domain: "fn.example"
  cluster edge-a { gateway: "10.0.0.11:31080", region: "riverside" }
  cluster cloud { gateway: "10.0.1.10:31080" }
}

bus shared: jetstream { url: "tls://nats.example:4222" }

/// Watches "the" crossing <here>.
orchestrator crossing {
  namespace: "city"
  engine: efl
  bus: shared
  source roadside: webhook {
    port: 12000
    auth: secret("roadside", "token")
    event vehicle: Vehicle { path: "/vehicle" }
    event pedestrian { path: "/pedestrian" }
  }
  event alarm: { plate: string }
  function classify(vehicle: Vehicle) -> { level: string } { image: "registry.example/classify:1.0" }
  function record { image: "registry.example/record:1.0" }
  workflow respond(vehicle: Vehicle) {
    let verdict = classify(vehicle)
    if verdict.level == "high" { emit alarm { plate: vehicle.plate } }
    on failure { record({ failed: true }) }
  }
  rule meet on vehicle[speed > 50] and not pedestrian[present == true] for 5s within 10s {
    dead-letter: record
    respond(vehicle)
  }
  rule raise on alarm { record(alarm) }
  placement {
    clusters: [edge-a, cloud]
    pin events: [edge-a]
  }
}
"#;

fn graph(text: &str) -> Graph {
    let system = MemorySystem { files: [("main.efl".to_owned(), text.into())].into() };
    let db = Database::load(&system, &["main.efl".to_owned()]);
    let file = db.file("main.efl").expect("it was loaded");
    let errors = project::diagnostics(&db, file).into_iter().filter(|d| d.level == Level::Error);
    assert_eq!(errors.map(|d| d.message).collect::<Vec<_>>(), [""; 0]);
    Graph::of(&project::orchestrators(&db, file))
}

#[test]
fn as_json() {
    insta::assert_snapshot!(graph(PROGRAM).json());
}

#[test]
fn as_mermaid() {
    insta::assert_snapshot!(graph(PROGRAM).mermaid());
}

#[test]
fn as_dot() {
    insta::assert_snapshot!(graph(PROGRAM).dot());
}

#[test]
fn as_svg() {
    insta::assert_snapshot!(graph(PROGRAM).svg());
}

#[test]
fn every_edge_ends_at_a_node() {
    let graph = graph(PROGRAM);
    let pipeline = &graph.orchestrators[0];
    for edge in &pipeline.edges {
        for end in [&edge.from, &edge.to] {
            assert!(pipeline.nodes.iter().any(|node| node.id == *end), "{edge:?}");
        }
    }
}

#[test]
fn nothing_is_a_picture_too() {
    assert!(graph("").svg().ends_with("</svg>\n"));
    assert_eq!(graph("").mermaid().lines().next(), Some("flowchart LR"));
}

#[test]
fn a_circle_of_rules_has_a_picture() {
    let circle = r#"
orchestrator circle {
  namespace: "n"
  engine: efl
  event ping: { n: number }
  event pong: { n: number }
  rule a on ping { emit pong { n: ping.n } }
  rule b on pong { emit ping { n: pong.n } }
}
"#;
    assert!(graph(circle).svg().contains("data-id=\"circle/rule/b\""));
}
