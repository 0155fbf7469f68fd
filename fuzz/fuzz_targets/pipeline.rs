//! Any project is checked, drawn and, without errors, compiled, without a panic; formatting changes nothing of what is
//! compiled, nor what is wrong.
#![no_main]

use efl_compiler::{
    compile::{self, Options},
    db::Database,
    diag::Level,
    expand, fmt,
    graph::Graph,
    project,
    spec::Management,
    system::MemorySystem,
    yaml,
};
use libfuzzer_sys::{Corpus, fuzz_crossover, fuzz_mutator, fuzz_target};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What becomes of a project: the codes of its errors, or what it compiles to.
#[derive(PartialEq, Debug)]
enum Outcome {
    Wrong(Vec<&'static str>),
    Compiled(String),
}

fn outcome(files: &[(String, String)]) -> Outcome {
    let mut system = MemorySystem::default();
    for (path, text) in files.iter().rev() {
        system.files.insert(path.clone(), text.as_str().into());
    }
    let db = Database::load(&system, &["main.efl".to_owned()]);
    let sources: Vec<_> = db.workspace().files(&db).values().copied().collect();
    let found = sources.iter().flat_map(|source| project::diagnostics(&db, *source));
    let errors = found.filter(|d| d.level == Level::Error);
    let mut errors: Vec<_> = errors.map(|d| d.rule.code).collect();
    let orchestrators: Vec<_> =
        sources.iter().flat_map(|source| project::orchestrators(&db, *source)).collect();
    let graph = Graph::of(&orchestrators);
    drop((graph.svg(), graph.mermaid(), graph.dot(), graph.json()));
    if !errors.is_empty() {
        errors.sort_unstable();
        return Outcome::Wrong(errors);
    }
    let mut out = String::new();
    let unknown = project::params(&db).iter().any(|(_, _, known)| !known);
    for mut orc in orchestrators.into_iter().filter(|_| !unknown) {
        // Formatting moves lines.
        orc.origins.iter_mut().for_each(|origin| origin.line = 0);
        let resources = compile::resources(&orc, &Options::default());
        let resources =
            resources.unwrap_or_else(|errors| panic!("no error, but it cannot be made: {errors:?}"));
        for resource in resources.iter().chain([&expand::orchestrator(&orc, Management::External)]) {
            yaml::write(&mut out, resource).expect("it has a YAML form");
        }
    }
    Outcome::Compiled(out)
}

/// Whether formatting leaves no declaration as it is.
fn format(files: &[(String, String)]) -> (Vec<(String, String)>, bool) {
    let mut whole = true;
    let format = |(path, text): &(String, String)| {
        if !path.ends_with(".efl") {
            return (path.clone(), text.clone());
        }
        let formatted = fmt::format(text);
        whole &= formatted.skipped.is_empty();
        (path.clone(), formatted.text)
    };
    (files.iter().map(format).collect(), whole)
}

/// Says now and then how many runs got as far as resources.
fn count(outcome: &Outcome) {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    static RESOURCES: AtomicUsize = AtomicUsize::new(0);
    let made = usize::from(matches!(outcome, Outcome::Compiled(text) if !text.is_empty()));
    let made = RESOURCES.fetch_add(made, Relaxed) + made;
    let runs = RUNS.fetch_add(1, Relaxed) + 1;
    if runs.is_power_of_two() && runs > 1000 {
        eprintln!("{made} of {runs} runs made resources");
    }
}

fuzz_target!(|text: &str| -> Corpus {
    let files = efl_fuzz::files(text);
    let before = outcome(&files);
    count(&before);
    let (formatted, whole) = format(&files);
    // A declaration that does not begin its line is put there, which mends E0128.
    let indented = matches!(&before, Outcome::Wrong(errors) if errors.iter().any(|code| *code == "E0128"));
    if whole && !indented {
        assert_eq!(outcome(&formatted), before, "formatting changes nothing");
    }
    // What is quite wrong leads to nothing that is right.
    match before {
        Outcome::Wrong(errors) if errors.len() > 1 => Corpus::Reject,
        _ => Corpus::Keep,
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    efl_fuzz::mutate(data, size, max_size, seed)
});

fuzz_crossover!(|first: &[u8], second: &[u8], out: &mut [u8], seed: u32| {
    efl_fuzz::cross_over(first, second, out, seed)
});
