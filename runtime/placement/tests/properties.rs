//! What holds whatever is observed: the properties of `design/runtime.md`, under generated inputs.

#![allow(clippy::cast_precision_loss)] // clusters are few

use efl_placement::{
    Cluster, Decision, Effect, Fleet, Limit, MetricWeight, Needs, PENDING, Policy, Question, Request, Sample,
    State, Strategy as Chosen, Taint, Time, Toleration, Weights, decide, decide_fleet,
};
use proptest::{collection::vec, option, prelude::*, sample::Index};
use std::{collections::BTreeMap, time::Duration};

const PERIOD: u64 = 15_000;
const START: Time = Time(1_000_000_000_000);
const CORES: f64 = 16.0;

fn name(cluster: usize) -> String {
    format!("cluster-{cluster}")
}

/// Clusters of 16 cores and as many bytes.
fn fleet(loads: &[f64], now: Time) -> Fleet {
    let sample = |value: f64| Some(Sample { value, at: now });
    let cluster = |(number, load): (usize, &f64)| Cluster {
        name: name(number),
        ready: true,
        cpu_capacity: Some(CORES),
        memory_capacity: Some(CORES),
        cpu: sample(*load),
        memory: sample(*load),
        ..Cluster::default()
    };
    Fleet { clusters: loads.iter().enumerate().map(cluster).collect(), ..Fleet::default() }
}

/// A pipeline that may run on all of them and uses a part of one.
fn question(number: usize, clusters: usize, part: f64) -> Question {
    Question {
        name: format!("city/{number}"),
        candidates: (0..clusters).map(name).collect(),
        request: Request { cpu: part * CORES, memory: part * CORES },
        ..Question::default()
    }
}

/// A pipeline over some periods, each with the loads that it has.
fn run(
    question: &Question,
    mut state: State,
    periods: usize,
    mut loads: impl FnMut(usize, &State) -> Fleet,
) -> (State, Vec<Decision>) {
    let mut changes = Vec::new();
    for period in 0..periods {
        let now = Time(START.0 + period as u64 * PERIOD);
        let (decision, next) = decide(question, &loads(period, &state), &state, now);
        assert_eq!(decision.changed, next.selected != state.selected);
        state = next;
        changes.extend(decision.changed.then_some(decision));
    }
    (state, changes)
}

fn at(period: usize) -> Time {
    Time(START.0 + period as u64 * PERIOD)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn constant_input_moves_nothing(
        loads in vec(0.0..1.0_f64, 1..8),
        part in 0.0..0.3_f64,
        replicas in 1..4_u32,
        margin in 0.0..0.3_f64,
    ) {
        let mut question = question(0, loads.len(), part);
        question.replicas = replicas;
        question.policy.margin = margin;
        let (_, changes) = run(&question, State::default(), 60, |period, _| fleet(&loads, at(period)));
        prop_assert!(changes.len() <= 1, "{changes:#?}");
    }

    #[test]
    fn noise_below_the_margin_moves_nothing(
        bases in vec(0.0..0.5_f64, 2..6),
        margin in 0.02..0.3_f64,
        part in 0.0..0.1_f64,
        noise in vec(vec(-1.0..1.0_f64, 6), 80),
    ) {
        let mut question = question(0, bases.len(), part);
        question.policy.margin = margin;
        let (_, changes) = run(&question, State::default(), noise.len(), |period, _| {
            // Between two clusters the noise is twice as large.
            let noise = |cluster: usize| if period == 0 { 0.0 } else { noise[period][cluster] * margin * 0.49 };
            let loads: Vec<f64> = bases.iter().enumerate().map(|(c, base)| (base + noise(c)).max(0.0)).collect();
            fleet(&loads, at(period))
        });
        prop_assert_eq!(changes.len(), 1, "{:#?}", changes);
    }

    #[test]
    fn a_step_of_load_moves_it_exactly_once(
        bases in vec(0.0..0.4_f64, 2..6),
        part in 0.01..0.1_f64,
        step in 0.52..0.6_f64,
        when in 1..20_usize,
    ) {
        let question = question(0, bases.len(), part);
        let mut busy = None;
        let (state, changes) = run(&question, State::default(), 120, |period, state| {
            if period == when {
                busy = state.selected.first().cloned();
            }
            let load = |(cluster, base): (usize, &f64)| {
                let own = if state.selected.contains(&name(cluster)) { part } else { 0.0 };
                base + own + if busy == Some(name(cluster)) { step } else { 0.0 }
            };
            fleet(&bases.iter().enumerate().map(load).collect::<Vec<_>>(), at(period))
        });
        prop_assert_eq!(changes.len(), 2, "{:#?}", changes);
        prop_assert_ne!(state.selected.first(), busy.as_ref());
    }

    /// Whatever the loads do: nobody goes where nothing is known, and nobody leaves where nothing is known.
    #[test]
    fn lost_metrics_move_nothing(
        periods in vec(vec(option::weighted(0.7, 0.0..1.0_f64), 4), 1..80),
    ) {
        let question = question(0, 4, 0.05);
        let start = State { selected: vec![name(0)], ..State::default() };
        let (_, changes) = run(&question, start, periods.len(), |period, _| {
            let loads = &periods[period];
            let mut fleet = fleet(&loads.iter().map(|l| l.unwrap_or_default()).collect::<Vec<_>>(), at(period));
            for (cluster, load) in fleet.clusters.iter_mut().zip(loads) {
                if load.is_none() {
                    cluster.cpu = None;
                }
            }
            fleet
        });
        for change in changes {
            let known = |cluster: &str| {
                change.scores.iter().any(|score| score.cluster == cluster && score.total.is_some())
            };
            for score in change.scores.iter().filter(|s| s.incumbent || change.selected.contains(&s.cluster)) {
                prop_assert!(known(&score.cluster), "{change:#?}");
            }
        }
    }

    /// A cluster of which something is unknown is worth as much as one that is closed.
    #[test]
    fn unknown_is_not_zero(
        loads in vec(0.0..1.0_f64, 2..6),
        which: Index,
        number in 0..5_usize,
        value in prop_oneof![Just(None), Just(Some(f64::NAN)), Just(Some(f64::INFINITY)), Just(Some(-1.0)), Just(Some(1e300))],
        age in prop_oneof![Just(0_u64), Just(61_000)],
    ) {
        let which = which.index(loads.len());
        let mut question = question(0, loads.len(), 0.05);
        question.metrics = vec![MetricWeight { name: "depth".to_owned(), weight: 1.0 }];
        let observe = |period: usize, unknown: bool| {
            let mut fleet = fleet(&loads, at(period));
            for cluster in &mut fleet.clusters {
                cluster.metrics.insert("depth".to_owned(), Sample { value: 0.5, at: at(period) });
                cluster.unschedulable = Some(Sample { value: 0.0, at: at(period) });
            }
            let cluster = &mut fleet.clusters[which];
            if !unknown {
                cluster.cordoned = true;
                return fleet;
            }
            let sample = value.map(|value| Sample { value, at: Time(at(period).0 - age) });
            match number {
                0 => cluster.cpu = sample,
                1 => cluster.memory = sample,
                2 => cluster.cpu_capacity = value.filter(|v| *v < 1e9),
                3 => { cluster.metrics.remove("depth"); }
                _ => cluster.unschedulable = sample.filter(|s| s.value < 1e9),
            }
            fleet
        };
        // A pipeline that runs nowhere may go to the unknown: then there is nothing else, and that is another test.
        let start = (0..loads.len()).find(|cluster| *cluster != which).map(name);
        let start = State { selected: start.into_iter().collect(), ..State::default() };
        let unknown = run(&question, start.clone(), 20, |period, _| observe(period, true)).0;
        let closed = run(&question, start, 20, |period, _| observe(period, false)).0;
        prop_assert_eq!(unknown.selected, closed.selected);
    }

    #[test]
    fn the_order_of_lists_does_not_matter(
        loads in vec(prop_oneof![Just(0.3), 0.0..1.0_f64], 2..8),
        parts in vec(0.0..0.2_f64, 1..12),
        placed in vec(option::of(any::<Index>()), 12),
        order in any::<u64>(),
    ) {
        let clusters = loads.len();
        let mut questions: Vec<Question> =
            parts.iter().enumerate().map(|(number, part)| question(number, clusters, *part)).collect();
        let mut states: BTreeMap<String, State> = questions
            .iter()
            .zip(&placed)
            .map(|(question, place)| {
                let selected = place.map(|place| name(place.index(clusters))).into_iter().collect();
                (question.name.clone(), State { selected, ..State::default() })
            })
            .collect();
        let mut shuffled = states.clone();
        for period in 0..10 {
            let mut fleet = fleet(&loads, at(period));
            advance(&mut states, &fleet, &questions, at(period));
            fleet.clusters.rotate_left(usize::try_from(order % clusters as u64).unwrap_or(0));
            fleet.clusters.reverse();
            let turn = usize::try_from(order % questions.len() as u64).unwrap_or(0);
            questions.rotate_left(turn);
            for question in &mut questions {
                question.candidates.reverse();
            }
            advance(&mut shuffled, &fleet, &questions, at(period));
            prop_assert_eq!(&states, &shuffled);
        }
    }

    /// Pipelines on some clusters, and one cluster that is empty: it is filled, nobody is overrun, and then there is peace.
    #[test]
    fn a_cold_cluster_draws_no_herd(
        clusters in 2..6_usize,
        parts in vec(0.01..0.1_f64, 8..40),
        requested in prop_oneof![Just(0.0), 0.0..1.5_f64],
        lag in 1..4_usize,
    ) {
        let questions: Vec<Question> =
            parts.iter().enumerate().map(|(number, part)| question(number, clusters + 1, *part)).collect();
        let mut states: BTreeMap<String, State> = questions
            .iter()
            .enumerate()
            .map(|(number, q)| (q.name.clone(), State { selected: vec![name(number % clusters)], ..State::default() }))
            .collect();
        // Everything is to fit; what is requested is not what is used.
        let scale = (0.75 * clusters as f64 / parts.iter().sum::<f64>()).min(1.0);
        let used: BTreeMap<&str, f64> =
            questions.iter().zip(&parts).map(|(question, part)| (question.name.as_str(), part * scale)).collect();
        let ask = |q: &Question| {
            let part = used[q.name.as_str()] * requested * CORES;
            Question { request: Request { cpu: part, memory: part }, ..q.clone() }
        };
        let questions: Vec<Question> = questions.iter().map(ask).collect();
        let loads = |states: &BTreeMap<String, State>| {
            let mut loads = vec![0.0; clusters + 1];
            for (cluster, load) in loads.iter_mut().enumerate() {
                let here = questions.iter().filter(|q| states[&q.name].selected[0] == name(cluster));
                *load = here.map(|q| used[q.name.as_str()]).sum();
            }
            loads
        };
        let first = loads(&states).into_iter().fold(0.0, f64::max);
        let largest = parts.iter().copied().fold(0.0, f64::max) * scale;
        let mut history = vec![loads(&states); 4];
        let mut last_move = 0;
        for period in 0..400 {
            let seen: Vec<f64> = history[history.len() - 1 - lag].iter().map(|load| load.min(1.0)).collect();
            let before = states.clone();
            advance(&mut states, &fleet(&seen, at(period)), &questions, at(period));
            if before.iter().any(|(name, state)| state.selected != states[name].selected) {
                last_move = period;
            }
            let now = loads(&states);
            let most = now.iter().copied().fold(0.0, f64::max);
            prop_assert!(most <= first + largest, "period {period}: {now:?}");
            history.push(now);
        }
        let end = history.last().expect("there is one");
        let mean = end.iter().sum::<f64>() / end.len() as f64;
        let most = end.iter().copied().fold(0.0, f64::max);
        // The margin, and what the largest is taken for.
        prop_assert!(most <= mean + 0.1 + (largest * requested.max(1.0)).max(0.05) + 1e-9, "{end:?}");
        prop_assert!(last_move < 300, "the last move was in period {last_move}");
    }

    /// Within a minute no more moves begin than the fleet allows, whatever the loads do.
    #[test]
    fn the_budget_is_kept(periods in vec(vec(0.0..1.0_f64, 4), 30), moves in 0..5_u32) {
        let questions: Vec<Question> = (0..30).map(|number| question(number, 4, 0.02)).collect();
        let mut states: BTreeMap<String, State> = questions
            .iter()
            .map(|q| (q.name.clone(), State { selected: vec![name(0)], ..State::default() }))
            .collect();
        let mut begun: Vec<usize> = Vec::new();
        for (period, _) in periods.iter().enumerate() {
            // Loads stay for five periods, so that there are moves at all.
            let mut fleet = fleet(&periods[period / 5 * 5], at(period));
            fleet.moves = moves;
            let before = states.clone();
            advance(&mut states, &fleet, &questions, at(period));
            begun.push(before.iter().filter(|(name, state)| state.selected != states[*name].selected).count());
            let minute: usize = begun.iter().rev().take(4).sum();
            prop_assert!(minute <= moves as usize, "{begun:?}");
        }
    }

    #[test]
    fn argmin_is_argmin(loads in vec(0.0..1.0_f64, 1..8)) {
        let mut question = question(0, loads.len(), 0.1);
        question.policy.strategy = Chosen::LeastLoaded;
        let start = State { selected: vec![name(0)], ..State::default() };
        let (decision, _) = decide(&question, &fleet(&loads, START), &start, START);
        let place = |cluster: &String| loads[(0..loads.len()).find(|c| name(*c) == *cluster).expect("a cluster")];
        let least = loads.iter().copied().fold(1.0, f64::min);
        prop_assert!((place(&decision.selected[0]) - least).abs() < 1e-6);
    }

    /// Nonsense of every kind: no panic, never more clusters than asked for, never one that is not a candidate.
    #[test]
    fn nonsense_is_survived(
        fleet in hostile_fleet(),
        mut questions in vec(hostile_question(), 1..4),
        states in vec(hostile_state(), 4),
        times in vec(any::<u64>(), 1..6),
    ) {
        for (number, question) in questions.iter_mut().enumerate() {
            question.name.push_str(&number.to_string());
        }
        let mut states: Vec<State> = states.into_iter().take(questions.len()).collect();
        for time in times {
            let pipelines: Vec<(&Question, &State)> = questions.iter().zip(&states).collect();
            let answers = decide_fleet(&fleet, &pipelines, Time(time));
            for ((question, before), (decision, state)) in pipelines.iter().zip(&answers) {
                let wanted = (question.replicas.max(1) as usize).max(before.selected.len());
                prop_assert!(decision.selected.len() <= wanted);
                let new = decision.selected.iter().filter(|name| !before.selected.contains(name));
                for cluster in new {
                    prop_assert!(question.candidates.contains(cluster), "{decision:#?}");
                }
                for score in &decision.scores {
                    prop_assert!(score.total.is_none_or(|total| (-1e-9..=1.0 + 1e-9).contains(&total)), "{score:?}");
                    prop_assert!(score.rejection.as_ref().is_none_or(|r| !r.to_string().is_empty()));
                }
                prop_assert!(!decision.reason.to_string().is_empty());
                let text = serde_json::to_string(state).expect("JSON");
                prop_assert_eq!(&serde_json::from_str::<State>(&text).expect("a state"), state);
                serde_json::to_string(decision).expect("JSON");
            }
            states = answers.into_iter().map(|(_, state)| state).collect();
        }
    }

    /// A restart in any period changes nothing, and asking twice in a period is asking once.
    #[test]
    fn a_restart_and_a_second_question_change_nothing(
        periods in vec(vec(option::weighted(0.9, 0.0..1.0_f64), 3), 1..60),
        restarts in vec(any::<bool>(), 60),
    ) {
        let question = question(0, 3, 0.05);
        let (mut one, mut other) = (State::default(), State::default());
        for (period, loads) in periods.iter().enumerate() {
            let now = at(period);
            let mut fleet = fleet(&loads.iter().map(|l| l.unwrap_or_default()).collect::<Vec<_>>(), now);
            for (cluster, load) in fleet.clusters.iter_mut().zip(loads) {
                cluster.ready = load.is_some();
            }
            one = decide(&question, &fleet, &one, now).1;
            other = decide(&question, &fleet, &other, now).1;
            if restarts[period] {
                let text = serde_json::to_string(&other).expect("JSON");
                prop_assert!(text.len() < 1_000, "{text}");
                other = serde_json::from_str(&text).expect("a state");
                let (again, state) = decide(&question, &fleet, &other, now);
                prop_assert!(!again.changed);
                other = state;
            }
            prop_assert_eq!(&one, &other);
        }
    }
}

/// A period of a fleet.
fn advance(states: &mut BTreeMap<String, State>, fleet: &Fleet, questions: &[Question], now: Time) {
    let pipelines: Vec<(&Question, &State)> = questions.iter().map(|q| (q, &states[&q.name])).collect();
    let answers = decide_fleet(fleet, &pipelines, now);
    for (question, (_, state)) in questions.iter().zip(answers) {
        states.insert(question.name.clone(), state);
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), 0.0..1.0_f64, Just(f64::NAN), Just(f64::INFINITY), Just(f64::MAX), Just(-0.0)]
}

fn sample() -> impl Strategy<Value = Option<Sample>> {
    let at = prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)];
    option::of((number(), at).prop_map(|(value, at)| Sample { value, at: Time(at) }))
}

fn length() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        Just(Duration::MAX),
        any::<u32>().prop_map(|s| Duration::from_secs(s.into()))
    ]
}

fn cluster_name() -> impl Strategy<Value = String> {
    "[a-d]?"
}

fn hostile_cluster() -> impl Strategy<Value = Cluster> {
    let numbers = (option::of(number()), option::of(number()), sample(), sample(), sample(), sample());
    (cluster_name(), any::<[bool; 4]>(), numbers).prop_map(
        |(name, [ready, cordoned, taint, evicts], numbers)| {
            let effect = if evicts { Effect::NoExecute } else { Effect::NoSchedule };
            let (cpu_capacity, memory_capacity, cpu, memory, unschedulable, metric) = numbers;
            Cluster {
                name,
                ready,
                cordoned,
                taints: taint
                    .then(|| Taint { key: "t".to_owned(), value: String::new(), effect })
                    .into_iter()
                    .collect(),
                cpu_capacity,
                memory_capacity,
                cpu,
                memory,
                unschedulable,
                metrics: metric.map(|sample| ("depth".to_owned(), sample)).into_iter().collect(),
                ..Cluster::default()
            }
        },
    )
}

fn hostile_fleet() -> impl Strategy<Value = Fleet> {
    (length(), length(), any::<u32>(), vec(hostile_cluster(), 0..6)).prop_map(
        |(every, stale_after, moves, clusters)| Fleet { every, stale_after, moves, clusters, scores: None },
    )
}

fn hostile_question() -> impl Strategy<Value = Question> {
    let policy = (any::<bool>(), number(), length(), number(), number());
    let names = (vec(cluster_name(), 0..6), vec(cluster_name(), 0..3));
    let numbers = (number(), number(), number(), number(), number(), number());
    (names, 0..5_u32, policy, numbers, any::<[bool; 3]>()).prop_map(
        |((candidates, ordered), replicas, policy, n, [functions_pinned, moving, tolerant])| Question {
            name: "n/".to_owned(),
            candidates,
            replicas,
            needs: Needs {
                tolerations: tolerant.then(Toleration::default).into_iter().collect(),
                ..Needs::default()
            },
            weights: Weights { cpu: n.0, memory: n.1 },
            metrics: vec![
                MetricWeight { name: "depth".to_owned(), weight: n.2 },
                MetricWeight { name: PENDING.to_owned(), weight: n.3 },
            ],
            request: Request { cpu: n.4, memory: n.5 },
            policy: Policy {
                strategy: if policy.0 { Chosen::Balanced } else { Chosen::LeastLoaded },
                margin: policy.1,
                hold: policy.2,
                limit: Limit { cpu: policy.3, memory: policy.4 },
            },
            functions_pinned,
            ordered,
            moving,
        },
    )
}

/// A status that somebody has edited.
fn hostile_state() -> impl Strategy<Value = State> {
    let times = (any::<u64>(), any::<u64>(), any::<u64>());
    (vec(cluster_name(), 0..4), vec(cluster_name(), 0..4), times, any::<u8>(), any::<u8>()).prop_map(
        |(selected, previous, (a, b, c), periods, doublings)| {
            let json = serde_json::json!({
                "selected": selected, "previous": previous, "changedAt": a, "settledAt": b,
                "moves": [{ "at": c, "from": "a", "to": "b" }],
                "caution": { "doublings": doublings, "since": c },
                "better": { "periods": periods, "at": a },
                "unfit": { "a": { "periods": periods, "at": b } },
            });
            let state: State = serde_json::from_value(json).expect("a state");
            // Counts of nothing are not written, whatever their time.
            serde_json::from_str(&serde_json::to_string(&state).expect("JSON")).expect("a state")
        },
    )
}
