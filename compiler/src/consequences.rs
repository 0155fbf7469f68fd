//! One mistake, one diagnostic, over a whole file: that a name is nowhere is not said when it stands in a line that could
//! not be read, for there it may be declared. What follows from a mistake inside one item `elab/cascade.rs` knows.

use crate::{
    diag::{Diagnostic, Level},
    rules::{self, Rule},
};
use efl_grammar::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};

/// The rules of names that are nowhere: the range of their diagnostics is the name.
static UNKNOWN: [&Rule; 13] = [
    &rules::event_not_in_rule::RULE,
    &rules::no_such_field::RULE,
    &rules::unknown_bus::RULE,
    &rules::unknown_cluster::RULE,
    &rules::unknown_event::RULE,
    &rules::unknown_function::RULE,
    &rules::unknown_metric::RULE,
    &rules::unknown_name::RULE,
    &rules::unknown_orchestrator::RULE,
    &rules::unknown_parameter::RULE,
    &rules::unknown_rule::RULE,
    &rules::unknown_type::RULE,
    &rules::unknown_workflow::RULE,
];

/// The rules of syntax that only say that something is missing or too much.
static WEAK: [&Rule; 11] = [
    &rules::misplaced_option::RULE,
    &rules::missing_block::RULE,
    &rules::missing_expression::RULE,
    &rules::missing_keyword::RULE,
    &rules::missing_name::RULE,
    &rules::missing_punctuation::RULE,
    &rules::missing_separator::RULE,
    &rules::missing_type::RULE,
    &rules::missing_value::RULE,
    &rules::stray_operator::RULE,
    &rules::unexpected_text::RULE,
];

/// The keywords of declarations that other ones name.
const DECLARING: [&str; 11] = [
    "bus",
    "cluster",
    "event",
    "fleet",
    "function",
    "orchestrator",
    "param",
    "rule",
    "source",
    "type",
    "workflow",
];

/// Drops what only follows from something else that is said of the file.
pub(crate) fn drop(text: &str, found: &mut Vec<Diagnostic>) {
    let meant: FxHashSet<String> = found.iter().filter_map(meant_import).collect();
    let is_read = !found.iter().any(is_syntax);
    if is_read && meant.is_empty() {
        return;
    }
    drop_echoes(text, found);
    let unread = Unread::of(text, found.iter().filter(|d| is_syntax(d)).map(|d| d.range));
    let nameless = found.iter().filter(|d| is_syntax(d) && is_nameless(text, d)).count();
    found.retain(|d| {
        let no_orchestrator = d.rule == &rules::orchestrator_not_chosen::RULE && unread.has_head;
        let name = &text[d.range];
        let is_elsewhere = || meant.contains(name) || unread.has(name, d.range);
        !(no_orchestrator || UNKNOWN.contains(&d.rule) && is_elsewhere())
    });
    drop_unnamed(text, found, nameless);
}

/// Of two syntax errors with nothing between them that ends a part of the text, drops the one that says less.
fn drop_echoes(text: &str, found: &mut Vec<Diagnostic>) {
    let mut errors: Vec<usize> = (0..found.len()).filter(|at| is_syntax(&found[*at])).collect();
    errors.sort_by_key(|at| (found[*at].range.start(), found[*at].range.end()));
    let mut echoes = FxHashSet::default();
    let mut before: Option<usize> = None;
    for at in errors {
        match before.map(|before| echo(text, &found[before], &found[at])) {
            Some(Some(Echo::Second)) => {
                echoes.insert(at);
                continue;
            }
            Some(Some(Echo::First)) => echoes.extend(before),
            Some(None) | None => {}
        }
        before = Some(at);
    }
    let mut at = 0..;
    found.retain(|_| !at.next().is_some_and(|at| echoes.contains(&at)));
}

/// Which of two syntax errors only follows from the other.
enum Echo {
    First,
    Second,
}

fn echo(text: &str, first: &Diagnostic, second: &Diagnostic) -> Option<Echo> {
    let (end, start) = (first.range.end(), second.range.start());
    if end > start {
        return None;
    }
    let between = &text[TextRange::new(end, start)];
    let unclosed = [&rules::unclosed_brace::RULE, &rules::unclosed_bracket::RULE];
    if unclosed.contains(&first.rule)
        && second.rule == &rules::unclosed_string::RULE
        && !between.contains('\n')
    {
        return Some(Echo::First);
    }
    let goes_on = |separator: char| match separator {
        '\n' => text[second.range].starts_with('|'),
        other => !matches!(other, ',' | ';' | '{' | '}' | '(' | ')' | '[' | ']'),
    };
    if !between.chars().all(goes_on) {
        return None;
    }
    let no_keyword = first.rule == &rules::missing_keyword::RULE;
    if WEAK.contains(&second.rule) || no_keyword && second.rule == &rules::misspelt_keyword::RULE {
        Some(Echo::Second)
    } else {
        WEAK.contains(&first.rule).then_some(Echo::First)
    }
}

/// Drops what is said of names that are nowhere, if no more of them are than declarations without a name.
fn drop_unnamed(text: &str, found: &mut Vec<Diagnostic>, nameless: usize) {
    let unknown = |d: &&Diagnostic| UNKNOWN.contains(&d.rule) && d.rule != &rules::no_such_field::RULE;
    let names: FxHashSet<&str> = found.iter().filter(unknown).map(|d| &text[d.range]).collect();
    if names.len() <= nameless {
        found.retain(|d| !unknown(&d));
    }
}

fn is_syntax(diagnostic: &Diagnostic) -> bool {
    diagnostic.level == Level::Error && diagnostic.rule.code.starts_with("E01")
}

/// Whether a syntax error is that a declaration has no name.
fn is_nameless(text: &str, error: &Diagnostic) -> bool {
    let start = text[..usize::from(error.range.start())].rfind('\n').map_or(0, |at| at + 1);
    let keyword = |line: &str| {
        let line = line.trim_start_matches([' ', '\t']);
        let rest = DECLARING.iter().find_map(|keyword| line.strip_prefix(keyword))?;
        Some(!rest.trim_start_matches([' ', '\t']).starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    error.rule == &rules::missing_name::RULE || keyword(&text[start..]).unwrap_or(false)
}

/// The name that an import should have brought, if another one is near to what it says.
fn meant_import(diagnostic: &Diagnostic) -> Option<String> {
    let fix = diagnostic.fixes.first().filter(|_| diagnostic.rule == &rules::import_name_not_found::RULE)?;
    Some(fix.edits.first()?.text.clone())
}

/// What stands in the lines of a file that could not all be read.
struct Unread<'a> {
    /// Where each line of the file begins.
    starts: Vec<usize>,
    /// The words of those lines, with the first and the last line that each stands in.
    words: FxHashMap<&'a str, (usize, usize)>,
    /// Whether one of them begins a declaration of the file.
    has_head: bool,
}

impl<'a> Unread<'a> {
    fn of(text: &'a str, errors: impl Iterator<Item = TextRange>) -> Self {
        let starts = [0].into_iter().chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut this = Self { starts, words: FxHashMap::default(), has_head: false };
        let mut ranges: Vec<_> =
            errors.map(|error| (this.line(error.start().into()), this.line(error.end().into()))).collect();
        ranges.sort_unstable();
        let mut next = 0;
        for (first, last) in ranges {
            for line in first.max(next)..=last {
                this.read(text, line);
            }
            next = next.max(last + 1);
        }
        this
    }

    fn read(&mut self, text: &'a str, line: usize) {
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let written = &text[self.starts[line]..end];
        let behind_blank = written.strip_prefix(' ').unwrap_or(written);
        self.has_head |= behind_blank.starts_with(|c: char| c.is_ascii_alphanumeric());
        for word in written.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')) {
            self.words.entry(word).or_insert((line, line)).1 = line;
        }
    }

    /// The line of an offset.
    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// Whether a word stands in another of those lines than the one it stands in.
    fn has(&self, word: &str, place: TextRange) -> bool {
        let line = self.line(place.start().into());
        self.words.get(word).is_some_and(|(first, last)| *first != line || *last != line)
    }
}
