//! Formatting takes linear time, and deep or long constructs are no problem.

use super::promises::hold_good as hold;
use std::time::{Duration, SystemTime};

const MEMBERS: &str = r#"
  /// Takes a reading.
  function f(a: string, b: { c: int, d: list<"x" | "y"> }) -> { ok: bool } { image: "registry.example/f:1" } // one
  rule r on vehicle[speed > 50 and zone == "z1"] and pedestrian where vehicle.zone == pedestrian.zone within 10s {
    let x = f(a: "a long text that makes the line too long", b: { c: 1 + 2 * 3, d: ["x", "y"] }) retry 3
    if x.ok { f(x) } else { f({ a: 1 }) }
  }
"#;

#[test]
#[cfg_attr(debug_assertions, ignore = "measured in release builds")]
fn a_megabyte_takes_less_than_a_second() {
    let item = |number: usize| format!("orchestrator o{number} {{{}}}\n", MEMBERS.repeat(4));
    let mut text = String::new();
    for number in 0.. {
        text += &item(number);
        if text.len() > 1 << 20 {
            break;
        }
    }
    let start = processor_time();
    let formatted = efl_compiler::fmt::format(&text);
    let time = processor_time().saturating_sub(start);
    eprintln!("{} bytes: {time:?}", text.len());
    assert!(formatted.skipped.is_empty());
    assert!(time < Duration::from_secs(1), "{time:?}");
}

/// What this thread has used of a processor, where the system says so (Linux: `man 5 proc`, `schedstat`): other work on
/// the machine does not count. Elsewhere the time of day.
fn processor_time() -> Duration {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let first = statistics.as_deref().and_then(|text| text.split_whitespace().next()?.parse().ok());
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    first.map_or_else(now, Duration::from_nanos)
}

#[test]
fn long_chains_and_deep_brackets() {
    let terms = |operator: &str| vec!["a.b[0]"; 800].join(operator);
    hold(&format!("param a: bool = {}\n", terms(" and ")));
    hold(&format!("param a: bool = {}\n", terms(" + ")));
    hold(&format!("param a: any = a{}\n", ".b".repeat(800)));
    hold(&format!("type T = {}\n", vec!["\"x\""; 800].join(" | ")));
    hold(&format!("param a: any = {}1{}\n", "[".repeat(60), "]".repeat(60)));
    hold(&format!("param a: any = {}1{}\n", "{ a: ".repeat(60), " }".repeat(60)));
}
