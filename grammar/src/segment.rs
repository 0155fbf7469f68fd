//! Splitting a file before each declaration at column 0, so that an edit re-parses one declaration.

use crate::lex::{Kind, Lexeme, Lexer};
use rowan::{TextRange, TextSize};

/// A part of a file: usually one declaration with the comments before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Segment {
    /// Where it stands in the file. Segments follow each other without gaps.
    pub range: TextRange,
    /// How long the blanks and comments at its beginning are; docs are none.
    pub lead: TextSize,
}

impl Segment {
    /// Where it stands without its lead.
    pub fn solid(self) -> TextRange {
        TextRange::new(self.range.start() + self.lead, self.range.end())
    }
}

/// Splits a file before each declaration keyword at column 0. The blank lines and comments above a declaration belong
/// to it. Strings and comments that have no end are ended by the next declaration.
///
/// Braces matter only to those who do not indent: `function`, `workflow` and `type` at column 0 between the braces of an
/// orchestrator begin no segment, if those braces match.
pub fn segment(text: &str) -> Vec<Segment> {
    let mut cutter = Cutter::new(text);
    while cutter.step() {}
    cutter.settle();
    cutter.cuts.push(text.len());
    let offset = |at: usize| TextSize::try_from(at).expect("texts are shorter than 4 GiB");
    let segment = |pair: &[usize]| Segment {
        range: TextRange::new(offset(pair[0]), offset(pair[1])),
        lead: offset(lead(&text[pair[0]..pair[1]])),
    };
    cutter.cuts.windows(2).map(segment).collect()
}

/// The length of the blanks and comments at the beginning of a text, up to the first doc.
fn lead(text: &str) -> usize {
    let mut lexer = Lexer::new(text, 0);
    let mut end = 0;
    while let Some(lexeme) = lexer.next() {
        let comment = &text[lexeme.start..lexeme.end];
        match lexeme.kind {
            Kind::Blank | Kind::Newline | Kind::BlockComment { nested: false } => {}
            Kind::LineComment if !comment.starts_with("///") || comment.starts_with("////") => {}
            _ => break,
        }
        end = lexeme.end;
    }
    end
}

struct Cutter<'a> {
    text: &'a str,
    /// Reads the text up to `end`.
    lexer: Lexer<'a>,
    /// The end of the text; once something without an end was found, the next declaration, so that nothing crosses it.
    end: usize,
    cuts: Vec<usize>,
    /// The line behind the last solid text, if only blanks and comments came since.
    lead: Option<usize>,
    /// How many of the last cuts are made only if the braces around them do not match.
    unsure: usize,
    /// How many braces are open; `None` if more were closed.
    depth: Option<u32>,
    /// Whether an orchestrator is being read.
    orchestrator: bool,
    /// Whether the current segment holds more than blanks and comments.
    solid: bool,
    /// Where `"""` stands, once somebody asked.
    quotes: Option<Vec<usize>>,
}

impl<'a> Cutter<'a> {
    fn new(text: &'a str) -> Self {
        let lexer = Lexer::new(text, 0);
        Self {
            text,
            lexer,
            end: text.len(),
            cuts: vec![0],
            lead: Some(0),
            unsure: 0,
            depth: Some(0),
            orchestrator: false,
            solid: false,
            quotes: None,
        }
    }

    /// Reads one lexeme or string; false at the end.
    fn step(&mut self) -> bool {
        let Some(lexeme) = self.lexer.next() else {
            let more = self.end < self.text.len();
            self.go_on(self.end);
            return more;
        };
        match lexeme.kind {
            Kind::Word if starts_item(self.text, lexeme.start) => self.cut(lexeme.start),
            Kind::Newline => self.lead = self.lead.or(Some(lexeme.end)),
            Kind::StringStart => self.string(lexeme),
            Kind::OpenComment => self.unclosed(lexeme.start + 2),
            _ if lexeme.is_trivia() => {}
            _ => {
                self.touch();
                match self.text.as_bytes()[lexeme.start] {
                    b'{' if lexeme.kind == Kind::Open => self.depth = self.depth.map(|depth| depth + 1),
                    b'}' => self.depth = self.depth.and_then(|depth| depth.checked_sub(1)),
                    _ => {}
                }
            }
        }
        true
    }

    fn touch(&mut self) {
        self.lead = None;
        self.solid = true;
    }

    fn cut(&mut self, at: usize) {
        let rest = &self.text[at..];
        let member = ["function", "workflow", "type"].iter().any(|word| rest.starts_with(word));
        let inside = member && self.orchestrator && self.depth != Some(0);
        if !inside {
            self.settle();
            self.orchestrator = rest.starts_with("orchestrator");
        }
        if self.solid {
            self.cuts.push(self.lead.unwrap_or(at));
            self.unsure += usize::from(inside);
        }
        self.touch();
    }

    /// Decides on the cuts between the braces of an orchestrator.
    fn settle(&mut self) {
        if self.depth == Some(0) {
            self.cuts.truncate(self.cuts.len() - self.unsure);
        }
        (self.unsure, self.depth) = (0, Some(0));
    }

    /// Reads a string to its end, or to the next declaration if it has none.
    fn string(&mut self, start: Lexeme) {
        self.touch();
        while !self.lexer.in_code() {
            let swallowed = match self.lexer.next() {
                Some(end) => {
                    self.lexer.in_code() && end.end - end.start == 3 && self.holds_items(start.end, end.start)
                }
                None => true,
            };
            if swallowed {
                return self.unclosed(start.end);
            }
        }
    }

    /// Whether a `"""` string swallowed declarations: one begins in it, and its closing quotes are probably those
    /// that open another string, because the number of quotes from here on is odd.
    fn holds_items(&mut self, inside: usize, end: usize) -> bool {
        if next_item(&self.text[..end], inside).is_none() {
            return false;
        }
        let find = || self.text.match_indices("\"\"\"").map(|(at, _)| at).collect();
        let quotes = self.quotes.get_or_insert_with(find);
        (quotes.len() - quotes.partition_point(|at| *at < inside)).is_multiple_of(2)
    }

    /// Ends something that has no end before the next declaration, and from then on lets nothing cross one.
    fn unclosed(&mut self, inside: usize) {
        self.touch();
        self.go_on(next_item(self.text, inside).unwrap_or(self.text.len()));
    }

    fn go_on(&mut self, at: usize) {
        self.end = next_item(self.text, at + 1).unwrap_or(self.text.len());
        self.lexer = Lexer::new(&self.text[..self.end], at);
    }
}

/// The next line behind an offset that begins a declaration.
fn next_item(text: &str, from: usize) -> Option<usize> {
    let from = text.floor_char_boundary(from);
    text[from..].match_indices('\n').map(|(at, _)| from + at + 1).find(|at| starts_item(text, *at))
}

const ITEM_KEYWORDS: [&str; 9] =
    ["import", "param", "type", "bus", "fleet", "function", "workflow", "orchestrator", "test"];

/// Whether a declaration begins at an offset: a keyword at column 0, followed neither by `:` nor directly by `(`.
fn starts_item(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    if at > 0 && bytes[at - 1] != b'\n' {
        return false;
    }
    let Some(rest) = text.get(at..) else { return false };
    let Some(word) = ITEM_KEYWORDS.iter().find(|word| rest.starts_with(**word)) else { return false };
    let behind = &rest[word.len()..];
    !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '('))
        && !behind.trim_start_matches([' ', '\t']).starts_with(':')
}
