//! Writing EFL: lines with their indentation, blocks on one line where they fit, doc comments, and the comments that
//! keep what could not be said.

use super::Note;
use std::fmt::Write as _;

/// How long a line may become before a block is written over several.
pub(super) const WIDTH: usize = 100;

/// A member of a block.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Item {
    /// `key: value`, or anything else that stands by itself; may have several lines.
    Line(String),
    /// `head { items }`.
    Block(String, Vec<Item>),
}

impl Item {
    /// The member on one line, when it has one.
    fn one_line(&self) -> Option<String> {
        match self {
            Item::Line(text) => (!text.contains('\n')).then(|| text.clone()),
            Item::Block(head, items) if items.is_empty() => Some(format!("{head} {{}}")),
            Item::Block(head, items) => {
                let items: Vec<String> = items.iter().map(Item::one_line).collect::<Option<_>>()?;
                Some(format!("{head} {{ {} }}", items.join(", ")))
            }
        }
    }
}

/// Something that could not be said, with the place of the program where its comment stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Remark {
    /// The declaration: `file`, `crossing`, `crossing/source/roadside`, `crossing/event/roadside/vehicle`.
    pub(super) place: String,
    /// See [`Note::at`].
    pub(super) at: String,
    /// See [`Note::why`].
    pub(super) why: String,
    /// See [`Note::what`].
    pub(super) what: String,
}

/// A file that is being written.
#[derive(Default)]
pub(super) struct Writer {
    out: String,
    depth: usize,
    remarks: Vec<Remark>,
    notes: Vec<Note>,
}

impl Writer {
    /// An empty file in which these remarks will stand.
    pub(super) fn new(remarks: Vec<Remark>) -> Self {
        Self { remarks, ..Self::default() }
    }

    /// The text, and the notes in the order of their comments.
    pub(super) fn finish(mut self) -> (String, Vec<Note>) {
        for place in self.remarks.iter().map(|r| r.place.clone()).collect::<Vec<_>>() {
            self.remarks(&place); // of a place that was never written
        }
        (self.out, self.notes)
    }

    /// Text on lines of its own, each indented: nothing that is pasted begins at column 0, where declarations do.
    pub(super) fn line(&mut self, text: &str) {
        for line in text.split('\n') {
            let line = line.trim_end_matches('\r');
            if !line.is_empty() {
                let _ = write!(self.out, "{:1$}", "", 2 * self.depth);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    /// An empty line, unless it would be the first in its block.
    pub(super) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("{\n") && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// `head {`, and what follows is inside.
    pub(super) fn open(&mut self, head: &str) {
        self.line(&format!("{head} {{"));
        self.indent();
    }

    /// What follows is inside of what was opened last.
    pub(super) fn indent(&mut self) {
        self.depth += 1;
    }

    /// `}`.
    pub(super) fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
    }

    /// A doc comment.
    pub(super) fn doc(&mut self, text: Option<&str>) {
        for line in text.into_iter().flat_map(|text| text.split('\n')) {
            self.line(format!("/// {}", line.trim_end()).trim_end());
        }
    }

    /// A member, on one line if it fits.
    pub(super) fn item(&mut self, item: &Item) {
        match (item.one_line().filter(|line| line.chars().count() + 2 * self.depth <= WIDTH), item) {
            (Some(line), _) => self.line(&line),
            (None, Item::Line(text)) => self.line(text),
            (None, Item::Block(head, items)) => {
                self.open(head);
                self.items(items);
                self.close();
            }
        }
    }

    /// Members, each on a line.
    pub(super) fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
        }
    }

    /// The comments of a place, each with its reason; they become notes.
    pub(super) fn remarks(&mut self, place: &str) {
        let (here, rest) = std::mem::take(&mut self.remarks).into_iter().partition(|r| r.place == place);
        self.remarks = rest;
        for Remark { at, why, what, .. } in here {
            let line =
                u32::try_from(self.out.bytes().filter(|b| *b == b'\n').count() + 1).unwrap_or(u32::MAX);
            self.line(&comment(&wrapped(&format!("{at}: {why}"), WIDTH - 2 * self.depth), ""));
            if !what.is_empty() {
                self.line(&comment(what.trim_end(), "  "));
            }
            self.notes.push(Note { at, why, what, line });
        }
    }
}

/// Text in lines of at most so many characters, as far as its words allow.
fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

/// Text as line comments. Nothing in it ends them: what is no printable character is written as its number.
pub(super) fn comment(text: &str, indent: &str) -> String {
    let mut out = String::new();
    for line in text.split('\n') {
        let line = line.trim_end();
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str("//");
        if !line.is_empty() {
            out.push(' ');
            out.push_str(indent);
        }
        for c in line.chars() {
            match c {
                '\t' => out.push(' '),
                c if c.is_control() => {
                    let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
                }
                c => out.push(c),
            }
        }
    }
    out
}
