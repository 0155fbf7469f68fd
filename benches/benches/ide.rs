//! `cargo bench -p efl-benches --bench ide`: what an editor asks, right after a character of the file changed: in a
//! workspace of 20 files, 2,400 lines each.

use divan::Bencher;
use efl_benches::lines;
use efl_compiler::{
    db::{Database, SourceFile},
    system::MemorySystem,
};
use efl_grammar::{TextRange, TextSize};
use efl_ide::{
    call_hierarchy, code_actions, definition, folding, hover, inlay_hints, references, rename, selection,
    semantic_tokens, signature_help, symbols,
};
use std::{cell::RefCell, sync::Arc};

fn main() {
    divan::main();
}

const FILES: usize = 20;
const LINES: usize = 2_400;

struct Workspace {
    db: Database,
    system: MemorySystem,
    file: SourceFile,
    text: String,
    /// The number that changes.
    edited: usize,
    turn: u32,
}

impl Workspace {
    fn new() -> Self {
        let text = lines(LINES);
        let mut system = MemorySystem::default();
        let names: Vec<String> = (0..FILES).map(|n| format!("file-{n}.efl")).collect();
        for name in &names {
            system.files.insert(name.clone(), Arc::from(&*text));
        }
        let db = Database::load(&system, &names);
        let file = db.file("file-0.efl").expect("it was loaded");
        let edited = text[..text.len() / 2].rfind("LOG: \"on\"").expect("every pipeline has it") + 6;
        Self { db, system, file, text, edited, turn: 0 }
    }

    /// Where a piece of the text begins, in the middle of the file.
    fn at(&self, piece: &str) -> TextSize {
        let at = self.text[..self.text.len() / 2].rfind(piece).expect("every pipeline has it");
        TextSize::try_from(at).expect("it is small")
    }

    /// Types a character: never the same text twice.
    fn edit(&mut self) {
        self.turn += 1;
        let text =
            format!("{}{:02}{}", &self.text[..self.edited], self.turn % 100, &self.text[self.edited + 2..]);
        self.db.edit(&self.system, "file-0.efl", Some(Arc::from(text)));
    }
}

/// Measures an answer; the workspace was asked the same before the edit.
fn after_an_edit<T>(bencher: Bencher, ask: impl Fn(&Workspace) -> T) {
    let workspace = RefCell::new(Workspace::new());
    ask(&workspace.borrow());
    let edit = || workspace.borrow_mut().edit();
    bencher.with_inputs(edit).bench_local_values(|()| ask(&workspace.borrow()));
}

#[divan::bench(sample_count = 100)]
fn hover_of_a_function(bencher: Bencher) {
    after_an_edit(bencher, |w| hover::hover(&w.db, w.file, w.at("classify(plate)") + TextSize::new(1)));
}

#[divan::bench(sample_count = 100)]
fn go_to_definition(bencher: Bencher) {
    after_an_edit(bencher, |w| {
        definition::definition(&w.db, w.file, w.at("verdict.level") + TextSize::new(9))
    });
}

#[divan::bench(sample_count = 100)]
fn find_references(bencher: Bencher) {
    after_an_edit(bencher, |w| references::references(&w.db, w.file, w.at("store(plate)"), true));
}

#[divan::bench(sample_count = 20)]
fn rename_a_function(bencher: Bencher) {
    after_an_edit(bencher, |w| rename::rename(&w.db, w.file, w.at("store(plate)"), "keep"));
}

#[divan::bench(sample_count = 20)]
fn incoming_calls(bencher: Bencher) {
    after_an_edit(bencher, |w| call_hierarchy::incoming_calls(&w.db, w.file, w.at("store(plate)")));
}

#[divan::bench(sample_count = 100)]
fn semantic_tokens_of_the_file(bencher: Bencher) {
    after_an_edit(bencher, |w| semantic_tokens::semantic_tokens(&w.db, w.file));
}

#[divan::bench(sample_count = 100)]
fn inlay_hints_of_a_screen(bencher: Bencher) {
    let screen = |at: TextSize| TextRange::at(at, TextSize::new(3_000));
    after_an_edit(bencher, |w| inlay_hints::inlay_hints(&w.db, w.file, screen(w.at("store(plate)"))));
}

#[divan::bench(sample_count = 100)]
fn outline(bencher: Bencher) {
    after_an_edit(bencher, |w| symbols::document_symbols(&w.db, w.file));
}

#[divan::bench(sample_count = 20)]
fn symbols_of_the_workspace(bencher: Bencher) {
    after_an_edit(bencher, |w| symbols::workspace_symbols(&w.db, "cls"));
}

#[divan::bench(sample_count = 100)]
fn folds(bencher: Bencher) {
    after_an_edit(bencher, |w| folding::folds(&w.db, w.file));
}

#[divan::bench(sample_count = 100)]
fn selection_ranges(bencher: Bencher) {
    after_an_edit(bencher, |w| selection::selection_ranges(&w.db, w.file, w.at("store(plate)")));
}

#[divan::bench(sample_count = 100)]
fn signature(bencher: Bencher) {
    after_an_edit(bencher, |w| {
        signature_help::signature_help(&w.db, w.file, w.at("store(plate)") + TextSize::new(6))
    });
}

#[divan::bench(sample_count = 20)]
fn actions(bencher: Bencher) {
    after_an_edit(bencher, |w| {
        code_actions::code_actions(&w.db, w.file, TextRange::empty(w.at("store(plate)")))
    });
}
