//! The texts the promises are held against: all examples, the good programs of the grammar, the blocks of the spec.

use crate::common::files::{below, examples, root};
use proptest::prelude::ProptestConfig;
use std::sync::LazyLock;

/// A text and where it is from.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// All of them.
pub(crate) static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let mut samples = Vec::new();
    for name in examples().into_iter().chain(below(&root(), "grammar/tests/good", &[".efl"])) {
        samples.push(Sample { text: read(&name), name });
    }
    for path in below(&root(), "tests/spec", &[".md"]) {
        for (number, block) in blocks(&read(&path)).into_iter().enumerate() {
            let name = format!("{path}, block {number}");
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
struct Block {
    /// The words behind the fence, without `key=value`.
    language: String,
    text: String,
}

/// The fenced blocks of a page, in order.
fn blocks(page: &str) -> Vec<Block> {
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

/// So many random cases as a debug build has time for; `PROPTEST_CASES` asks for more.
pub(crate) fn some_cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(24), failure_persistence: None, ..ProptestConfig::default() }
}

fn within(head: &str, text: &str) -> String {
    let indented = text.lines().map(|line| format!("  {line}\n"));
    format!("{head}{}}}\n", indented.collect::<String>())
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
