//! `cargo bench -p efl-benches --bench placement`: a whole fleet decided in one pass, as in every period.

use divan::{AllocProfiler, Bencher};
use efl_placement::{Cluster, Fleet, Needs, Question, Request, Sample, State, Time, decide_fleet};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const NOW: Time = Time(1_700_000_000_000);
const APIS: [&str; 4] = [
    "argoproj.io/v1alpha1/EventSource",
    "argoproj.io/v1alpha1/Sensor",
    "argoproj.io/v1alpha1/WorkflowTemplate",
    "serving.knative.dev/v1/Service",
];

fn main() {
    divan::main();
}

/// Clusters that differ, with everything that is looked at.
fn fleet(clusters: usize) -> Fleet {
    #[allow(clippy::cast_precision_loss)] // a hundred
    let load = |number: usize| 0.3 + 0.4 * (number * 37 % 100) as f64 / 100.0;
    let sample = |value: f64| Some(Sample { value, at: NOW });
    let cluster = |number: usize| Cluster {
        name: format!("cluster-{number}"),
        ready: true,
        labels: [("tier".to_owned(), "edge".to_owned())].into(),
        apis: APIS.map(str::to_owned).into(),
        cpu_capacity: Some(64.0),
        memory_capacity: Some(256e9),
        cpu: sample(load(number)),
        memory: sample(load(number + 1)),
        unschedulable: sample(0.0),
        ..Cluster::default()
    };
    Fleet { clusters: (0..clusters).map(cluster).collect(), ..Fleet::default() }
}

/// Pipelines that may run everywhere; each runs somewhere already, or nowhere yet.
fn pipelines(fleet: &Fleet, count: usize, placed: bool) -> Vec<(Question, State)> {
    let candidates: Vec<String> = fleet.clusters.iter().map(|cluster| cluster.name.clone()).collect();
    let pipeline = |number: usize| {
        let question = Question {
            name: format!("city/pipeline-{number}"),
            candidates: candidates.clone(),
            needs: Needs {
                labels: [("tier".to_owned(), "edge".to_owned())].into(),
                apis: APIS.map(str::to_owned).into(),
                tolerations: Vec::new(),
            },
            request: Request { cpu: 0.5, memory: 1e9 },
            ..Question::default()
        };
        let here = placed.then(|| candidates[number % candidates.len()].clone());
        (question, State { selected: here.into_iter().collect(), ..State::default() })
    };
    (0..count).map(pipeline).collect()
}

fn decide(bencher: Bencher, count: usize, placed: bool) {
    let fleet = fleet(100);
    let pipelines = pipelines(&fleet, count, placed);
    let pipelines: Vec<(&Question, &State)> =
        pipelines.iter().map(|(question, state)| (question, state)).collect();
    bencher.bench_local(|| decide_fleet(&fleet, &pipelines, NOW));
}

/// 100 clusters, every pipeline runs already.
#[divan::bench(args = [1, 100, 1_000], sample_count = 20)]
fn a_period(bencher: Bencher, count: usize) {
    decide(bencher, count, true);
}

/// 100 clusters, every pipeline is new: each is decided again when its turn comes.
#[divan::bench(args = [1, 100, 1_000], sample_count = 20)]
fn all_are_new(bencher: Bencher, count: usize) {
    decide(bencher, count, false);
}
