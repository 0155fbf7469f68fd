//! Splitting a file before each declaration that starts at column 0.

use rowan::{TextRange, TextSize};

/// A part of a file: one declaration with what stands before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Segment {
    /// Where.
    pub range: TextRange,
}

/// Splits a file.
pub fn segment(text: &str) -> Vec<Segment> {
    let kws = ["import", "param", "type", "bus", "fleet", "function", "workflow", "orchestrator", "test"];
    let mut starts = vec![0usize];
    let mut at = 0;
    let mut doc: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        if line.starts_with("//") {
            doc.get_or_insert(at);
        } else {
            let word =
                line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next().unwrap_or("");
            if kws.contains(&word) {
                let s = doc.unwrap_or(at);
                if s != 0 {
                    starts.push(s);
                }
            }
            doc = None;
        }
        at += line.len();
    }
    let size = |n: usize| TextSize::from(u32::try_from(n).unwrap_or(u32::MAX));
    starts
        .iter()
        .enumerate()
        .map(|(i, s)| Segment {
            range: TextRange::new(size(*s), size(starts.get(i + 1).copied().unwrap_or(text.len()))),
        })
        .collect()
}
