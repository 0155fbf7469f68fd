//! `efl fmt`: the one style of EFL, a pure function of the text. The rules are in `tests/spec/formatting.md`.
//!
//! The lossless tree is walked once ([`printer`]) and becomes a [`layout`]: the text's own tokens and comments, with
//! places between them where a line may end. The layout is then printed, and each group of such places is either one
//! line or broken. What stands between two tokens is the only thing that is ever written anew, but for commas and the
//! order of a rule's heads; declarations with syntax errors are copied ([`judge`]).

mod brackets;
mod chains;
mod edits;
mod file;
mod judge;
mod layout;
mod printer;
mod spacing;
mod trivia;

use efl_grammar::{Parse, TextRange, TextSize};

/// A formatted text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Formatted {
    /// The text.
    pub text: String,
    /// Where the old text has syntax errors: whole lines that are left as they are.
    pub skipped: Vec<TextRange>,
    /// The smallest replacements that make the new text of the old one, in order and without overlap.
    pub edits: Vec<(TextRange, String)>,
}

/// Formats a file. Formatting what is formatted changes nothing.
pub fn format(text: &str) -> Formatted {
    let parse = efl_grammar::parse(text);
    if text.ends_with('\n') || parse.errors().is_empty() {
        return format_parsed(text, &parse);
    }
    // The last line will end, and what nothing closes may then be read otherwise: it is read so from the start.
    let ended = format!("{text}\n");
    let Formatted { text: formatted, mut skipped, mut edits } =
        format_parsed(&ended, &efl_grammar::parse(&ended));
    let end = TextSize::of(text);
    for range in &mut skipped {
        *range = TextRange::new(range.start().min(end), range.end().min(end));
    }
    match edits.last_mut() {
        Some((range, _)) if range.end() > end => {
            *range = TextRange::new(range.start().min(end), end);
        }
        _ => edits.push((TextRange::empty(end), "\n".to_owned())),
    }
    Formatted { text: formatted, skipped, edits }
}

/// Formats the declarations, members and statements that a range touches: the edits of [`format`] that concern them.
pub fn format_range(text: &str, range: TextRange) -> Vec<(TextRange, String)> {
    let parse = efl_grammar::parse(text);
    let scope = edits::scope(&parse.syntax(), range);
    let mut edits = format_parsed(text, &parse).edits;
    edits.retain(|(range, _)| scope.contains_range(*range));
    edits
}

fn format_parsed(text: &str, parse: &Parse) -> Formatted {
    let (layout, skipped) = file::layout(text, parse);
    let printed = layout.print();
    let edits = edits::edits(text, &printed);
    Formatted { text: printed.text, skipped, edits }
}
