//! Broken programs: nothing panics, and nothing broken has a clean bill.
//!
//! The ordinary run takes a sample, the same one each time; `cargo test --release --test robustness -- --ignored` takes
//! every place of every program.

mod support;

use efl_compiler::{
    compile::{self, Options},
    db::Database,
    diag::Level,
    fmt::format,
    graph::Graph,
    project,
    system::MemorySystem,
    yaml,
};
use efl_grammar::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, TextSize, parse};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use support::{page::sections, project::Project};

/// A program and the files it imports.
struct Program {
    name: String,
    path: String,
    system: MemorySystem,
}

impl Program {
    fn text(&self) -> Arc<str> {
        self.system.files[&self.path].clone()
    }

    fn database(&self) -> Database {
        Database::load(&self.system, std::slice::from_ref(&self.path))
    }
}

/// The programs of the examples, each with all files of its folder.
fn examples() -> Vec<Program> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut files = BTreeMap::new();
    read(&root, "", &mut files);
    let system = MemorySystem { files };
    let paths = system.files.keys().filter(|path| path.ends_with(".efl"));
    let program = |path: &String| Program { name: path.clone(), path: path.clone(), system: system.clone() };
    paths.map(program).collect()
}

/// The programs of the spec.
fn spec() -> Vec<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/spec");
    let mut pages: Vec<PathBuf> =
        fs::read_dir(folder).expect("the spec").flatten().map(|e| e.path()).collect();
    pages.sort();
    let mut programs = Vec::new();
    for page in pages.iter().filter(|path| path.extension().is_some_and(|it| it == "md")) {
        let text = fs::read_to_string(page).expect("a text");
        let sections = sections(&text);
        let projects = sections.iter().flat_map(|section| Project::of(section).expect("it is well-formed"));
        for (number, project) in projects.enumerate() {
            let files = project.files.iter().map(|file| (file.path.clone(), Arc::from(file.text.as_str())));
            let system = MemorySystem { files: files.collect() };
            for path in system.files.keys().filter(|path| path.ends_with(".efl")) {
                let name = format!("{}, project {number}, {path}", page.display());
                programs.push(Program { name, path: path.clone(), system: system.clone() });
            }
        }
    }
    programs
}

fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Arc<str>>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read_to_string(entry.path()).expect("a text").into());
        }
    }
}

/// Does everything that can be done with a text in place of a program's: how many errors it has.
fn errors(db: &mut Database, program: &Program, text: &str) -> usize {
    db.edit(&program.system, &program.path, Some(text.into()));
    let file = db.file(&program.path).expect("it was loaded");
    let found = project::diagnostics(db, file);
    for diagnostic in &found {
        let range = std::ops::Range::<usize>::from(diagnostic.range);
        assert!(text.get(range).is_some(), "no place: {diagnostic:?}");
    }
    let orchestrators = project::orchestrators(db, file);
    let graph = Graph::of(&orchestrators);
    drop((graph.svg(), graph.mermaid(), graph.dot(), graph.json()));
    let errors = found.iter().filter(|d| d.level == Level::Error).count();
    for orc in orchestrators.iter().filter(|_| errors == 0) {
        for resource in compile::resources(orc, &Options::default()).unwrap_or_default() {
            yaml::write(&mut String::new(), &resource).expect("it has a YAML form");
        }
    }
    errors
}

/// The solid tokens of a tree.
fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    let tokens = node.descendants_with_tokens().filter_map(SyntaxElement::into_token);
    tokens.filter(|token| !token.kind().is_trivia() && !token.text().is_empty())
}

/// Whether a text of which the rest was cut off is broken: the cut is in a block comment or in a declaration. Only a
/// param or type may end before its end: behind a whole type or value, as far as its tokens tell.
fn is_broken(whole: &SyntaxNode, cut: usize) -> bool {
    let offset = TextSize::try_from(cut).expect("a short text");
    let begun = |token: &SyntaxToken| token.text_range().start() < offset;
    let goes_on = |token: &SyntaxToken| offset < token.text_range().end();
    if let Some(comment) =
        whole.token_at_offset(offset).left_biased().filter(|t| t.kind() == SyntaxKind::COMMENT)
    {
        let begins = comment.text_range().start() + TextSize::of("/*") <= offset;
        return comment.text().starts_with("/*") && begins && goes_on(&comment);
    }
    let is_cut = |item: &SyntaxNode| {
        tokens(item).find(|t| t.kind() != SyntaxKind::DOC_COMMENT).is_some_and(|first| begun(&first))
            && tokens(item).last().is_some_and(|last| goes_on(&last))
    };
    let Some(item) = whole.children().find(is_cut) else { return false };
    if !matches!(item.kind(), SyntaxKind::PARAM | SyntaxKind::TYPE_DECL) {
        return true;
    }
    let mut before: Vec<SyntaxToken> =
        tokens(&item).filter(|t| t.kind() != SyntaxKind::DOC_COMMENT).take_while(begun).collect();
    let Some(last) = before.last().cloned() else { return true };
    if before.len() < "param name : type".split(' ').count() || is_operator(&last) {
        return true;
    }
    // Two of the three quotes of a long text are a whole text.
    if last.kind() == SyntaxKind::QUOTE
        && last.text_range().start() + TextSize::of("\"\"") == offset
        && goes_on(&last)
    {
        before.pop();
    }
    !is_closed(&before)
}

fn is_closed(tokens: &[SyntaxToken]) -> bool {
    use SyntaxKind::*;
    let change = |token: &SyntaxToken| match token.kind() {
        L_BRACE | L_PAREN | L_BRACK | L_ANGLE | INTERP_OPEN => 1,
        R_BRACE | R_PAREN | R_BRACK | R_ANGLE => -1,
        _ => 0,
    };
    let quotes = tokens.iter().filter(|token| token.kind() == QUOTE).count();
    tokens.iter().map(change).sum::<i32>() == 0 && quotes.is_multiple_of(2)
}

fn is_operator(token: &SyntaxToken) -> bool {
    use SyntaxKind::*;
    matches!(token.kind(), OPERATOR | PIPE | EQ | COLON | DOT | DOT_DOT | QUESTION)
        || matches!(token.text(), "and" | "or" | "not" | "in" | "matches")
}

#[test]
fn an_indented_declaration_behind_another_is_not_left_out() {
    let text =
        "type T = int\n\n  function f { image: \"registry.example/f:1\" }\n  function f { image: 3 }\n";
    let files = [("main.efl".to_owned(), Arc::from(text))].into();
    let system = MemorySystem { files };
    let program = Program { name: String::new(), path: "main.efl".to_owned(), system };
    assert_eq!(errors(&mut program.database(), &program, text), 2);
}

/// Random numbers (xorshift64*), the same ones each time.
struct Random(u64);

impl Random {
    fn new(seed: &str) -> Self {
        let hash = seed
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3));
        Self(hash | 1)
    }

    /// A number below a limit, which is not 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).expect("31 bits") % limit
    }
}

/// Cuts each program off: everywhere if it is short, else at so many places. What has no error and should have one.
fn cut_off(programs: &[Program], places: usize) -> Vec<String> {
    let mut clean = Vec::new();
    for program in programs {
        let text = program.text();
        let whole = parse(&text).syntax();
        let mut cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let mut random = Random::new(&program.name);
        while cuts.len() > places {
            cuts.swap_remove(random.below(cuts.len()));
        }
        let mut db = program.database();
        for cut in cuts {
            let errors = errors(&mut db, program, &text[..cut]);
            if errors == 0 && is_broken(&whole, cut) {
                let line = text[..cut].lines().last().unwrap_or_default();
                clean.push(format!("{}, byte {cut}: {line:?}", program.name));
            }
        }
    }
    clean
}

/// What is put between two tokens, or in place of one.
const PIECES: [&str; 24] = [
    "{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "${", "/*", "//", "///", ",", ":", "..", "|", "and", "not",
    "x", "0", "5m2", "\n", "\ntype ", "é",
];

/// A text with one random change, and whether it must have an error: a bracket or quote is gone.
fn mutated(text: &str, random: &mut Random) -> (String, bool) {
    let tokens: Vec<SyntaxToken> = tokens(&parse(text).syntax()).collect();
    let one = &tokens[random.below(tokens.len())];
    let range = std::ops::Range::<usize>::from(one.text_range());
    let replaced =
        |range: std::ops::Range<usize>, new: &str| [&text[..range.start], new, &text[range.end..]].concat();
    match random.below(7) {
        0 => (replaced(range, ""), false),
        1 => (replaced(range.start..range.start, PIECES[random.below(PIECES.len())]), false),
        2 => (replaced(range, PIECES[random.below(PIECES.len())]), false),
        3 => (replaced(range.end..range.end, &format!(" {}", one.text())), false),
        4 => {
            let other = &tokens[random.below(tokens.len())];
            let (first, second) = if one.text_range().start() < other.text_range().start() {
                (one, other)
            } else {
                (other, one)
            };
            let swapped = replaced(second.text_range().into(), first.text());
            let range = std::ops::Range::<usize>::from(first.text_range());
            ([&swapped[..range.start], second.text(), &swapped[range.end..]].concat(), false)
        }
        5 => {
            let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
            let end = text[range.start..].find('\n').map_or(text.len(), |at| range.start + at + 1);
            (replaced(start..end, ""), false)
        }
        _ => {
            use SyntaxKind::{L_BRACE, L_BRACK, L_PAREN, QUOTE, R_BRACE, R_BRACK, R_PAREN};
            let kinds = [L_BRACE, L_BRACK, L_PAREN, QUOTE, R_BRACE, R_BRACK, R_PAREN];
            let closing: Vec<&SyntaxToken> = tokens.iter().filter(|t| kinds.contains(&t.kind())).collect();
            if closing.is_empty() {
                return (text.to_owned(), false);
            }
            (replaced(closing[random.below(closing.len())].text_range().into(), ""), true)
        }
    }
}

/// Changes each program so many times. What has no error and should have one.
fn change(programs: &[Program], times: usize) -> Vec<String> {
    let mut clean = Vec::new();
    for program in programs {
        let text = program.text();
        if tokens(&parse(&text).syntax()).next().is_none() {
            continue;
        }
        let mut random = Random::new(&program.name);
        let mut db = program.database();
        for _ in 0..times {
            let (text, broken) = mutated(&text, &mut random);
            let formatted = format(&text).text;
            assert_eq!(
                format(&formatted).text,
                formatted,
                "formatting twice is not formatting once:\n{text}"
            );
            let errors = errors(&mut db, program, &text);
            if errors == 0 && broken {
                clean.push(format!("{}:\n{text}", program.name));
            }
        }
    }
    clean
}

fn none(clean: &[String]) {
    let mut message = String::new();
    for one in clean {
        let _ = writeln!(message, "{one}");
    }
    assert!(clean.is_empty(), "{} broken texts have no error:\n{message}", clean.len());
}

#[test]
fn what_is_cut_off_is_broken() {
    none(&cut_off(&examples(), 25));
    none(&cut_off(&spec(), 1));
}

#[test]
fn what_is_changed_does_no_harm() {
    none(&change(&examples(), 12));
}

#[test]
#[ignore = "takes minutes in a release build"]
fn what_is_cut_off_anywhere_is_broken() {
    none(&cut_off(&examples(), usize::MAX));
    none(&cut_off(&spec(), usize::MAX));
}

#[test]
#[ignore = "takes minutes in a release build"]
fn what_is_changed_often_does_no_harm() {
    none(&change(&examples(), 2_000));
    none(&change(&spec(), 50));
}
