//! Writes the workload: `cargo run -p efl-benches --example workload PIPELINES > main.efl`.

fn main() {
    let pipelines = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1);
    print!("{}", efl_benches::program(pipelines));
}
