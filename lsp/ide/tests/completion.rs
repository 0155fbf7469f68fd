//! How high completion puts what is expected: the corpus in `corpus/`, and the mean reciprocal rank over it.

use efl_compiler::{
    db::{Database, SourceFile},
    system::MemorySystem,
};
use efl_grammar::TextSize;
use efl_ide::completion::completion;
use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, sync::Arc};

/// What the mean reciprocal rank must not fall below.
const LEAST: f64 = 0.91;

/// A place where completion is asked.
struct Case {
    file: String,
    line: usize,
    /// What has been typed.
    typed: String,
    expected: String,
    /// The text of the file at that moment.
    text: String,
    offset: usize,
}

/// The texts without marks, and the cases of each.
fn cases(marked: &str) -> (BTreeMap<String, Arc<str>>, Vec<Case>) {
    let mut files: BTreeMap<String, Arc<str>> = BTreeMap::new();
    let mut cases = Vec::new();
    for part in marked.split("//- /").skip(1) {
        let (file, text) = part.split_once('\n').expect("a path stands on its line");
        // `|` is a sign of the language, too: only the one in a mark is taken out.
        let unmarked = |text: &str| {
            let mut out = String::new();
            for (at, part) in text.split('«').enumerate() {
                match part.split_once('»') {
                    Some((word, rest)) if at > 0 => out.push_str(&(word.replace('|', "") + rest)),
                    _ => out.push_str(part),
                }
            }
            out
        };
        for (start, _) in text.match_indices('«') {
            let behind = &text[start + '«'.len_utf8()..];
            let (word, rest) = behind.split_once('»').expect("a mark ends");
            let (typed, _) = word.split_once('|').unwrap_or(("", ""));
            let line_end = rest.find('\n').unwrap_or(rest.len());
            let (line, below) = rest.split_at(line_end);
            let open = if line.trim_end().ends_with('{') { " {" } else { "" };
            let before = unmarked(&text[..start]) + typed;
            cases.push(Case {
                file: file.to_owned(),
                line: text[..start].matches('\n').count() + 1,
                typed: typed.to_owned(),
                expected: word.replace('|', ""),
                offset: before.len(),
                text: before + open + &unmarked(below),
            });
        }
        files.insert(file.to_owned(), unmarked(text).into());
    }
    (files, cases)
}

/// The rank of what is expected, from 1, `None` if it is not there; and what comes first.
fn rank(db: &Database, file: SourceFile, case: &Case) -> (Option<usize>, String) {
    let offset = TextSize::try_from(case.offset).expect("it is small");
    let found = completion(db, file, offset);
    let mut fitting = found.items.iter().filter(|item| item.label.starts_with(&case.typed)).peekable();
    let first = fitting.peek().map(|item| item.label.clone()).unwrap_or_default();
    let is_expected =
        |label: &str| label == case.expected || label.starts_with(&format!("{} ", case.expected));
    (fitting.position(|item| is_expected(&item.label)).map(|at| at + 1), first)
}

#[test]
fn what_is_expected_comes_first() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut paths: Vec<_> =
        fs::read_dir(corpus).expect("it is there").map(|entry| entry.expect("it is there").path()).collect();
    paths.sort();
    let (mut sum, mut count, mut missed) = (0.0, 0, String::new());
    for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "txt")) {
        let marked = fs::read_to_string(path).expect("it is text");
        let (files, cases) = cases(&marked);
        let system = MemorySystem { files: files.into_iter().collect() };
        let roots: Vec<String> = system.files.keys().filter(|path| path.ends_with(".efl")).cloned().collect();
        let mut db = Database::load(&system, &roots);
        for case in cases {
            db.edit(&system, &case.file, Some(case.text.as_str().into()));
            let file = db.file(&case.file).expect("it is loaded");
            let (rank, first) = rank(&db, file, &case);
            #[allow(clippy::cast_precision_loss)] // a small number
            let score = rank.map_or(0.0, |rank| 1.0 / rank as f64);
            if score < 1.0 {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                let _ = writeln!(
                    missed,
                    "{name} {}:{} «{}|{}» {rank:?} behind `{first}`",
                    case.file, case.line, case.typed, case.expected
                );
            }
            db.edit(&system, &case.file, system.files.get(&case.file).cloned());
            sum += score;
            count += 1;
        }
    }
    let mean = sum / f64::from(count);
    println!("{missed}mrr {mean:.2} n={count}");
    assert!(mean > LEAST, "{missed}mrr {mean:.2} n={count}");
}
