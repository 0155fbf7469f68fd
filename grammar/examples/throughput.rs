//! Measures how fast valid code becomes a tree: `cargo run --release --example throughput [FILE…]`.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// About as much text as a large project has.
const SIZE: usize = 1 << 20;

fn main() -> std::io::Result<()> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        measure("flagship", include_str!("../tests/good/flagship.efl"));
        measure("fleet", include_str!("../tests/good/fleet.efl"));
        measure("constructs", include_str!("../tests/good/constructs.efl"));
    }
    for path in paths {
        measure(&path, &std::fs::read_to_string(&path)?);
    }
    Ok(())
}

fn measure(name: &str, text: &str) {
    let text = text.repeat(SIZE.div_ceil(text.len()));
    let errors = efl_grammar::parse(&text).errors().len();
    let segments = fastest(|| drop(black_box(efl_grammar::segment(black_box(&text)))));
    let parse = fastest(|| drop(black_box(efl_grammar::parse(black_box(&text)))));
    println!(
        "{name:<12} {:>7.1} MB/s to trees, {:>7.1} MB/s to segments, {errors} errors",
        speed(&text, parse),
        speed(&text, segments)
    );
}

fn fastest(run: impl Fn()) -> Duration {
    let time = |_| {
        let (start, wall) = (cpu_time(), Instant::now());
        run();
        match (start, cpu_time()) {
            (Some(start), Some(end)) => end.saturating_sub(start),
            _ => wall.elapsed(),
        }
    };
    (0..15).map(time).min().unwrap_or_default()
}

/// How long this thread has run, where the system tells: other programs do not disturb it.
fn cpu_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn speed(text: &str, time: Duration) -> f64 {
    let bytes = u32::try_from(text.len()).map_or(f64::MAX, f64::from);
    bytes / time.as_secs_f64() / 1e6
}
