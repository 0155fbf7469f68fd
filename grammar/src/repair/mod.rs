//! Repairs a text before pest reads it: afterwards every bracket and quote has its partner, so that the grammar needs
//! no rule for what is never closed.
//!
//! Most texts need nothing, which [`is_clean`] finds out quickly. The others are read again with a stack of what is
//! open (`brackets.rs`, `strings.rs`). If brackets do not match, they are read a third time with the indentation as a
//! witness: it tells where a block was meant to end. What is then still alone is hidden (`balance.rs`).

mod balance;
mod brackets;
mod strings;

use crate::error::SyntaxError;
use crate::hide::Hidden;
use crate::lex::{Kind, Lexeme, Lexer};
pub(crate) use balance::lone;
use brackets::Frame;
use std::borrow::Cow;
use std::ops::Range;

/// Brackets, braces and interpolations may be nested this deep.
pub(crate) const MAX_DEPTH: usize = 64;
/// Stands for a byte that fits nowhere.
pub(crate) const STRAY: &str = "\u{1}";
/// Stands for a byte that is nested too deep.
const TOO_DEEP: &str = "\u{2}";

/// Why the repaired text differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Why {
    /// A bracket that is never closed is closed here; `None` if another error says it already.
    Unclosed(Option<Range<usize>>),
    /// A string that is never closed is closed here.
    UnclosedString(Range<usize>),
    /// A string that is never opened is opened here.
    UnopenedString(Range<usize>),
    /// A comment that is never closed is closed here.
    UnclosedComment(Range<usize>),
    /// A `{` whose `}` is there.
    MissingBrace,
    /// A `(` whose `)` is there.
    MissingParenthesis,
    /// The opening quote of a string in foreign quotes, which ends at the offset.
    ForeignQuotes(usize),
    /// Its closing quote.
    ForeignQuote,
    /// `#` or `--`.
    ForeignComment,
    /// A small mistake of words, mended, so that what stands around it is read as it was meant.
    Mended(Box<SyntaxError>),
    /// Bytes that are hidden from pest, one for one.
    Blot,
}

/// A replacement in the written text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Edit {
    pub(crate) at: usize,
    pub(crate) len: usize,
    pub(crate) text: Cow<'static, str>,
    pub(crate) why: Why,
}

/// What to change in a text that is not clean before pest reads it, and what to hide.
pub(crate) fn repair(text: &str) -> (Vec<Edit>, Vec<Hidden>) {
    let mut repairer = Repairer::new(text, false).run();
    if repairer.unbalanced {
        repairer = Repairer { surplus: Surplus::of(text), ..Repairer::new(text, true) }.run();
    }
    (repairer.edits, repairer.hidden)
}

/// Which brackets a text has too many of.
#[derive(Clone, Copy, Default)]
struct Surplus {
    /// How many `}` there are more than `{`.
    close: usize,
    /// How many `{`, `(` and `[` there are more than what closes them.
    open: [usize; 3],
}

impl Surplus {
    fn of(text: &str) -> Self {
        let mut lexer = Lexer::new(text, 0);
        let (mut open, mut close) = ([0usize; 3], [0usize; 3]);
        while let Some(lexeme) = lexer.next() {
            let bracket = text.as_bytes().get(lexeme.start).copied().unwrap_or(0);
            match lexeme.kind {
                Kind::Open => open[Self::place(bracket)] += 1,
                Kind::Close => close[Self::place(bracket)] += 1,
                _ => {}
            }
        }
        let more = |at: usize| open[at].saturating_sub(close[at]);
        Self { close: close[0].saturating_sub(open[0]), open: [more(0), more(1), more(2)] }
    }

    /// Takes an opening bracket of this kind for one too many, if there are such.
    fn take_open(&mut self, bracket: u8) -> bool {
        let count = &mut self.open[Self::place(bracket)];
        let any = *count > 0;
        *count = count.saturating_sub(1);
        any
    }

    fn place(bracket: u8) -> usize {
        match bracket {
            b'{' | b'}' => 0,
            b'(' | b')' => 1,
            _ => 2,
        }
    }
}

/// Whether nothing needs to be repaired. Gives every lexeme to `note`, if so.
pub(crate) fn is_clean(text: &str, mut note: impl FnMut(Lexeme)) -> bool {
    if text.bytes().any(|byte| matches!(byte, 1 | 2)) {
        return false;
    }
    let mut lexer = Lexer::new(text, 0);
    let mut open = Vec::new();
    let (mut prefixes, mut carried) = (Prefixes::default(), Vec::new());
    while let Some(lexeme) = lexer.next() {
        note(lexeme);
        let first = text.as_bytes().get(lexeme.start).copied().unwrap_or(0);
        let fits = match lexeme.kind {
            Kind::Open | Kind::InterpStart => {
                open.push(first);
                carried.push(carried.last().unwrap_or(&0) + prefixes.count);
                prefixes = Prefixes::default();
                open.len() + carried.last().unwrap_or(&0) <= MAX_DEPTH
            }
            Kind::Close | Kind::InterpEnd => {
                carried.pop();
                open.pop().is_some_and(|opener| brackets::partner(opener) == first)
            }
            Kind::Word | Kind::Other => {
                open.len() + carried.last().unwrap_or(&0) + prefixes.count(text, lexeme) <= MAX_DEPTH
            }
            Kind::BlockComment { nested } => !nested,
            Kind::OpenComment | Kind::ForeignComment | Kind::ForeignString | Kind::StringCut => false,
            Kind::StringStart => {
                prefixes = Prefixes::default();
                true
            }
            Kind::LineComment => !strings::is_url(text, lexeme.start),
            Kind::StringEnd | Kind::Text | Kind::Blank | Kind::Newline => true,
        };
        if !fits {
            return false;
        }
    }
    open.is_empty() && lexer.in_code()
}

/// Counts what nests without brackets: `not not not …` and `list<list<list<…`.
#[derive(Clone, Copy, Default)]
struct Prefixes {
    count: usize,
    start: usize,
    generic: bool,
}

impl Prefixes {
    /// How many stand in a row, up to this lexeme.
    fn count(&mut self, text: &str, lexeme: Lexeme) -> usize {
        match &text[lexeme.start..lexeme.end] {
            "not" | "!" => self.add(lexeme, 1),
            "list" | "map" => {
                self.add(lexeme, 0);
                self.generic = true;
            }
            "<" if self.generic => self.add(lexeme, 1),
            _ => *self = Self::default(),
        }
        self.count
    }

    /// How many there were; from here on it is counted anew.
    fn take(&mut self) -> usize {
        std::mem::take(self).count
    }

    fn add(&mut self, lexeme: Lexeme, count: usize) {
        if self.start == 0 {
            self.start = lexeme.start;
        }
        self.generic = false;
        self.count += count;
    }
}

/// A line, as far as it matters where a block ends.
#[derive(Clone, Copy, Default)]
struct Line {
    /// The column of its first lexeme that is neither blank nor comment.
    indent: usize,
    /// Where that lexeme begins; `None` before it was read.
    first: Option<usize>,
    /// The end of its last such lexeme.
    end: usize,
}

/// The state of a repair.
struct Repairer<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// Whether indentation tells where blocks end.
    by_indentation: bool,
    /// Which brackets there are too many of: known where indentation tells.
    surplus: Surplus,
    /// What is open.
    frames: Vec<Frame>,
    edits: Vec<Edit>,
    /// Comments and blanks.
    hidden: Vec<Hidden>,
    /// Whether a bracket had no partner.
    unbalanced: bool,
    lines: Vec<Line>,
    line_start: usize,
    /// Whether the last lexeme ended an operand, so that a word behind it begins something else.
    after_operand: bool,
    /// The end of the last lexeme that is neither blank nor comment.
    solid_end: usize,
    prefixes: Prefixes,
    /// A string of this line that was perhaps closed by the opening quote of the next.
    suspect: Option<strings::Suspect>,
    /// How many more lines may be read again, lest the time grow with the square.
    patience: u32,
}

impl<'a> Repairer<'a> {
    fn new(text: &'a str, by_indentation: bool) -> Self {
        Self {
            text,
            lexer: Lexer::new(text, 0),
            by_indentation,
            surplus: Surplus::default(),
            frames: Vec::new(),
            edits: Vec::new(),
            hidden: Vec::new(),
            unbalanced: false,
            lines: vec![Line::default()],
            line_start: 0,
            after_operand: false,
            solid_end: 0,
            prefixes: Prefixes::default(),
            suspect: None,
            patience: 100,
        }
    }

    fn run(mut self) -> Self {
        while let Some(lexeme) = self.next() {
            self.lexeme(lexeme);
        }
        self.finish();
        self
    }

    fn next(&mut self) -> Option<Lexeme> {
        let lexeme = self.lexer.next()?;
        self.hidden.extend(Hidden::new(self.text, lexeme));
        Some(lexeme)
    }

    fn lexeme(&mut self, lexeme: Lexeme) {
        if !lexeme.is_trivia() {
            self.begin_line(lexeme);
        }
        let text = self.text;
        let operand = self.ends_operand(lexeme);
        match lexeme.kind {
            Kind::Newline => self.newline(lexeme.end),
            Kind::Open => self.open(lexeme),
            Kind::Close => self.close(lexeme),
            Kind::InterpStart => self.open_interp(lexeme),
            Kind::InterpEnd => self.close_interp(lexeme),
            Kind::StringStart => self.open_string(lexeme),
            Kind::StringEnd => self.close_string(lexeme),
            Kind::StringCut => self.cut_string(lexeme.start),
            Kind::ForeignString => self.foreign_string(lexeme),
            Kind::ForeignComment => {
                let len = if text[lexeme.start..].starts_with('#') { 1 } else { 2 };
                self.edit(lexeme.start, len, "//", Why::ForeignComment);
            }
            Kind::OpenComment => self.open_comment(lexeme),
            Kind::BlockComment { nested: true } => self.flatten_comment(lexeme.start + 2, lexeme.end - 2),
            Kind::Word | Kind::Other => self.word(lexeme),
            Kind::Text => self.blot_controls(lexeme),
            Kind::LineComment if strings::is_url(text, lexeme.start) => self.bare_url(lexeme.start),
            Kind::Blank | Kind::LineComment | Kind::BlockComment { .. } => {}
        }
        if !lexeme.is_trivia() {
            self.after_operand = operand;
        }
        if !lexeme.is_trivia() && lexeme.end > self.solid_end {
            self.solid_end = lexeme.end;
        }
    }

    fn edit(&mut self, at: usize, len: usize, text: impl Into<Cow<'static, str>>, why: Why) {
        self.edits.push(Edit { at, len, text: text.into(), why });
    }

    /// Takes back the edits since there were so many, but for the hiding of what is nested too deep before `end`.
    fn take_back(&mut self, count: usize, end: usize) {
        for mut edit in self.edits.split_off(count) {
            if edit.text.starts_with(TOO_DEEP) && edit.at < end {
                let len = edit.len.min(end - edit.at);
                edit = Edit { len, text: TOO_DEEP.repeat(len).into(), ..edit };
                self.edits.push(edit);
            }
        }
    }

    /// Hides bytes from pest.
    fn blot(&mut self, from: usize, to: usize, with: &str) {
        if from < to {
            self.edit(from, to - from, with.repeat(to - from), Why::Blot);
        }
    }

    fn newline(&mut self, next: usize) {
        let end = self.solid_end;
        if let Some(line) = self.lines.last_mut() {
            line.end = end;
        }
        self.end_line_of_frames();
        self.lines.push(Line::default());
        self.line_start = next;
        self.suspect = None;
    }

    /// Notes the first lexeme of a line, which may show that blocks have ended.
    fn begin_line(&mut self, lexeme: Lexeme) {
        let indent = lexeme.start - self.line_start.min(lexeme.start);
        match self.lines.last_mut() {
            Some(line) if line.first.is_none() => (line.indent, line.first) = (indent, Some(lexeme.start)),
            _ => return,
        }
        if matches!(lexeme.kind, Kind::Word | Kind::StringStart) {
            self.note_content(indent);
        }
        if matches!(&self.text[lexeme.start..lexeme.end], "within" | "by" | "where") {
            self.break_here();
        }
    }

    fn word(&mut self, lexeme: Lexeme) {
        let prefixes = self.prefixes.count(self.text, lexeme);
        if prefixes > 0 && self.depth() + prefixes > MAX_DEPTH {
            self.blot_prefixes();
        } else if lexeme.kind == Kind::Word {
            self.note_from(lexeme);
            self.note_word(lexeme);
        } else {
            self.note_arrow(lexeme);
            self.blot_controls(lexeme);
        }
    }

    /// Hides a row of `not not not …` with what follows it.
    fn blot_prefixes(&mut self) {
        let start = self.prefixes.start;
        let mut end = start;
        let (mut depth, mut running) = (0u32, true);
        let mut ahead = Lexer::new(self.text, start);
        while let Some(lexeme) = ahead.next() {
            let text = &self.text[lexeme.start..lexeme.end];
            if !lexeme.is_trivia() {
                running = self.prefixes.count(self.text, lexeme) > 0;
            }
            match lexeme.kind {
                Kind::Newline if depth == 0 && !running => break,
                Kind::Open if depth == 0 && text == "{" => break,
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => break,
                Kind::Close => depth -= 1,
                Kind::Other if depth == 0 && text == "," => break,
                _ => {}
            }
            if !lexeme.is_trivia() {
                end = lexeme.end;
            }
        }
        self.prefixes = Prefixes::default();
        self.blot(start, end, TOO_DEEP);
        self.resume(end);
    }

    /// Reads on at an offset in code.
    fn resume(&mut self, at: usize) {
        self.lexer = Lexer::new(self.text, at);
        self.solid_end = at;
        self.hidden.truncate(self.hidden.partition_point(|piece| piece.end <= at));
    }

    fn open_comment(&mut self, lexeme: Lexeme) {
        self.flatten_comment(lexeme.start + 2, lexeme.end);
        // A lone `*` or `/` at the end would become a part of the closing mark.
        self.edit(lexeme.end, 0, "*/", Why::UnclosedComment(lexeme.start..lexeme.start + 2));
        self.silence();
        self.solid_end = lexeme.end;
    }

    /// Hides the marks inside a comment, so that it ends where it ends.
    fn flatten_comment(&mut self, from: usize, to: usize) {
        let inside = self.text.get(from..to).unwrap_or_default();
        let marks: Vec<usize> = inside.match_indices(['*', '/']).map(|(at, _)| from + at).collect();
        for at in marks {
            self.blot(at, at + 1, STRAY);
        }
    }

    /// Hides the two characters that have a meaning to the grammar.
    fn blot_controls(&mut self, lexeme: Lexeme) {
        let text = &self.text[lexeme.start..lexeme.end];
        let found: Vec<usize> =
            text.match_indices(['\u{1}', '\u{2}']).map(|(at, _)| lexeme.start + at).collect();
        for at in found {
            self.blot(at, at + 1, STRAY);
        }
    }
}
