//! Strings: those without an end, and those in quotes of other languages.

use super::brackets::{Frame, partner};
use super::{Repairer, STRAY, Why};
use crate::lex::{Lexeme, Lexer};

/// A string whose closing quote is followed by a word: perhaps the quote was meant to open another one.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    start: usize,
    end: usize,
    frames: Vec<Frame>,
    edits: usize,
}

impl Repairer<'_> {
    pub(super) fn open_string(&mut self, lexeme: Lexeme) {
        let kind = if lexeme.end - lexeme.start == 3 { b'L' } else { b'"' };
        self.push(kind, lexeme.start);
    }

    pub(super) fn close_string(&mut self, lexeme: Lexeme) {
        let Some(frame) = self.frames.pop() else { return };
        let next = self.text.as_bytes().get(lexeme.end).copied().unwrap_or(b'\n');
        let suspicious = frame.kind == b'"' && next.is_ascii_alphanumeric() && self.suspect.is_none();
        if suspicious && self.lexer.in_code() {
            let (start, end) = (frame.at, lexeme.end);
            self.suspect = Some(Suspect { start, end, frames: self.frames.clone(), edits: frame.edits });
        }
    }

    /// A `"` string reaches the end of its line.
    pub(super) fn cut_string(&mut self, line_end: usize) {
        self.patience = self.patience.saturating_sub(1);
        if self.patience > 0 && self.close_suspect() {
            return;
        }
        let Some(index) = self.frames.iter().position(|frame| frame.kind == b'"') else { return };
        let start = self.frames[index].at;
        let nested = self.frames[..index].iter().any(|frame| matches!(frame.kind, b'$' | b'L'));
        let end = if nested || self.patience == 0 { line_end } else { self.text_end(index, line_end) };
        self.edits.truncate(self.frames[index].edits);
        self.close_strings(index, end, start..start + 1);
        if end < line_end {
            self.resume(end);
        }
        self.hide_backslash(end);
    }

    /// Closes the string of a frame with all that is open in it.
    fn close_strings(&mut self, index: usize, end: usize, open: std::ops::Range<usize>) {
        for inner in self.frames.split_off(index).into_iter().skip(1).rev().filter(|inner| inner.at < end) {
            let text = match inner.kind {
                b'"' => "\"",
                b'L' => "\"\"\"",
                bracket => match partner(bracket) {
                    b'}' => "}",
                    b')' => ")",
                    _ => "]",
                },
            };
            self.edit(end, 0, text, Why::Unclosed(None));
        }
        let quote = if open.len() == 3 { "\"\"\"" } else { "\"" };
        self.edit(end, 0, quote, Why::UnclosedString(open));
    }

    /// A lone `\` would escape the quote that closes the string.
    fn hide_backslash(&mut self, end: usize) {
        let backslashes = self.text[..end].bytes().rev().take_while(|byte| *byte == b'\\').count();
        if backslashes % 2 == 1 {
            self.blot(end - 1, end, STRAY);
        }
    }

    /// Where a string without an end was meant to end: before the brackets at the end of its line that close what was
    /// opened on the line before the string, and before a comma.
    fn text_end(&self, index: usize, line_end: usize) -> usize {
        let start = self.frames[index].at + 1;
        let open: Vec<u8> =
            self.frames[..index].iter().filter(|frame| frame.at >= self.line_start).map(|f| f.kind).collect();
        let trim = |end: usize| self.text[start..end].trim_end().len() + start;
        let ends: Vec<usize> = std::iter::successors(Some(trim(line_end)), |end| {
            let text = self.text[start..*end].strip_suffix(['}', ')', ']'])?;
            Some(trim(start + text.len()))
        })
        .take(open.len() + 1)
        .collect();
        let closes = |count: usize| {
            let closing = (0..count).map(|nth| self.text.as_bytes()[ends[nth] - 1]);
            closing.eq(open[open.len() - count..].iter().map(|kind| partner(*kind)))
        };
        let count = (0..ends.len()).rev().find(|count| closes(*count)).unwrap_or(0);
        let end = ends[count];
        let text = self.text[start..end].strip_suffix(',').map_or(end, |text| trim(start + text.len()));
        if count == 0 && text == end { line_end } else { text }
    }

    /// Ends the suspect, if there is one, before the first comma or bracket in it, and reads on from there.
    fn close_suspect(&mut self) -> bool {
        let Some(suspect) = self.suspect.take() else { return false };
        let inside = suspect.start + 1;
        let text = &self.text[inside..suspect.end - 1];
        let Some(len) = text.find([',', ')', ']', '}']) else { return false };
        let end = inside + text[..len].trim_end().len();
        self.frames = suspect.frames;
        self.edits.truncate(suspect.edits);
        self.edit(end, 0, "\"", Why::UnclosedString(suspect.start..inside));
        self.hide_backslash(end);
        self.lexer = Lexer::new(self.text, end);
        self.solid_end = end;
        true
    }

    /// The text ends in a `"""` string.
    pub(super) fn unclosed_long_string(&mut self) {
        let end = self.text.len();
        let Some(index) = self.frames.iter().position(|frame| matches!(frame.kind, b'L' | b'"')) else {
            return;
        };
        let start = self.frames[index].at;
        let len = if self.frames[index].kind == b'L' { 3 } else { 1 };
        self.edits.truncate(self.frames[index].edits);
        self.close_strings(index, end, start..start + len);
        self.hide_backslash(end);
        self.solid_end = end;
        self.silence();
    }

    /// Rewrites the quotes, and hides what has another meaning in `"`.
    pub(super) fn foreign_string(&mut self, lexeme: Lexeme) {
        let text = &self.text[lexeme.start..lexeme.end];
        let quote = |c: Option<char>| c.map_or(0, char::len_utf8);
        let (open, close) = (quote(text.chars().next()), quote(text.chars().next_back()));
        let inside = lexeme.start + open..lexeme.end - close;
        self.edit(lexeme.start, open, "\"", Why::ForeignQuotes(lexeme.end));
        let special: Vec<usize> = self.text[inside.clone()]
            .match_indices(['"', '\\', '$', '\u{1}', '\u{2}'])
            .map(|(at, _)| inside.start + at)
            .collect();
        for at in special {
            self.blot(at, at + 1, STRAY);
        }
        self.edit(inside.end, close, "\"", Why::ForeignQuote);
    }
}
