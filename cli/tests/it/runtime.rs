//! `efl runtime`.

use super::Folder;

#[test]
fn a_simulation_is_a_table_of_strategies() {
    let simulate = |args: &[&str]| Folder::new().efl(&[&["runtime", "simulate"], args].concat());
    let run = simulate(&["--scenario", "step", "--compare", "--seed", "1..3"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let strategies: Vec<&str> = run.out.lines().skip(2).filter_map(|l| l.split_whitespace().next()).collect();
    assert_eq!(strategies, ["never", "least-loaded", "min-max", "hysteresis", "balanced"]);
    let again = simulate(&["--scenario", "step", "--compare", "--seed", "1..3"]);
    assert_eq!(again.out, run.out);
}

#[test]
fn a_simulation_for_programs_has_every_run() {
    let args = ["runtime", "simulate", "--scenario", "step", "--seed", "3..5", "--format", "json"];
    let runs: serde_json::Value = serde_json::from_str(&Folder::new().efl(&args).out).expect("JSON");
    let runs: Vec<(u64, u64)> = runs
        .as_array()
        .expect("a list")
        .iter()
        .map(|run| (run["seed"].as_u64().expect("a seed"), run["moves"].as_u64().expect("a count")))
        .collect();
    assert_eq!(runs, [(3, 1), (4, 1), (5, 1)]);
}

#[test]
fn a_simulation_is_drawn() {
    let folder = Folder::new();
    let args = ["runtime", "simulate", "--scenario", "step", "--compare", "--svg", "step.svg"];
    assert_eq!(folder.efl(&args).code, 0);
    let picture = folder.read("step.svg");
    assert!(picture.starts_with("<svg ") && picture.contains("step · balanced</text>"), "{picture}");
    assert_eq!(picture.matches("<polyline ").count(), 15, "three clusters, five strategies");
    let run = folder.efl(&["runtime", "simulate", "--scenario", "step", "--svg", "no/such/folder.svg"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
}

#[test]
fn a_slower_world_reacts_later() {
    let reaction = |window: &str| {
        let args = [
            "runtime",
            "simulate",
            "--scenario",
            "step",
            "--format",
            "json",
            "--transit",
            "2m",
            "--window",
            window,
        ];
        let runs: serde_json::Value = serde_json::from_str(&Folder::new().efl(&args).out).expect("JSON");
        assert_eq!(runs[0]["moves"], 1);
        runs[0]["reaction"].as_u64().expect("seconds")
    };
    assert!(reaction("10m") > reaction("1m"));
}

#[test]
fn seeds_that_are_none_are_refused() {
    for (seed, said) in [
        ("x", "a seed is a number, and several are `1..10`"),
        ("9..1", "the first is after the last"),
        ("0..18446744073709551615", "at most 1000 seeds"),
    ] {
        let run = Folder::new().efl(&["runtime", "simulate", "--seed", seed]);
        assert!(run.code == 2 && run.err.contains(said), "{seed}: {}", run.err);
    }
}
