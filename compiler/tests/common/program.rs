//! Random valid programs: every source kind by its example in the catalog, functions, workflows, rules and placements
//! that fit each other, for either engine.

use efl_compiler::catalog::sources;
use proptest::prelude::*;
use std::fmt::Write as _;

/// The fleet that generated programs import from.
pub(crate) const FLEET: &str = r#"fleet city {
  domain: "fn.city.example"
  cluster edge-a { gateway: "10.0.0.11:31080", region: "riverside" }
  cluster edge-b { gateway: "10.0.0.12:31080", region: "hillside" }
  cluster cloud { gateway: "10.0.1.10:31080" }
}
"#;

/// The parts of a program, chosen at random; [`Plan::text`] writes them.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    efl: bool,
    kinds: Vec<usize>,
    functions: Vec<Function>,
    steps: Vec<Step>,
    rules: Vec<Rule>,
    replicas: u8,
    pins: bool,
    shared_bus: bool,
}

#[derive(Clone, Debug)]
struct Function {
    scale: Option<(u8, u8)>,
    concurrency: Option<u16>,
    timeout: Option<u16>,
    env: bool,
    resources: bool,
    result: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Call { function: usize, retry: bool, timeout: bool },
    Let(usize),
    If(Vec<Step>, Vec<Step>),
    Parallel(Vec<Step>),
    For(Vec<Step>, Option<u8>),
    Retry(Vec<Step>),
    Wait(u8),
    Emit,
}

#[derive(Clone, Debug)]
struct Rule {
    logic: u8,
    predicate: u8,
    option: u8,
    direct: bool,
}

fn function() -> impl Strategy<Value = Function> {
    (
        proptest::option::of((0..3_u8, 3..20_u8)),
        proptest::option::of(0..1_000_u16),
        proptest::option::of(1..600_u16),
        any::<[bool; 3]>(),
    )
        .prop_map(|(scale, concurrency, timeout, [env, resources, result])| Function {
            scale,
            concurrency,
            timeout,
            env,
            resources,
            result,
        })
}

fn step() -> impl Strategy<Value = Step> {
    let leaf = prop_oneof![
        4 => (0..4_usize, any::<bool>(), any::<bool>()).prop_map(|(function, retry, timeout)| Step::Call { function, retry, timeout }),
        2 => (0..4_usize).prop_map(Step::Let),
        1 => (1..60_u8).prop_map(Step::Wait),
        1 => Just(Step::Emit),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let body = || proptest::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            (body(), proptest::collection::vec(inner.clone(), 0..2)).prop_map(|(a, b)| Step::If(a, b)),
            body().prop_map(Step::Parallel),
            (body(), proptest::option::of(1..9_u8)).prop_map(|(body, max)| Step::For(body, max)),
            body().prop_map(Step::Retry),
        ]
    })
}

/// Random programs.
pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let rule = (0..8_u8, 0..6_u8, 0..6_u8, any::<bool>())
        .prop_map(|(logic, predicate, option, direct)| Rule { logic, predicate, option, direct });
    (
        any::<[bool; 3]>(),
        proptest::collection::vec(0..sources::all().len(), 0..3),
        proptest::collection::vec(function(), 1..4),
        proptest::collection::vec(step(), 1..5),
        proptest::collection::vec(rule, 1..4),
        1..3_u8,
    )
        .prop_map(|([efl, pins, shared_bus], mut kinds, functions, steps, rules, replicas)| {
            kinds.sort_unstable();
            kinds.dedup();
            Plan { efl, kinds, functions, steps, rules, replicas, pins, shared_bus }
        })
}

impl Plan {
    /// The program as text.
    pub(crate) fn text(&self) -> String {
        let mut out = String::from("import { edge-a, edge-b, cloud } from \"fleet.efl\"\n\n");
        out.push_str("bus city: jetstream { url: \"tls://nats.example:4222\", auth: secret(\"nats\", \"auth.yaml\") }\n\n");
        let engine = if self.efl { "efl" } else { "argo" };
        let _ = write!(out, "orchestrator gen {{\n  namespace: \"gen\"\n  engine: {engine}\n  bus: city\n\n");
        out.push_str("  event done: { plate: string }\n\n");
        out.push_str(SOURCE);
        for kind in &self.kinds {
            for line in sources::all()[*kind].example.lines() {
                let _ = writeln!(out, "  {}", renamed(line, *kind));
            }
            out.push('\n');
        }
        for (i, function) in self.functions.iter().enumerate() {
            function.write(i, &mut out);
        }
        out.push_str("\n  workflow work(car: { plate: string, speed: number, tags: list<string> }) {\n    timeout: 1h\n\n");
        let mut names = 0;
        self.steps(&self.steps, 2, &mut names, &mut out);
        out.push_str("    on failure { f0(plate: car.plate) }\n  }\n\n");
        for (i, rule) in self.rules.iter().enumerate() {
            self.rule(i, rule, &mut out);
        }
        let _ = write!(
            out,
            "  placement {{\n    clusters: [edge-a, edge-b, cloud]\n    replicas: {}\n",
            self.replicas
        );
        if self.pins {
            out.push_str("    pin functions: [cloud]\n");
        }
        let _ = self.shared_bus;
        out.push_str("  }\n}\n");
        out
    }

    fn steps(&self, steps: &[Step], depth: usize, names: &mut usize, out: &mut String) {
        let pad = "  ".repeat(depth);
        for step in steps {
            match step {
                Step::Call { function, retry, timeout } => {
                    let f = function % self.functions.len();
                    let retry = if *retry { " retry 3 backoff 1s..10s" } else { "" };
                    let timeout = if *timeout { " timeout 5s" } else { "" };
                    let _ = writeln!(out, "{pad}f{f}(plate: car.plate){retry}{timeout}");
                }
                Step::Let(function) => {
                    let f = function % self.functions.len();
                    *names += 1;
                    if self.functions[f].result {
                        let n = *names;
                        // In a block of its own: the children of `parallel` do not see each other.
                        let _ = writeln!(
                            out,
                            "{pad}if car.speed > {n} {{\n{pad}  let x{n} = f{f}(plate: \"${{car.plate}}-{n}\")\n{pad}  if x{n}.level == \"high\" {{ f0(plate: car.plate) }}\n{pad}}}"
                        );
                    } else {
                        let _ = writeln!(out, "{pad}f{f}(plate: lower(car.plate))");
                    }
                }
                Step::If(then, otherwise) => {
                    let _ = writeln!(out, "{pad}if car.speed > 50 and car.plate != \"x\" {{");
                    self.steps(then, depth + 1, names, out);
                    if otherwise.is_empty() {
                        let _ = writeln!(out, "{pad}}}");
                    } else {
                        let _ = writeln!(out, "{pad}}} else {{");
                        self.steps(otherwise, depth + 1, names, out);
                        let _ = writeln!(out, "{pad}}}");
                    }
                }
                Step::Parallel(body) => self.block("parallel", body, depth, names, out),
                Step::For(body, max) => {
                    *names += 1;
                    let max = max.map(|m| format!(" max {m}")).unwrap_or_default();
                    let _ = writeln!(
                        out,
                        "{pad}for tag{names} in car.tags{max} {{\n{pad}  f0(plate: tag{names})"
                    );
                    self.steps(body, depth + 1, names, out);
                    let _ = writeln!(out, "{pad}}}");
                }
                Step::Retry(body) => self.block("retry 2 backoff 1s..5s", body, depth, names, out),
                Step::Wait(seconds) => {
                    let _ = writeln!(out, "{pad}wait {seconds}s");
                }
                Step::Emit => {
                    let _ = writeln!(out, "{pad}emit done {{ plate: car.plate }}");
                }
            }
        }
    }

    fn block(&self, head: &str, body: &[Step], depth: usize, names: &mut usize, out: &mut String) {
        let pad = "  ".repeat(depth);
        let _ = writeln!(out, "{pad}{head} {{");
        self.steps(body, depth + 1, names, out);
        let _ = writeln!(out, "{pad}}}");
    }

    fn rule(&self, index: usize, rule: &Rule, out: &mut String) {
        let predicate = [
            "",
            "[speed > 50]",
            "[plate matches \"B-.*\"]",
            "[speed <= 9 or zone == \"z1\"]",
            "[owner == null]",
            "[not (speed == 3) and zone in [\"a\", \"b\"]]",
        ][rule.predicate as usize];
        let (logic, clause) = match (self.efl, rule.logic) {
            (_, 0..=2) => (format!("vehicle{predicate}"), ""),
            (_, 3) => (format!("vehicle{predicate} and pedestrian"), ""),
            (true, 4) => (format!("vehicle{predicate} then pedestrian"), "within 10s"),
            (true, 5) => (format!("vehicle{predicate} and not pedestrian for 5s"), ""),
            (true, 6) => (format!("count(vehicle{predicate}, 3)"), "within 1m by zone"),
            (true, _) => (
                format!("vehicle{predicate} and pedestrian"),
                "within 10s where vehicle.zone == pedestrian.zone",
            ),
            (false, _) => (format!("vehicle{predicate} and (pedestrian or done)"), ""),
        };
        let option = [
            "",
            "rate: 10/s",
            "delivery: at-most-once",
            "retry: 2 backoff 1s..30s",
            "dead-letter: f0",
            "delivery: at-least-once",
        ][rule.option as usize];
        let body = if rule.direct { "f0(plate: vehicle.plate)" } else { "work(vehicle)" };
        let _ =
            write!(out, "  rule r{index} on {logic}\n    {clause}\n  {{\n    {option}\n    {body}\n  }}\n\n");
    }
}

impl Function {
    fn write(&self, index: usize, out: &mut String) {
        let result = if self.result { " -> { level: \"low\" | \"high\" }" } else { "" };
        let _ = writeln!(
            out,
            "  function f{index}(plate: string){result} {{\n    image: \"registry.example/f{index}:1.0\""
        );
        if let Some((min, max)) = self.scale {
            let _ = writeln!(out, "    scale: {min}..{max}");
        }
        if let Some(concurrency) = self.concurrency {
            let _ = writeln!(out, "    concurrency: {concurrency}");
        }
        if let Some(timeout) = self.timeout {
            let _ = writeln!(out, "    timeout: {timeout}s");
        }
        if self.env {
            out.push_str("    env { MODE: \"on\", KEY: secret(\"keys\", \"one\"), CONF: config(\"conf\", \"a.json\") }\n");
        }
        if self.resources {
            out.push_str("    resources { cpu: 100m..500m, memory: 64Mi..256Mi }\n");
        }
        out.push_str("  }\n");
    }
}

const SOURCE: &str = r#"  source roadside: webhook {
    port: 12000
    auth: secret("roadside", "token")
    event vehicle: { plate: string, speed: number, zone: string, tags: list<string>, owner?: string } { path: "/vehicle" }
    event pedestrian: { zone: string, plate: string } { path: "/pedestrian" }
  }

"#;

/// The line of an example with its source and port renamed, so that examples do not meet.
fn renamed(line: &str, kind: usize) -> String {
    if let Some(rest) = line.strip_prefix("source ")
        && let Some((_, rest)) = rest.split_once(':')
    {
        return format!("source s{kind}:{rest}");
    }
    let line = match line.trim_start().strip_prefix("port: ") {
        Some(_) => format!("  port: {}", 13_000 + kind),
        None => line.to_owned(),
    };
    match line.trim_start().strip_prefix("event ") {
        Some(rest) => {
            let end = rest.find([' ', ':', '{']).unwrap_or(rest.len());
            format!("  event e{kind}-{}{}", &rest[..end], &rest[end..])
        }
        None => line,
    }
}
