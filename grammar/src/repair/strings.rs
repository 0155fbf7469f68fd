//! Strings: those without an end, and those in quotes of other languages.

use super::brackets::{Frame, partner};
use super::{Repairer, STRAY, Why};
use crate::error::SyntaxError;
use crate::lex::Lexeme;
use crate::source::range;

/// A string whose closing quote is followed by a word: perhaps the quote was meant to open another one.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    start: usize,
    end: usize,
    frames: Vec<Frame>,
    edits: usize,
}

/// Whether what looks like a comment is a URL without quotes.
pub(super) fn is_url(text: &str, slashes: usize) -> bool {
    let scheme = text[..slashes]
        .strip_suffix(':')
        .is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric()));
    scheme
        && text[slashes + 2..]
            .starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '$' | '[' | '/'))
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

    /// A `"` string reaches the end of its line or of the text.
    pub(super) fn cut_string(&mut self, line_end: usize) {
        self.patience = self.patience.saturating_sub(1);
        if self.patience > 0 && self.close_suspect() {
            return;
        }
        let Some(index) = self.frames.iter().position(|frame| frame.kind == b'"') else { return };
        let start = self.frames[index].at;
        if self.patience > 0 && index == self.frames.len() - 1 && self.open_string_before(start, index) {
            return;
        }
        if self.patience > 0 && self.close_interp_before_quote(index, line_end) {
            return;
        }
        let nested = self.frames[..index].iter().any(|frame| matches!(frame.kind, b'$' | b'L'));
        let end = if nested || self.patience == 0 { line_end } else { self.text_end(index, line_end) };
        self.take_back(self.frames[index].edits, end);
        self.close_strings(index, end, start..start + 1);
        if end < line_end {
            self.resume(end);
        }
        self.hide_backslash(end);
    }

    /// `"a ${b"`: the quote was meant to close the string, and `}` is missing before it.
    fn close_interp_before_quote(&mut self, index: usize, line_end: usize) -> bool {
        let [interp, inner] = &self.frames[index + 1..] else { return false };
        let (at, quote) = (interp.at, inner.at);
        let outside = self.frames[..index].iter().all(|frame| !matches!(frame.kind, b'$' | b'L'));
        if interp.kind != b'$' || inner.kind != b'"' || !outside || !self.closes_line(quote, line_end) {
            return false;
        }
        self.edit(quote, 0, "}", Why::Unclosed(Some(at..at + 2)));
        self.frames.truncate(index);
        self.resume(quote + 1);
        true
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

    /// Where a string without an end was meant to end: before a `{` at the end of its line, before the brackets there
    /// that close what was opened on the line before the string, and before a comma.
    fn text_end(&self, index: usize, line_end: usize) -> usize {
        let start = self.frames[index].at + 1;
        let trim = |end: usize| self.text[start..end].trim_end().len() + start;
        let without = |end: usize, last: &[char]| {
            self.text[start..end].strip_suffix(last).map(|text| trim(start + text.len()))
        };
        let block = without(trim(line_end), &['{']).filter(|end| self.text[*end..].starts_with(' '));
        let open: Vec<u8> = self.frames[..index]
            .iter()
            .filter(|frame| frame.at >= self.line_start)
            .map(|frame| frame.kind)
            .collect();
        let first = block.unwrap_or_else(|| trim(line_end));
        let ends: Vec<usize> = std::iter::successors(Some(first), |end| without(*end, &['}', ')', ']']))
            .take(open.len() + 1)
            .collect();
        let closes = |count: usize| {
            let closing = (0..count).map(|nth| self.text.as_bytes()[ends[nth] - 1]);
            closing.eq(open[open.len() - count..].iter().map(|kind| partner(*kind)))
        };
        let count = (0..ends.len()).rev().find(|count| closes(*count)).unwrap_or(0);
        if count == 0
            && let Some(end) = self.first_closer(start, line_end, open.last().copied())
        {
            return trim(end);
        }
        let comma = without(ends[count], &[',']);
        if count == 0 && comma.is_none() && block.is_none() { line_end } else { comma.unwrap_or(ends[count]) }
    }

    /// The first bracket in a text that closes the innermost one before it.
    fn first_closer(&self, start: usize, end: usize, open: Option<u8>) -> Option<usize> {
        let open = open.filter(|open| matches!(open, b'(' | b'['))?;
        let text = &self.text[start..end];
        let at = text.find(char::from(partner(open)))?;
        (!text[..at].contains(char::from(open))).then_some(start + at)
    }

    /// Whether nothing but brackets and commas follows a quote on its line.
    fn closes_line(&self, quote: usize, line_end: usize) -> bool {
        let rest = &self.text[quote + 1..line_end];
        rest.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b',' | b')' | b']' | b'}' | b'{'))
    }

    /// A quote directly behind a word closes a string whose opening quote is missing: it is put before that text.
    fn open_string_before(&mut self, quote: usize, index: usize) -> bool {
        if self.frames[..index].iter().any(|frame| matches!(frame.kind, b'$' | b'L')) {
            return false;
        }
        let line = &self.text[self.line_start..quote];
        // `${…}` at the end belongs to the text.
        let interpolated = line.strip_suffix('}').and_then(|line| line.rfind("${"));
        let attached = interpolated.is_some()
            || line
                .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | '%' | '!'));
        let after = |at: usize| line[at..].len() - line[at..].trim_start().len() + at;
        let delimiter = |(at, c): (usize, char)| match c {
            '(' | '[' | '{' | ',' | ')' | ']' | '}' | '"' | '\'' => Some(after(at + 1)),
            ' ' | '\t' if line[..at].ends_with([':', '=', '>', '<', '|']) => Some(after(at)),
            _ => None,
        };
        let before = &line[..interpolated.unwrap_or(line.len())];
        let start = before.char_indices().rev().find_map(delimiter).unwrap_or_else(|| after(0));
        let text = &line[start..];
        let keyword = ["test ", "at ", "from ", "matches "].iter().find(|word| text.starts_with(**word));
        let start = start + keyword.map_or(0, |word| word.len());
        if !attached || start >= line.len() {
            return false;
        }
        self.edit(self.line_start + start, 0, "\"", Why::UnopenedString(quote..quote + 1));
        self.frames.truncate(index);
        self.resume(quote + 1);
        true
    }

    /// `tcp://host` without quotes.
    pub(super) fn bare_url(&mut self, slashes: usize) {
        self.patience = self.patience.saturating_sub(1);
        if self.patience == 0 || self.close_suspect() {
            return;
        }
        self.hidden.pop();
        let scheme = self.text[..slashes - 1].trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
        let rest = &self.text[slashes..];
        let end = slashes
            + rest.find([' ', '\t', '\r', '\n', '"', ',', '}', ')', ']', '\\', '$']).unwrap_or(rest.len());
        if self.text[end..].starts_with('"') {
            self.edit(scheme, 0, "\"", Why::UnopenedString(end..end + 1));
            return self.resume(end + 1);
        }
        let error = SyntaxError::bare_url(range(scheme..end), &self.text[scheme..end]);
        self.edit(scheme, 0, "\"", Why::Mended(Box::new(error)));
        self.edit(end, 0, "\"", Why::Unclosed(None));
        self.resume(end);
    }

    /// Ends the suspect, if there is one, before the first comma or bracket in it, and reads on from there.
    fn close_suspect(&mut self) -> bool {
        let Some(suspect) = self.suspect.take() else { return false };
        let inside = suspect.start + 1;
        let text = &self.text[inside..suspect.end - 1];
        self.frames = suspect.frames;
        self.take_back(suspect.edits, suspect.start);
        if self.open_string_before(suspect.start, self.frames.len()) {
            return true;
        }
        let len =
            text.find([',', ')', ']', '}', '|']).or_else(|| text.find([' ', '\t'])).unwrap_or(text.len());
        let end = inside + text[..len].trim_end().len();
        self.edit(end, 0, "\"", Why::UnclosedString(suspect.start..inside));
        self.hide_backslash(end);
        self.resume(end);
        true
    }

    /// The text ends in a `"""` string.
    pub(super) fn unclosed_long_string(&mut self) {
        let end = self.text.len();
        let Some(index) = self.frames.iter().position(|frame| frame.kind == b'L') else { return };
        let start = self.frames[index].at;
        self.take_back(self.frames[index].edits, end);
        self.close_strings(index, end, start..start + 3);
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
