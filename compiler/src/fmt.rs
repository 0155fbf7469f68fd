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

use efl_grammar::{Parse, TextRange};

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
    format_parsed(text, &efl_grammar::parse(text))
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
