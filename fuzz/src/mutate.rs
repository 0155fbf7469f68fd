//! Mutations of programs as trees. Bytes alone almost never lead from one valid program to another; a node in place of
//! another of its kind often does.

use efl_grammar::{SyntaxElement, SyntaxKind, TextRange, parse};
use fastrand::Rng;
use libfuzzer_sys::fuzzer_mutate;

/// What is put between two tokens.
const GAPS: [&str; 11] = [
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    " // c\n",
    " /* c */ ",
    "\n  /// d\n",
    ",",
    "\n// c\n\n",
    " /* a\n b */ ",
];

/// Numbers at the edges of what fields take.
const NUMBERS: [&str; 24] = [
    "0",
    "1",
    "2",
    "0.5",
    "100",
    "255",
    "256",
    "65535",
    "65536",
    "2147483648",
    "9007199254740993",
    "99999999999999999999",
    "0s",
    "1ms",
    "5s",
    "10m",
    "1h",
    "365d",
    "100000d",
    "64Mi",
    "100m",
    "80%",
    "10/s",
    "1e9",
];

/// A mutation for libFuzzer: the new size. Two of three are of the tree, the others libFuzzer's own.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut rng = Rng::with_seed(seed.into());
    let text = valid(&data[..size]);
    if rng.u8(..3) > 0
        && let Some(text) = edited(text, &mut rng)
        && text.len() <= max_size
    {
        data[..text.len()].copy_from_slice(text.as_bytes());
        return text.len();
    }
    fuzzer_mutate(data, size, max_size)
}

/// A part of the first text in place of one of its kind in the second, for libFuzzer.
pub fn cross_over(first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let mut rng = Rng::with_seed(seed.into());
    let (first, second) = (valid(first), valid(second));
    let text = spliced(first, second, &mut rng).filter(|text| text.len() <= out.len());
    let text = text.as_deref().unwrap_or(&second[..second.floor_char_boundary(out.len())]);
    out[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}

/// The part of the bytes up to the first that is no UTF-8: what a target sees of them.
fn valid(bytes: &[u8]) -> &str {
    let end = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    std::str::from_utf8(&bytes[..end]).unwrap_or_default()
}

/// A part of a text: its kind, its place and the kind of what it stands in.
#[derive(Clone, Copy)]
struct Part {
    kind: SyntaxKind,
    range: TextRange,
    within: Option<SyntaxKind>,
}

/// Everything in a text but the whole and the blanks.
fn parts(text: &str) -> Vec<Part> {
    let part = |element: SyntaxElement| Part {
        kind: element.kind(),
        range: element.text_range(),
        within: element.parent().map(|parent| parent.kind()),
    };
    let all = parse(text).syntax().descendants_with_tokens().map(part);
    all.filter(|part| part.within.is_some() && !part.kind.is_trivia() && !part.range.is_empty()).collect()
}

/// One edit or a few.
fn edited(text: &str, rng: &mut Rng) -> Option<String> {
    let mut text = edit(text, rng)?;
    while rng.u8(..3) == 0 {
        text = edit(&text, rng)?;
    }
    Some(text)
}

/// A part removed, repeated, moved, put in place of another of its kind, or with something before it.
fn edit(text: &str, rng: &mut Rng) -> Option<String> {
    let parts = parts(text);
    let part = *rng.choice(&parts)?;
    let alike = parts.iter().filter(|other| other.kind == part.kind);
    let before = TextRange::empty(part.range.start());
    Some(match rng.u8(..12) {
        0 => replaced(text, part.range, ""),
        1 => replaced(
            text,
            TextRange::empty(part.range.end()),
            &format!("{}{}", lead(text, part), &text[part.range]),
        ),
        2 => replaced(text, before, rng.choice(GAPS)?),
        3 | 4 => {
            let apart = alike
                .filter(|other| other.within == part.within && other.range.intersect(part.range).is_none());
            swapped(text, part.range, rng.choice(apart.collect::<Vec<_>>())?.range)
        }
        5..=8 if part.kind == SyntaxKind::NUMBER => replaced(text, part.range, rng.choice(NUMBERS)?),
        _ => {
            let other = rng.choice(alike.collect::<Vec<_>>())?;
            replaced(text, part.range, &text[other.range])
        }
    })
}

/// A part of `from` in place of one of its kind, and preferably in a parent of the same kind, in `text`.
fn spliced(from: &str, text: &str, rng: &mut Rng) -> Option<String> {
    let (donors, parts) = (parts(from), parts(text));
    let donor = *rng.choice(&donors)?;
    let alike: Vec<&Part> = parts.iter().filter(|part| part.kind == donor.kind).collect();
    let there = alike.iter().copied().filter(|part| part.within == donor.within).collect::<Vec<_>>();
    let part = rng.choice(if there.is_empty() { alike } else { there })?;
    if rng.bool() {
        return Some(replaced(text, part.range, &from[donor.range]));
    }
    // Beside it instead of in its place.
    Some(replaced(
        text,
        TextRange::empty(part.range.end()),
        &format!("{}{}", lead(text, *part), &from[donor.range]),
    ))
}

/// What separates a part from what is before it: so is a copy of it.
fn lead(text: &str, part: Part) -> &str {
    let before = &text[..part.range.start().into()];
    match &before[before.trim_end().len()..] {
        "" | " " => ", ",
        blanks => blanks,
    }
}

fn replaced(text: &str, range: TextRange, new: &str) -> String {
    let range = std::ops::Range::<usize>::from(range);
    [&text[..range.start], new, &text[range.end..]].concat()
}

fn swapped(text: &str, one: TextRange, other: TextRange) -> String {
    let (first, second) = if one.start() < other.start() { (one, other) } else { (other, one) };
    let text_of_first = text[first].to_owned();
    replaced(&replaced(text, second, &text_of_first), first, &text[second])
}
