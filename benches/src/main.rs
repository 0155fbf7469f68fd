//! Writes the workload: `efl-benches PIPELINES > main.efl`.

fn main() {
    let pipelines = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1);
    print!("{}", efl_benches::program(pipelines));
}
