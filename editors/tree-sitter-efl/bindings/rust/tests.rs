//! The grammar against the compiler's: what has no syntax error there has no ERROR node here. And the queries: each is
//! one of this grammar.

#[path = "../../../../compiler/tests/support/page.rs"]
#[allow(dead_code)]
mod page;

use std::fs;
use std::path::{Path, PathBuf};
use tree_sitter::{Language, Node, Parser, Query};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository").to_owned()
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&Language::new(tree_sitter_efl::LANGUAGE)).expect("the grammar's version is known");
    parser
}

fn first_error(node: Node) -> Option<Node> {
    if node.is_error() || node.is_missing() {
        return Some(node);
    }
    (0..node.child_count()).filter_map(|i| node.child(i)).filter(|c| c.has_error()).find_map(first_error)
}

/// What is compared, and how much of it was.
#[derive(Default)]
struct Comparison {
    parsed: usize,
    failures: Vec<String>,
}

impl Comparison {
    /// Parses a text that is a file, unless the compiler finds a syntax error in it.
    fn file(&mut self, place: &str, text: &str) {
        if !efl_grammar::parse(text).errors().is_empty() {
            return;
        }
        self.parsed += 1;
        let tree = parser().parse(text, None).expect("no timeout");
        if let Some(error) = first_error(tree.root_node()) {
            let row = error.start_position().row;
            let line = text.lines().nth(row).unwrap_or_default();
            self.failures.push(format!("{place}, line {} of it: {}: {line}", row + 1, error.to_sexp()));
        }
    }

    fn assert(self, least: usize) {
        assert!(
            self.failures.is_empty(),
            "{} of {}:\n{}",
            self.failures.len(),
            self.parsed,
            self.failures.join("\n")
        );
        assert!(self.parsed >= least, "only {} files were compared", self.parsed);
    }
}

fn files(folder: &Path, extension: Option<&str>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if extension.is_none_or(|e| path.extension().is_some_and(|x| x == e)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn every_example_parses() {
    let mut all = Comparison::default();
    for folder in ["examples", "grammar/tests/good", "compiler/tests"] {
        for path in files(&root().join(folder), Some("efl")) {
            all.file(&path.display().to_string(), &fs::read_to_string(&path).expect("text"));
        }
    }
    all.assert(20);
}

/// Blocks are wrapped as `tests/spec/README.md` says.
#[test]
fn the_spec_parses() {
    let mut all = Comparison::default();
    for path in files(&root().join("tests/spec"), Some("md")) {
        let text = fs::read_to_string(&path).expect("text");
        for block in page::sections(&text).into_iter().flat_map(|section| section.blocks) {
            if block.language != "efl" {
                continue;
            }
            let indented = |by: &str| block.text.lines().map(|l| format!("{by}{l}\n")).collect::<String>();
            let text = if block.flag("fragment") {
                format!("orchestrator spec {{\n{}}}\n", indented("  "))
            } else if block.flag("body") {
                format!("orchestrator spec {{\n  rule body on vehicle {{\n{}  }}\n}}\n", indented("    "))
            } else if block.flag("expr") {
                format!("param expr: any = (\n{})\n", block.text)
            } else {
                block.text.clone()
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            all.file(&format!("{name}:{}", block.line), &text);
        }
    }
    all.assert(250);
}

/// What the fuzzer found to be interesting.
#[test]
fn the_corpus_of_the_fuzzer_parses() {
    let mut all = Comparison::default();
    for path in files(&root().join("fuzz/corpus"), None) {
        // NUL is the end of the text to tree-sitter. The compiler takes any word for an `and` between two events
        // (`a avd b`), which is a mistake of it.
        let known = |text: &str| ["\0", " avd ", "]anj "].iter().any(|known| text.contains(known));
        if let Ok(text) = String::from_utf8(fs::read(&path).expect("a file")).map_err(drop)
            && !known(&text)
        {
            all.file(&path.display().to_string(), &text);
        }
    }
    all.assert(50);
}

#[test]
fn lines_may_end_in_any_way() {
    let text = fs::read_to_string(root().join("grammar/tests/good/constructs.efl")).expect("text");
    let mut all = Comparison::default();
    all.file("CR LF", &text.replace('\n', "\r\n"));
    all.file("BOM", &format!("\u{FEFF}{text}"));
    all.file("no end", text.trim_end());
    all.assert(3);
}

/// While a declaration is typed, those above and below it keep their colours.
#[test]
fn what_is_around_a_broken_declaration_stays() {
    for broken in [
        "function b {",
        "function b { image: }",
        "function b { image }",
        "function b",
        "type B = ",
        "workflow b {\n  let x =\n}",
        "workflow b {\n  f(\n}",
        "orchestrator b {\n  rule r on a and {\n  }\n}",
        "orchestrator b {\n  rule r on a[speed > ] { f(a) }\n  source\n}",
    ] {
        let text = format!(
            "function a {{ image: \"x\" }}\n\n{broken}\n\nfunction c {{ image: \"x\" }}\n\nfunction d {{ image: \"x\" }}\n"
        );
        let tree = parser().parse(&text, None).expect("no timeout");
        let mut found = Vec::new();
        let mut stack = vec![tree.root_node()];
        while let Some(node) = stack.pop() {
            if node.kind() == "function" {
                found.extend(node.child_by_field_name("name").map(|n| &text[n.byte_range()]));
            }
            stack.extend((0..node.child_count()).rev().filter_map(|i| node.child(i)));
        }
        assert!(
            found.contains(&"a") && found.contains(&"d"),
            "{broken}: {found:?}\n{}",
            tree.root_node().to_sexp()
        );
    }
}

#[test]
fn queries_are_of_this_grammar() {
    let language = Language::new(tree_sitter_efl::LANGUAGE);
    for (name, query) in [
        ("highlights", tree_sitter_efl::HIGHLIGHTS_QUERY),
        ("injections", tree_sitter_efl::INJECTIONS_QUERY),
        ("folds", tree_sitter_efl::FOLDS_QUERY),
        ("indents", tree_sitter_efl::INDENTS_QUERY),
        ("locals", tree_sitter_efl::LOCALS_QUERY),
        ("textobjects", tree_sitter_efl::TEXTOBJECTS_QUERY),
        ("tags", tree_sitter_efl::TAGS_QUERY),
    ] {
        let query = Query::new(&language, query).unwrap_or_else(|error| panic!("{name}.scm: {error}"));
        assert!(query.pattern_count() > 0, "{name}.scm is empty");
    }
}

/// `test/corpus`, as `tree-sitter test` reads it.
#[test]
fn trees_are_those_of_the_corpus() {
    let mut cases = 0;
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("test/corpus"), Some("txt")) {
        let text = fs::read_to_string(&path).expect("text");
        let mut parts = text.split("==================\n").skip(1);
        while let (Some(title), Some(case)) = (parts.next(), parts.next()) {
            let (source, tree) = case.split_once("\n---\n").expect("`---` between source and tree");
            let root = parser().parse(source, None).expect("no timeout").root_node().to_sexp();
            let words = |text: &str| {
                let spaced = text.replace('(', " ( ").replace(')', " ) ");
                spaced.split_whitespace().filter(|word| !word.ends_with(':')).collect::<Vec<_>>().join(" ")
            };
            assert_eq!(words(&root), words(tree), "{}: {title}", path.display());
            cases += 1;
        }
    }
    assert!(cases >= 14, "only {cases} cases");
}
