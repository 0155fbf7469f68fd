//! One mistake, one diagnostic, in programs as people write them: in every example each token is left out, doubled or
//! misspelt, one at a time, and what is said then is counted.
//!
//! An error that is said of each use of one name counts once: each use is a place to mend. A sample is taken, one of 23
//! tokens; `EFL_MISTAKES=1` takes every one and prints what brings more than one error.

mod common;

use common::files::{below, root};
use efl_compiler::{db::Database, diag::Level, project, system::MemorySystem};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    sync::Arc,
};

/// Of this many mistakes one may bring more than one error.
const ONE_IN: usize = 50;

/// A way to make a mistake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Slip {
    LeftOut,
    Doubled,
    Misspelt,
}

/// A text with one mistake in it.
struct Mistake<'a> {
    slip: Slip,
    file: &'a str,
    line: usize,
    token: &'a str,
    text: String,
}

impl fmt::Display for Mistake<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {:?} `{}`", self.file, self.line, self.slip, self.token)
    }
}

impl<'a> Mistake<'a> {
    /// Makes a mistake of a token, if there is one of that kind to make.
    fn new(slip: Slip, file: &'a str, text: &'a str, start: usize, token: &'a str) -> Option<Self> {
        let (before, behind) = (&text[..start], &text[start + token.len()..]);
        let instead = match slip {
            Slip::LeftOut => String::new(),
            Slip::Doubled => format!("{token} {token}"),
            Slip::Misspelt => misspelt(token)?,
        };
        let line = before.matches('\n').count() + 1;
        Some(Self { slip, file, line, token, text: format!("{before}{instead}{behind}") })
    }
}

/// A word with two letters in the wrong order.
fn misspelt(word: &str) -> Option<String> {
    let mut letters: Vec<char> = word.chars().collect();
    let is_word = letters.len() > 3 && letters.iter().all(char::is_ascii_alphabetic);
    (is_word && letters[1] != letters[2]).then(|| {
        letters.swap(1, 2);
        letters.into_iter().collect()
    })
}

/// The tokens of a text that are neither blanks nor comments.
fn tokens(text: &str) -> Vec<(usize, &str)> {
    let tree = efl_grammar::parse(text).syntax();
    let all = tree.descendants_with_tokens().filter_map(|element| element.into_token());
    let solid = all.filter(|token| !token.kind().is_trivia());
    solid
        .map(|token| {
            let range = token.text_range();
            (usize::from(range.start()), text[range].trim_end())
        })
        .filter(|(_, token)| !token.is_empty() && !token.starts_with("///"))
        .collect()
}

/// The errors of a file, those of one name and kind once.
fn errors(files: &BTreeMap<String, Arc<str>>, name: &str) -> BTreeSet<String> {
    let mut system = MemorySystem::default();
    system.files.clone_from(files);
    let db = Database::load(&system, &[name.to_owned()]);
    let file = db.file(name).expect("it was loaded");
    let errors = project::diagnostics(&db, file).into_iter().filter(|d| d.level == Level::Error);
    errors.map(|d| format!("{} {}", d.rule.code, d.message)).collect()
}

#[test]
fn a_slip_of_the_fingers_is_one_error() {
    let asked = std::env::var("EFL_MISTAKES").ok().and_then(|every| every.parse().ok());
    let every = asked.unwrap_or(23);
    let (mut made, mut wrong) = (0, Vec::new());
    for folder in fs::read_dir(root().join("examples")).expect("the examples") {
        let folder = folder.expect("an entry").path();
        if !folder.is_dir() {
            continue;
        }
        let read = |name: String| {
            let text = fs::read_to_string(folder.join(&name)).expect("it can be read");
            (name, Arc::from(text))
        };
        let mut files: BTreeMap<String, Arc<str>> =
            below(&folder, "", &[".efl", ".json"]).into_iter().map(read).collect();
        for (name, text) in files.clone().iter().filter(|(name, _)| name.ends_with(".efl")) {
            let before = errors(&files, name);
            assert!(before.is_empty(), "{name}: {before:?}");
            let slips = [Slip::LeftOut, Slip::Doubled, Slip::Misspelt];
            let mistakes = tokens(text).into_iter().enumerate().flat_map(|(at, (start, token))| {
                // Each way in turn, and another share of the tokens in each file.
                let chosen =
                    slips.iter().enumerate().filter(move |(way, _)| (at + way * 7) % every == every / 8);
                chosen.filter_map(move |(_, slip)| Mistake::new(*slip, name, text, start, token))
            });
            for mistake in mistakes {
                files.insert(name.clone(), Arc::from(mistake.text.as_str()));
                let errors = errors(&files, name);
                made += 1;
                if errors.len() > 1 {
                    let said: Vec<String> = errors.into_iter().collect();
                    wrong.push(format!("{mistake}\n    {}", said.join("\n    ")));
                }
            }
            files.insert(name.clone(), text.clone());
        }
    }
    println!("mistakes={made} more-than-one={}", wrong.len());
    if asked.is_some() {
        println!("{}", wrong.join("\n"));
    }
    assert!(made > 500, "the examples have tokens: {made}");
    assert!(wrong.len() * ONE_IN <= made, "{} of {made}:\n{}", wrong.len(), wrong.join("\n"));
}
