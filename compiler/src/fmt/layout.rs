//! What a formatted text is made of, and the choice of the places where its lines end.

use efl_grammar::{SyntaxKind, TextRange};
use std::ops::Range;

/// The columns of a line.
const WIDTH: usize = 100;
/// The blanks of one level.
const INDENTATION: &str = "  ";

/// A group of places: its lines all end, or none of them does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Group(usize);

/// What a line break inside a group does to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bind {
    /// It breaks the group: brackets.
    Tight,
    /// It breaks the group only if it is directly in it: operators, the heads of a rule.
    Loose,
}

#[derive(Debug)]
enum Op {
    /// A piece of the source; its first line is so wide.
    Source { range: TextRange, width: usize, tall: bool },
    /// A line comment behind something. It does not count for the width of its line.
    Trailing(TextRange),
    /// Whole lines of the source, to be copied.
    Raw(TextRange),
    /// Text that is not of the source.
    Text(&'static str),
    /// Text that is only there if the group around it is broken.
    IfBroken(&'static str, Group),
    /// A place where a line may end, and what stands there if not.
    Line { group: Group, flat: &'static str, blank: bool },
    /// The end of a line; the next one is indented by so many levels more.
    Newline { extra: usize, blank: bool },
    /// The end of a declaration; between the two items an empty line is due, unless both are one line of one kind.
    Between { blank: bool, items: Option<(usize, usize)> },
    /// A group begins here.
    Open(Group),
    /// From here on, lines are indented more or less, if the group is broken.
    Indent(Group, isize),
}

#[derive(Debug)]
struct GroupState {
    bind: Bind,
    forced: bool,
    /// The operation behind its last one.
    end: usize,
}

/// One declaration of the file.
#[derive(Debug)]
struct Item {
    kind: SyntaxKind,
    ops: Range<usize>,
}

/// The text being laid out.
pub(super) struct Layout<'a> {
    source: &'a str,
    ops: Vec<Op>,
    groups: Vec<GroupState>,
    open: Vec<Group>,
    items: Vec<Item>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, ops: Vec::new(), groups: Vec::new(), open: Vec::new(), items: Vec::new() }
    }

    /// A piece of the source.
    pub(super) fn source(&mut self, range: TextRange) {
        let text = &self.source[range];
        let first = text.split('\n').next().unwrap_or_default();
        let tall = first.len() < text.len();
        self.ops.push(Op::Source { range, width: columns(first), tall });
        if tall {
            self.break_tight();
        }
    }

    pub(super) fn trailing(&mut self, range: TextRange) {
        self.ops.push(Op::Trailing(range));
    }

    pub(super) fn raw(&mut self, range: TextRange) {
        self.ops.push(Op::Raw(range));
    }

    pub(super) fn text(&mut self, text: &'static str) {
        self.ops.push(Op::Text(text));
    }

    pub(super) fn if_broken(&mut self, group: Group, text: &'static str) {
        self.ops.push(Op::IfBroken(text, group));
    }

    pub(super) fn line(&mut self, group: Group, flat: &'static str, blank: bool) {
        self.ops.push(Op::Line { group, flat, blank });
    }

    pub(super) fn newline(&mut self, extra: usize, blank: bool) {
        self.ops.push(Op::Newline { extra, blank });
        if let Some(innermost) = self.open.last().copied() {
            self.force(innermost);
        }
    }

    pub(super) fn between(&mut self, blank: bool, items: Option<(usize, usize)>) {
        self.ops.push(Op::Between { blank, items });
    }

    pub(super) fn open(&mut self, bind: Bind) -> Group {
        let group = Group(self.groups.len());
        self.groups.push(GroupState { bind, forced: false, end: 0 });
        self.open.push(group);
        self.ops.push(Op::Open(group));
        group
    }

    pub(super) fn close(&mut self, group: Group) {
        self.groups[group.0].end = self.ops.len();
        self.open.retain(|open| *open != group);
    }

    pub(super) fn indent(&mut self, group: Group, levels: isize) {
        self.ops.push(Op::Indent(group, levels));
    }

    /// Breaks a group that is open, and so the brackets around it.
    pub(super) fn force(&mut self, group: Group) {
        self.groups[group.0].forced = true;
        self.break_tight();
    }

    fn break_tight(&mut self) {
        for group in &self.open {
            let state = &mut self.groups[group.0];
            state.forced |= state.bind == Bind::Tight;
        }
    }

    /// The number that the next declaration will have.
    pub(super) fn next_item(&self) -> usize {
        self.items.len()
    }

    pub(super) fn begin_item(&mut self, kind: SyntaxKind) {
        self.items.push(Item { kind, ops: self.ops.len()..self.ops.len() });
    }

    pub(super) fn end_item(&mut self) {
        if let Some(item) = self.items.last_mut() {
            item.ops.end = self.ops.len();
        }
    }

    /// Decides where lines end, and writes the text.
    pub(super) fn print(&self) -> Printed {
        let measures = Measures::new(&self.ops, &self.groups);
        let mut out = Output::default();
        let mut broken = vec![false; self.groups.len()];
        for (at, op) in self.ops.iter().enumerate() {
            match *op {
                Op::Source { range, .. } => out.source(self.source, range),
                Op::Trailing(range) => {
                    out.text(" ");
                    out.source(self.source, range);
                }
                Op::Raw(range) => out.raw(self.source, range),
                Op::Text(text) => out.text(text),
                Op::IfBroken(text, group) if broken[group.0] => out.text(text),
                Op::Line { group, blank, .. } if broken[group.0] => out.newline(0, blank),
                Op::Line { flat, .. } => out.text(flat),
                Op::Newline { extra, blank } => out.newline(extra, blank),
                Op::Between { blank, items } => {
                    let apart = items.is_some_and(|pair| !self.belong_together(pair, &measures));
                    out.newline(0, blank || apart);
                }
                Op::Open(group) => {
                    let state = &self.groups[group.0];
                    broken[group.0] = state.forced || out.column() + measures.width(at..state.end) > WIDTH;
                }
                Op::Indent(group, levels) if broken[group.0] => {
                    out.levels = out.levels.saturating_add_signed(levels);
                }
                Op::Indent(..) | Op::IfBroken(..) => {}
            }
        }
        out.finish()
    }

    /// Whether two neighbours are imports, params or types of one line each.
    fn belong_together(&self, (first, second): (usize, usize), measures: &Measures) -> bool {
        use SyntaxKind::{IMPORT, PARAM, TYPE_DECL};
        let (first, second) = (&self.items[first], &self.items[second]);
        first.kind == second.kind
            && matches!(first.kind, IMPORT | PARAM | TYPE_DECL)
            && measures.is_line(&first.ops)
            && measures.is_line(&second.ops)
    }
}

/// The widths of operations, so that each question about a group takes constant time.
struct Measures {
    /// The width of all operations before this one, each on one line.
    before: Vec<usize>,
    /// The next operation that ends a line in any case.
    next_break: Vec<usize>,
    /// The width up to the next place where a line may end.
    tail: Vec<usize>,
    /// The width of a text's first line.
    first_line: Vec<usize>,
}

impl Measures {
    fn new(ops: &[Op], groups: &[GroupState]) -> Self {
        let n = ops.len();
        let mut before = Vec::with_capacity(n + 1);
        let mut sum = 0;
        for op in ops {
            before.push(sum);
            sum += flat_width(op);
        }
        before.push(sum);
        let (mut next_break, mut tail, mut first_line) = (vec![n; n + 1], vec![0; n + 1], vec![0; n + 1]);
        for (at, op) in ops.iter().enumerate().rev() {
            next_break[at] = if ends_line(op, groups) { at } else { next_break[at + 1] };
            (tail[at], first_line[at]) = match op {
                Op::Source { width, tall: true, .. } => (*width, *width),
                Op::Line { .. } | Op::Newline { .. } | Op::Between { .. } | Op::Trailing(_) | Op::Raw(_) => {
                    (0, 0)
                }
                Op::IfBroken(text, _) => (columns(text) + tail[at + 1], 0),
                _ => (flat_width(op) + tail[at + 1], 0),
            };
        }
        Self { before, next_break, tail, first_line }
    }

    /// The width of operations on one line, up to the first line break inside or the first possible one behind them.
    fn width(&self, ops: Range<usize>) -> usize {
        let end = self.next_break[ops.start];
        if end < ops.end {
            self.before[end] - self.before[ops.start] + self.first_line[end]
        } else {
            self.before[ops.end] - self.before[ops.start] + self.tail[ops.end]
        }
    }

    /// Whether operations are one line.
    fn is_line(&self, ops: &Range<usize>) -> bool {
        self.next_break[ops.start] >= ops.end && self.before[ops.end] - self.before[ops.start] <= WIDTH
    }
}

fn flat_width(op: &Op) -> usize {
    match op {
        Op::Source { width, .. } => *width,
        Op::Text(text) | Op::Line { flat: text, .. } => columns(text),
        _ => 0,
    }
}

fn ends_line(op: &Op, groups: &[GroupState]) -> bool {
    match op {
        Op::Source { tall, .. } => *tall,
        Op::Line { group, .. } => groups[group.0].forced,
        Op::Newline { .. } | Op::Between { .. } | Op::Raw(_) => true,
        _ => false,
    }
}

fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// A piece of the source in the text that was made of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// Where it is in the source.
    pub(super) from: TextRange,
    /// Where it begins in the text.
    pub(super) to: usize,
}

/// The text, and where the pieces of the source are in it.
pub(super) struct Printed {
    pub(super) text: String,
    pub(super) pieces: Vec<Piece>,
}

#[derive(Default)]
struct Output {
    text: String,
    pieces: Vec<Piece>,
    column: usize,
    levels: usize,
    /// The levels of the line that has just begun.
    due: Option<usize>,
}

impl Output {
    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        for _ in 0..self.due.take().unwrap_or(0) {
            self.text.push_str(INDENTATION);
            self.column += INDENTATION.len();
        }
        self.text.push_str(text);
        match text.rsplit_once('\n') {
            Some((_, last)) => self.column = columns(last),
            None => self.column += columns(text),
        }
    }

    /// The column at which the next text begins.
    fn column(&self) -> usize {
        self.due.map_or(self.column, |levels| levels * INDENTATION.len())
    }

    fn source(&mut self, source: &str, range: TextRange) {
        let text = &source[range];
        if text.contains("\r\n") {
            return self.text(&text.replace("\r\n", "\n"));
        }
        self.text(text);
        self.pieces.push(Piece { from: range, to: self.text.len() - text.len() });
    }

    fn raw(&mut self, source: &str, range: TextRange) {
        self.due = None;
        self.pieces.push(Piece { from: range, to: self.text.len() });
        self.text.push_str(&source[range]);
    }

    /// Ends a line, if there is one.
    fn newline(&mut self, extra: usize, blank: bool) {
        if self.text.is_empty() {
            return;
        }
        self.text.push_str(if blank { "\n\n" } else { "\n" });
        self.column = 0;
        self.due = Some(self.levels + extra);
    }

    fn finish(mut self) -> Printed {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        Printed { text: self.text, pieces: self.pieces }
    }
}
