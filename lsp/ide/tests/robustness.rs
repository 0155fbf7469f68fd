//! Every feature at every place of every example, and of examples that are half typed: nothing panics, and every place in
//! an answer is a place of its file.
//!
//! The ordinary run takes a sample, the same one each time; `cargo test --release --test robustness -- --ignored` takes
//! every place.

mod common;

use efl_compiler::{
    db::{Database, SourceFile},
    index::FileRange,
    system::MemorySystem,
};
use efl_grammar::{TextRange, TextSize};
use efl_ide::{
    call_hierarchy, code_actions, code_lens, completion, definition, folding, hover, inlay_hints, links,
    references, rename, selection, semantic_tokens, signature_help, symbols,
};
use std::{collections::BTreeMap, sync::Arc};

/// A workspace with one file open.
struct Opened {
    db: Database,
    file: SourceFile,
    text: Arc<str>,
}

impl Opened {
    fn new(files: &BTreeMap<String, Arc<str>>, path: &str, text: &str) -> Self {
        let mut system = MemorySystem { files: files.clone() };
        let text: Arc<str> = text.into();
        system.files.insert(path.to_owned(), text.clone());
        let db = Database::load(&system, &[path.to_owned()]);
        let file = db.file(path).expect("it was opened");
        Self { db, file, text }
    }

    /// Asks everything of the whole file.
    fn ask_file(&self) {
        let (db, file) = (&self.db, self.file);
        let whole = TextRange::up_to(TextSize::of(&*self.text));
        for token in semantic_tokens::semantic_tokens(db, file) {
            self.here([token.range]);
            assert!(!self.text[token.range].contains('\n'), "a token stands on one line");
        }
        self.here(inlay_hints::inlay_hints(db, file, whole).iter().map(|h| TextRange::empty(h.at)));
        self.here(folding::folds(db, file).iter().map(|f| f.range));
        self.here(links::links(db, file).iter().map(|l| l.range));
        self.here(code_lens::code_lenses(db, file).iter().map(|l| l.range));
        self.there(symbols::workspace_symbols(db, "r").iter().map(|s| s.place));
        let mut outline = symbols::document_symbols(db, file);
        while let Some(symbol) = outline.pop() {
            self.here([symbol.range]);
            assert!(symbol.range.contains_range(symbol.selection) && !symbol.name.is_empty());
            outline.extend(symbol.children);
        }
    }

    /// Asks everything of a place.
    fn ask(&self, at: TextSize) {
        let (db, file) = (&self.db, self.file);
        self.here(hover::hover(db, file, at).map(|h| h.range));
        let completions = completion::completion(db, file, at);
        self.here([completions.replaces]);
        self.there(completions.items.iter().filter_map(|c| c.import.as_ref()).map(|edit| edit.place));
        for found in [definition::definition(db, file, at), definition::type_definition(db, file, at)] {
            self.there(found.iter().flat_map(|d| d.targets.iter().copied()));
        }
        self.there(references::references(db, file, at, true).into_iter().flatten());
        self.here(references::highlight(db, file, at).iter().flatten().map(|h| h.range));
        if rename::prepare_rename(db, file, at).is_ok() {
            let edits = rename::rename(db, file, at, "another-name");
            self.there(edits.iter().flatten().map(|e| e.place));
        }
        self.there(call_hierarchy::prepare_call_hierarchy(db, file, at).iter().map(|s| s.place));
        call_hierarchy::incoming_calls(db, file, at);
        call_hierarchy::outgoing_calls(db, file, at);
        let ranges = selection::selection_ranges(db, file, at);
        for pair in ranges.windows(2) {
            assert!(pair[1].contains_range(pair[0]) && pair[0] != pair[1]);
        }
        signature_help::signature_help(db, file, at);
        let actions = code_actions::code_actions(db, file, TextRange::empty(at));
        self.there(actions.iter().flat_map(|a| &a.edits).map(|e| e.place));
    }

    fn here(&self, ranges: impl IntoIterator<Item = TextRange>) {
        self.there(ranges.into_iter().map(|range| FileRange { file: self.file, range }));
    }

    fn there(&self, places: impl IntoIterator<Item = FileRange>) {
        for place in places {
            let text = place.file.text(&self.db).unwrap_or_default();
            let range = std::ops::Range::<usize>::from(place.range);
            assert!(text.get(range).is_some(), "{place:?} is no place of its file");
        }
    }

    /// Every so many characters.
    fn places(&self, step: usize) -> impl Iterator<Item = TextSize> {
        let places = self.text.char_indices().map(|(at, _)| at).chain([self.text.len()]);
        places.step_by(step).map(|at| TextSize::try_from(at).expect("examples are small"))
    }
}

/// Asks at every so many characters of every example, and at the end of what is typed so far, every so many characters.
fn ask_everywhere(step: usize, typed: usize) {
    let files = common::examples();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".efl")) {
        let opened = Opened::new(&files, path, text);
        opened.ask_file();
        for at in opened.places(step) {
            opened.ask(at);
        }
        // As other editors write it.
        let foreign = Opened::new(&files, path, &format!("\u{feff}{}", text.replace('\n', "\r\n")));
        foreign.ask_file();
        for at in foreign.places(step * 10) {
            foreign.ask(at);
        }
        for end in opened.places(typed) {
            let typed = Opened::new(&files, path, &text[..usize::from(end)]);
            typed.ask_file();
            typed.ask(end);
        }
    }
}

#[test]
fn nothing_panics_at_a_sample_of_places() {
    ask_everywhere(41, 163);
}

#[test]
#[ignore = "minutes: every place"]
fn nothing_panics_anywhere() {
    ask_everywhere(1, 1);
}
