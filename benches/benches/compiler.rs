//! `cargo bench -p efl-benches`: times and allocations of the compiler.

use divan::{AllocProfiler, Bencher, counter::BytesCount};
use efl_benches::{lines, program, system};
use efl_compiler::{compile, db::Database, project};
use std::sync::Arc;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// Text to lossless tree.
#[divan::bench(args = [240, 2_400, 24_000])]
fn parse(bencher: Bencher, count: usize) {
    let text = lines(count);
    bencher.counter(BytesCount::of_str(&text)).bench(|| efl_grammar::parse(&text));
}

/// A workspace from nothing to every diagnostic.
#[divan::bench(args = [240, 2_400, 24_000], sample_count = 10)]
fn check_cold(bencher: Bencher, count: usize) {
    let text = lines(count);
    let system = system(&text);
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let db = Database::load(&system, &["main.efl".to_owned()]);
        let file = db.file("main.efl").expect("it was loaded");
        project::diagnostics(&db, file).len()
    });
}

/// One character changes in the middle: to every diagnostic again.
#[divan::bench(args = [240, 2_400, 24_000], sample_count = 50)]
fn recheck_one_character(bencher: Bencher, count: usize) {
    let text = lines(count);
    let middle = text[..text.len() / 2].rfind("LOG: \"on\"").expect("every pipeline has it") + 6;
    let system = system(&text);
    let mut db = Database::load(&system, &["main.efl".to_owned()]);
    let file = db.file("main.efl").expect("it was loaded");
    project::diagnostics(&db, file);
    // Never the same text twice: nothing of an edit is remembered from an earlier one.
    let mut turn = 0_u32;
    let next = || {
        turn += 1;
        Arc::from(format!("{}{turn:02}{}", &text[..middle], &text[middle + 2..]))
    };
    bencher.with_inputs(next).bench_local_values(|text: Arc<str>| {
        db.edit(&system, "main.efl", Some(text));
        project::diagnostics(&db, file).len()
    });
}

/// From text to YAML.
#[divan::bench(args = [1, 100], sample_count = 10)]
fn compile_pipelines(bencher: Bencher, count: usize) {
    let text = program(count);
    let system = system(&text);
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let db = Database::load(&system, &["main.efl".to_owned()]);
        let file = db.file("main.efl").expect("it was loaded");
        let mut out = String::new();
        for orc in project::orchestrators(&db, file) {
            for resource in compile::resources(&orc, &compile::Options::default()).expect("it compiles") {
                efl_compiler::yaml::write(&mut out, &resource).expect("it has a YAML form");
            }
        }
        out.len()
    });
}
