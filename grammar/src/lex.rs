//! A rough lexer: strings, comments, brackets and words, as far as segmentation and repair need them.
//!
//! It must agree with `efl.pest` on where strings and comments begin and end; the property tests hold it to that.

/// What a lexeme is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Blanks without a line break.
    Blank,
    /// One line break.
    Newline,
    /// `// …`.
    LineComment,
    /// `/* … */`; whether it holds another.
    BlockComment { nested: bool },
    /// `/* …` to the end of the text.
    OpenComment,
    /// `# …`, or `-- …`.
    ForeignComment,
    /// A name or keyword.
    Word,
    /// `{`, `(`, `[`.
    Open,
    /// `}`, `)`, `]`.
    Close,
    /// `"` or `"""` that begins a string.
    StringStart,
    /// The same that ends one.
    StringEnd,
    /// The end of a line in a `"` string; empty.
    StringCut,
    /// Text and escapes of a string.
    Text,
    /// `${`.
    InterpStart,
    /// The `}` that ends it.
    InterpEnd,
    /// `'text'` and its like.
    ForeignString,
    /// Anything else: one character.
    Other,
}

/// A piece of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Lexeme {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Lexeme {
    /// Whether it is blank or a comment.
    pub(crate) fn is_trivia(self) -> bool {
        use Kind::{Blank, BlockComment, ForeignComment, LineComment, Newline, OpenComment, StringCut};
        matches!(
            self.kind,
            Blank | Newline | LineComment | BlockComment { .. } | OpenComment | ForeignComment | StringCut
        )
    }
}

/// Where the lexer is inside strings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// In `"`.
    Short,
    /// In `"""`.
    Long,
    /// In `${`, with so many open braces.
    Interp(u32),
}

/// The lexer.
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    text: &'a str,
    pos: usize,
    modes: Vec<Mode>,
    /// The outermost `"` string among the modes: a line break ends it.
    one_line: Option<usize>,
    /// The last byte that was no blank and no comment.
    before: u8,
    /// Whether only blanks stand before `pos` on its line.
    fresh: bool,
}

impl<'a> Lexer<'a> {
    /// A lexer at an offset that is outside of strings and comments.
    pub(crate) fn new(text: &'a str, pos: usize) -> Self {
        let fresh = pos == 0 || text.as_bytes()[pos - 1] == b'\n';
        Self { bytes: text.as_bytes(), text, pos, modes: Vec::new(), one_line: None, before: b'\n', fresh }
    }

    /// Whether the lexer is outside of all strings.
    pub(crate) fn in_code(&self) -> bool {
        self.modes.is_empty()
    }

    /// How many strings and interpolations are open.
    pub(crate) fn depth(&self) -> usize {
        self.modes.len()
    }

    /// The next piece; the pieces tile the text.
    pub(crate) fn next(&mut self) -> Option<Lexeme> {
        let start = self.pos;
        let (kind, end) = match (self.bytes.get(start), self.modes.last()) {
            (None, _) => self.cut()?,
            (Some(byte), Some(Mode::Short)) => self.in_string(*byte, false),
            (Some(byte), Some(Mode::Long)) => self.in_string(*byte, true),
            (Some(byte), Some(Mode::Interp(_)) | None) => self.in_code_or_interp(*byte),
        };
        let lexeme = Lexeme { kind, start, end };
        self.pos = end;
        match kind {
            Kind::Newline => self.fresh = true,
            Kind::Blank => {}
            _ => self.fresh = false,
        }
        if !lexeme.is_trivia() {
            self.before = self.bytes[end - 1];
        }
        Some(lexeme)
    }

    fn at(&self, offset: usize) -> u8 {
        self.bytes.get(self.pos + offset).copied().unwrap_or(0)
    }

    fn push(&mut self, mode: Mode) {
        if mode == Mode::Short && self.one_line.is_none() {
            self.one_line = Some(self.modes.len());
        }
        self.modes.push(mode);
    }

    fn pop(&mut self) {
        self.modes.pop();
        if self.one_line.is_some_and(|at| at >= self.modes.len()) {
            self.one_line = None;
        }
    }

    /// A line break or the end of the text in a `"` string ends it and all in it.
    fn cut(&mut self) -> Option<(Kind, usize)> {
        let outermost = self.one_line.take()?;
        self.modes.truncate(outermost);
        Some((Kind::StringCut, self.pos))
    }

    /// Whether a line break (with its carriage return) stands here.
    fn line_break(&self) -> Option<usize> {
        match (self.at(0), self.at(1)) {
            (b'\n', _) => Some(1),
            (b'\r', b'\n') => Some(2),
            _ => None,
        }
    }

    fn in_string(&mut self, byte: u8, long: bool) -> (Kind, usize) {
        if let Some(cut) = self.line_break().and_then(|_| self.cut()) {
            return cut;
        }
        match byte {
            b'"' if !long || self.text[self.pos..].starts_with("\"\"\"") => {
                self.pop();
                (Kind::StringEnd, self.pos + if long { 3 } else { 1 })
            }
            b'$' if self.at(1) == b'{' => {
                self.push(Mode::Interp(0));
                (Kind::InterpStart, self.pos + 2)
            }
            _ => (Kind::Text, self.text_end(long)),
        }
    }

    /// The end of a run of text and escapes; at least one character.
    fn text_end(&self, long: bool) -> usize {
        let mut at = self.pos;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\\' if matches!(self.bytes.get(at + 1), Some(next) if !matches!(next, b'\n' | b'\r')) => {
                    at += 1 + self.char_len(at + 1);
                    continue;
                }
                b'"' if !long || self.text[at..].starts_with("\"\"\"") => break,
                b'$' if self.bytes.get(at + 1) == Some(&b'{') => break,
                b'\n' if self.one_line.is_some() => break,
                b'\r' if self.one_line.is_some() && self.bytes.get(at + 1) == Some(&b'\n') => break,
                _ => {}
            }
            at += 1;
        }
        at
    }

    fn char_len(&self, at: usize) -> usize {
        self.text[at..].chars().next().map_or(1, char::len_utf8)
    }

    fn in_code_or_interp(&mut self, byte: u8) -> (Kind, usize) {
        if let Some(len) = self.line_break() {
            return self.cut().unwrap_or((Kind::Newline, self.pos + len));
        }
        match byte {
            b' ' | b'\t' | b'\r' => (Kind::Blank, self.run(|b| matches!(b, b' ' | b'\t'), 1)),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' => (Kind::Word, self.word_end()),
            b'{' | b'(' | b'[' => self.open(byte),
            b'}' | b')' | b']' => self.close(byte),
            b'"' => self.quote(),
            b'/' if self.at(1) == b'/' && self.one_line.is_none() => (Kind::LineComment, self.line_end()),
            b'/' if self.at(1) == b'*' => self.block_comment(),
            b'#' if self.hash_begins_comment() => (Kind::ForeignComment, self.line_end()),
            b'-' if self.dashes_begin_comment() => (Kind::ForeignComment, self.line_end()),
            b'\'' | b'`' | 0xE2 => match self.foreign_string() {
                Some(end) => (Kind::ForeignString, end),
                None => (Kind::Other, self.pos + self.char_len(self.pos)),
            },
            _ => (Kind::Other, self.pos + self.char_len(self.pos)),
        }
    }

    fn run(&self, fits: impl Fn(u8) -> bool, from: usize) -> usize {
        let start = self.pos + from;
        self.bytes[start..].iter().position(|b| !fits(*b)).map_or(self.bytes.len(), |len| start + len)
    }

    /// A word, and the apostrophes behind it (`don't`), which begin no string.
    fn word_end(&self) -> usize {
        let mut end = self.run(|b| b.is_ascii_alphanumeric() || b == b'_', 1);
        while self.bytes.get(end) == Some(&b'\'') {
            end += 1;
        }
        end
    }

    fn line_end(&self) -> usize {
        let end = self.run(|b| b != b'\n', 0);
        if end > self.pos && self.bytes[end - 1] == b'\r' && end < self.bytes.len() { end - 1 } else { end }
    }

    fn open(&mut self, byte: u8) -> (Kind, usize) {
        if let (b'{', Some(Mode::Interp(braces))) = (byte, self.modes.last_mut()) {
            *braces += 1;
        }
        (Kind::Open, self.pos + 1)
    }

    fn close(&mut self, byte: u8) -> (Kind, usize) {
        if let (b'}', Some(Mode::Interp(braces))) = (byte, self.modes.last_mut()) {
            if *braces == 0 {
                self.pop();
                return (Kind::InterpEnd, self.pos + 1);
            }
            *braces -= 1;
        }
        (Kind::Close, self.pos + 1)
    }

    fn quote(&mut self) -> (Kind, usize) {
        let long = self.at(1) == b'"' && self.at(2) == b'"';
        self.push(if long { Mode::Long } else { Mode::Short });
        (Kind::StringStart, self.pos + if long { 3 } else { 1 })
    }

    fn block_comment(&mut self) -> (Kind, usize) {
        let (mut depth, mut nested, mut at) = (0u32, false, self.pos);
        while at + 1 < self.bytes.len() {
            match &self.bytes[at..at + 2] {
                b"/*" => (depth, nested, at) = (depth + 1, nested || depth > 0, at + 2),
                b"*/" if depth == 1 => return (Kind::BlockComment { nested }, at + 2),
                b"*/" => (depth, at) = (depth - 1, at + 2),
                [b'\n', _] if self.one_line.is_some() => return (Kind::Other, self.pos + 1),
                _ => at += 1,
            }
        }
        if self.one_line.is_some() {
            return (Kind::Other, self.pos + 1);
        }
        (Kind::OpenComment, self.bytes.len())
    }

    fn hash_begins_comment(&self) -> bool {
        self.one_line.is_none()
            && (self.fresh
                || matches!(self.at(1), b' ' | b'\t' | b'\n' | b'\r' | 0)
                || !matches!(self.before, b':' | b'=' | b'(' | b'[' | b','))
    }

    fn dashes_begin_comment(&self) -> bool {
        let apart = self.fresh || matches!(self.bytes[self.pos - 1], b' ' | b'\t');
        self.one_line.is_none()
            && apart
            && self.at(1) == b'-'
            && matches!(self.at(2), b' ' | b'\t' | b'\n' | b'\r' | 0)
    }

    /// The end of `'text'`, `` `text` `` or `“text”`, if it ends on its line.
    fn foreign_string(&self) -> Option<usize> {
        let rest = &self.text[self.pos..];
        let open = rest.chars().next()?;
        let closes = |c: char| match open {
            '“' | '”' | '„' => matches!(c, '“' | '”' | '"'),
            '‘' | '’' => matches!(c, '‘' | '’'),
            '\'' | '`' => c == open,
            _ => false,
        };
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => return None,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if closes(c) => return Some(self.pos + at + c.len_utf8()),
                _ => {}
            }
        }
        None
    }
}
