//! The texts the promises are held against: all examples, the good programs of the grammar, the blocks of the spec.

use proptest::prelude::ProptestConfig;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A text and where it is from.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// All of them.
pub(crate) static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut samples = Vec::new();
    for path in
        files(&root.join("examples"), "efl").into_iter().chain(files(&root.join("grammar/tests/good"), "efl"))
    {
        samples.push(Sample { name: path.display().to_string(), text: read(&path) });
    }
    for path in files(&root.join("tests/spec"), "md") {
        for (number, block) in blocks(&read(&path)).into_iter().enumerate() {
            let name = format!("{}, block {number}", path.display());
            match block.language.as_str() {
                "efl" | "efl tests" | "efl fmt" | "efl fixed" => {
                    samples.push(Sample { name, text: block.text });
                }
                "efl fragment" => {
                    samples.push(Sample { name, text: within("orchestrator o {\n", &block.text) });
                }
                "efl body" => samples.push(Sample { name, text: within("workflow w {\n", &block.text) }),
                _ => {}
            }
        }
    }
    samples
});

/// A fenced block of a page.
pub(crate) struct Block {
    /// The words behind the fence, without `key=value`.
    pub(crate) language: String,
    pub(crate) text: String,
}

/// The fenced blocks of a page, in order.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let (mut blocks, mut open) = (Vec::<Block>::new(), false);
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) if !info.starts_with('`') => {
                open = true;
                let words: Vec<_> = info.split_whitespace().filter(|word| !word.contains('=')).collect();
                blocks.push(Block { language: words.join(" "), text: String::new() });
            }
            _ if open => {
                if let Some(block) = blocks.last_mut() {
                    block.text += line;
                    block.text += "\n";
                }
            }
            _ => {}
        }
    }
    blocks
}

/// A page of the spec.
pub(crate) fn page(name: &str) -> String {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/spec").join(name))
}

/// So many random cases as a debug build has time for; `PROPTEST_CASES` asks for more.
pub(crate) fn some_cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(24), failure_persistence: None, ..ProptestConfig::default() }
}

fn within(head: &str, text: &str) -> String {
    let indented = text.lines().map(|line| format!("  {line}\n"));
    format!("{head}{}}}\n", indented.collect::<String>())
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}
