//! Brackets: which one closes which, and where those end that nothing closes.

use super::{MAX_DEPTH, Repairer, STRAY, TOO_DEEP, Why};
use crate::lex::{Kind, Lexeme};

/// Something open.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// `{`, `(`, `[`; `$` for `${`; `"` for a short string and `L` for a long one.
    pub(super) kind: u8,
    /// Where it opens.
    pub(super) at: usize,
    /// The number of its line.
    line: usize,
    /// The indentation of its line.
    indent: usize,
    /// The column of the first line inside it.
    content: Option<usize>,
    /// Whether something follows on its line.
    inline: bool,
    /// The end of its line, and whether the line asks for another one (`f(a,`).
    line_end: Option<(usize, bool)>,
    /// The place before the first `{` or `->` in it that looks like one behind it.
    breaker: Option<usize>,
    /// How many levels without brackets are around it.
    prefixes: usize,
    /// How many edits there were.
    pub(super) edits: usize,
    /// Whether another error says already that it is not closed.
    silent: bool,
}

/// The closing bracket of an opening one.
pub(super) fn partner(open: u8) -> u8 {
    match open {
        b'{' | b'$' => b'}',
        b'(' => b')',
        _ => b']',
    }
}

fn closer(kind: u8) -> &'static str {
    match kind {
        b'{' | b'$' => "}",
        b'(' => ")",
        b'[' => "]",
        b'"' => "\"",
        _ => "\"\"\"",
    }
}

impl Frame {
    fn is_bracket(&self) -> bool {
        matches!(self.kind, b'{' | b'(' | b'[')
    }
}

impl Repairer<'_> {
    pub(super) fn push(&mut self, kind: u8, at: usize) {
        let line = self.lines.len() - 1;
        let indent = self.lines[line].indent;
        self.frames.push(Frame {
            kind,
            at,
            line,
            indent,
            content: None,
            inline: false,
            line_end: None,
            breaker: None,
            prefixes: self.frames.last().map_or(0, |frame| frame.prefixes) + self.prefixes.take(),
            edits: self.edits.len(),
            silent: false,
        });
    }

    /// How deep brackets, interpolations and prefixes are nested.
    pub(super) fn depth(&self) -> usize {
        let brackets = self.frames.iter().filter(|frame| frame.is_bracket() || frame.kind == b'$').count();
        brackets + self.frames.last().map_or(0, |frame| frame.prefixes)
    }

    pub(super) fn open(&mut self, lexeme: Lexeme) {
        let kind = self.text.as_bytes()[lexeme.start];
        if kind == b'{' {
            self.note_breaker();
        }
        self.push(kind, lexeme.start);
        self.solid_end = lexeme.end;
        self.blot_too_deep(lexeme.end);
    }

    pub(super) fn open_interp(&mut self, lexeme: Lexeme) {
        self.push(b'$', lexeme.start);
        self.blot_too_deep(lexeme.end);
    }

    /// Hides what stands in the bracket that was just opened, if it is one too many.
    fn blot_too_deep(&mut self, start: usize) {
        if self.depth() <= MAX_DEPTH {
            return;
        }
        let (mut depth, mut end, mut closing) = (0u32, start, None);
        let modes = self.lexer.depth();
        while let Some(lexeme) = self.lexer.next() {
            match lexeme.kind {
                Kind::Open | Kind::InterpStart => depth += 1,
                Kind::Close | Kind::InterpEnd if depth == 0 => closing = Some(lexeme),
                Kind::Close | Kind::InterpEnd => depth -= 1,
                Kind::StringCut if self.lexer.depth() < modes => closing = Some(lexeme),
                _ => {}
            }
            if closing.is_some() {
                break;
            }
            if !lexeme.is_trivia() {
                end = lexeme.end;
            }
        }
        self.blot(start, end, TOO_DEEP);
        self.solid_end = end;
        match closing {
            Some(lexeme) => self.lexeme(lexeme),
            None => self.silence(),
        }
    }

    /// Another error says already what is wrong with all that is open.
    pub(super) fn silence(&mut self) {
        self.frames.iter_mut().for_each(|frame| frame.silent = true);
    }

    /// The first frame inside the innermost interpolation.
    fn base(&self) -> usize {
        self.frames.iter().rposition(|frame| !frame.is_bracket()).map_or(0, |at| at + 1)
    }

    pub(super) fn close(&mut self, lexeme: Lexeme) {
        let byte = self.text.as_bytes()[lexeme.start];
        let base = self.base();
        if byte == b'}' && self.by_indentation && base == 0 && self.close_by_indentation(lexeme) {
            return;
        }
        let fits = |frame: &Frame| partner(frame.kind) == byte;
        let line = self.lines.len() - 1;
        let blocked = |frame: &Frame| byte != b'}' && frame.kind == b'{' && frame.line != line;
        let above = self.frames[base..].iter().rev().take_while(|frame| !fits(frame));
        let (count, stuck) =
            above.fold((0, false), |(count, stuck), frame| (count + 1, stuck || blocked(frame)));
        if stuck || base + count >= self.frames.len() {
            self.unbalanced = true;
            return self.blot(lexeme.start, lexeme.end, STRAY);
        }
        self.unclose_above(self.frames.len() - 1 - count);
        self.frames.pop();
    }

    pub(super) fn close_interp(&mut self, _: Lexeme) {
        let interp = self.base().saturating_sub(1);
        self.unclose_above(interp);
        self.frames.pop();
    }

    /// A `}` that begins its line closes the block that begins at its column.
    fn close_by_indentation(&mut self, lexeme: Lexeme) -> bool {
        let Some(line) = self.lines.last().copied().filter(|line| line.first == Some(lexeme.start)) else {
            return false;
        };
        let Some(top) = self.frames.iter().rposition(|frame| frame.kind == b'{') else { return false };
        let indent = self.frames[top].indent;
        if indent > line.indent {
            let fits = |frame: &Frame| frame.kind == b'{' && frame.indent == line.indent && !frame.inline;
            let Some(partner) = self.frames[..top].iter().rposition(fits) else { return false };
            self.unclose_above(partner);
            self.frames.pop();
            return true;
        }
        indent < line.indent && self.open_missing_brace(top, line.indent)
    }

    /// A `}` at the column of a line above it that begins no block: the `{` of that line is missing.
    fn open_missing_brace(&mut self, top: usize, indent: usize) -> bool {
        let first = self.frames[top].line + 1;
        let inside = &self.lines[first..self.lines.len() - 1];
        let head = inside
            .iter()
            .rev()
            .take(1000)
            .filter(|line| line.first.is_some())
            .find(|line| line.indent <= indent);
        let Some(head) = head.filter(|line| line.indent == indent).copied() else { return false };
        let Some(start) = head.first else { return false };
        let text = &self.text[start..head.end];
        if !text.starts_with(|c: char| c.is_ascii_alphabetic()) || text.contains(['{', '}']) {
            return false;
        }
        self.unbalanced = true;
        self.edit(head.end, 0, " {", Why::MissingBrace);
        true
    }

    /// Closes what is open inside a frame.
    fn unclose_above(&mut self, index: usize) {
        while self.frames.len() > index + 1 {
            self.unclose();
        }
    }

    /// Closes the innermost frame, which nothing closes.
    fn unclose(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let own_line = frame.line_end.filter(|(_, goes_on)| !goes_on && frame.kind != b'{');
        let at = frame.breaker.or(own_line.map(|(end, _)| end)).unwrap_or(self.solid_end);
        let why = (!frame.silent).then_some(frame.at..frame.at + 1);
        self.unbalanced = true;
        self.edit(at, 0, closer(frame.kind), Why::Unclosed(why));
    }

    /// Closes what is open at the end of the text.
    pub(super) fn finish(&mut self) {
        if !self.lexer.in_code() {
            self.unclosed_long_string();
        }
        self.end_line_of_frames();
        while !self.frames.is_empty() {
            self.unclose();
        }
    }

    /// Notes that a line ends which opened frames.
    pub(super) fn end_line_of_frames(&mut self) {
        let line = self.lines.len() - 1;
        let end = self.solid_end;
        let last = self.text.as_bytes()[..end].last().copied().unwrap_or(b'\n');
        let goes_on =
            matches!(last, b',' | b'(' | b'[' | b'{' | b':' | b'=' | b'+' | b'*' | b'|' | b'<' | b'>');
        for frame in self.frames.iter_mut().rev().take_while(|frame| frame.line == line) {
            frame.inline = end > frame.at + 1;
            frame.line_end = frame.line_end.or(Some((end, goes_on)));
        }
    }

    /// A line begins with a word: blocks whose content stood further to the right have ended before it.
    pub(super) fn note_content(&mut self, indent: usize) {
        while self.by_indentation {
            let Some(frame) = self.frames.last() else { break };
            let ended = match frame.kind {
                b'{' => frame.inline || frame.content.is_some_and(|content| indent < content),
                b'(' | b'[' => true,
                _ => false,
            };
            if !ended || indent > frame.indent {
                break;
            }
            self.unclose();
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.content = frame.content.or(Some(indent));
        }
    }

    /// A `{` behind a word or type in `(` or `[` looks like the block that follows it.
    fn note_breaker(&mut self) {
        let before = self.text.as_bytes()[..self.solid_end].last().copied().unwrap_or(b'(');
        let follows = before.is_ascii_alphanumeric()
            || matches!(before, b'_' | b'"' | b'}' | b')' | b']' | b'>' | b'%');
        if follows {
            self.break_here();
        }
    }

    /// So does `->`.
    pub(super) fn note_arrow(&mut self, lexeme: Lexeme) {
        if self.text[lexeme.start..].starts_with("->") {
            self.break_here();
        }
    }

    /// And `from "` behind the names of an import.
    pub(super) fn note_from(&mut self, lexeme: Lexeme) {
        let quoted = |text: &str| text.trim_start_matches([' ', '\t']).starts_with('"');
        let end = self.solid_end;
        let import = self.frames.len() == 1 && self.text[..self.frames[0].at].trim_end().ends_with("import");
        if import && &self.text[lexeme.start..lexeme.end] == "from" && quoted(&self.text[lexeme.end..]) {
            self.frames[0].breaker = self.frames[0].breaker.or(Some(end));
        }
    }

    fn break_here(&mut self) {
        let end = self.solid_end;
        for frame in self.frames.iter_mut().rev().take_while(|frame| matches!(frame.kind, b'(' | b'[')) {
            frame.breaker = frame.breaker.or(Some(end));
        }
    }
}
