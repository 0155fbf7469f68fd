//! The entry points: a file, or one segment of it, becomes a tree and errors.

use crate::ast::{self, AstNode as _};
use crate::build;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::kind::{Efl, SyntaxKind, SyntaxNode};
use crate::repair::Edit;
use crate::segment::segment;
use crate::source::Source;
use pest::Parser as _;
use rowan::{GreenNode, GreenNodeBuilder, Language as _, TextRange, TextSize};
use std::{
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
};

/// The pest parser.
#[allow(missing_docs, unreachable_pub, clippy::pedantic)] // pest_derive generates an undocumented public enum
pub(crate) mod pest_parser {
    #[derive(pest_derive::Parser)]
    #[grammar = "efl.pest"]
    pub struct EflParser;
}
pub(crate) use pest_parser::{EflParser, Rule};

/// The tree and errors of one segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParsedItem {
    /// The tree: a `FILE` with the item and what stands around it.
    pub green: GreenNode,
    /// The errors, in the order of their `ERROR` nodes; ranges count from the segment's beginning.
    pub errors: Vec<SyntaxError>,
}

/// The tree and errors of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parse {
    green: GreenNode,
    errors: Vec<SyntaxError>,
}

impl Parse {
    /// The root of the tree, of kind `FILE`.
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green.clone())
    }

    /// The tree without places.
    pub fn green(&self) -> &GreenNode {
        &self.green
    }

    /// The errors, from first to last.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// The typed view of the root.
    pub fn file(&self) -> ast::File {
        ast::File::cast(self.syntax()).expect("the root is a FILE")
    }
}

/// Parses a file: the trees of its segments under one root.
pub fn parse(text: &str) -> Parse {
    let mut children = Vec::new();
    let mut errors = Vec::new();
    for segment in segment(text) {
        let item = parse_item(&text[segment.range]);
        children.extend(item.green.children().map(|child| child.to_owned()));
        errors.extend(item.errors.iter().map(|error| error.shifted(segment.range.start())));
    }
    Parse { green: GreenNode::new(Efl::kind_to_raw(SyntaxKind::FILE), children), errors }
}

/// Parses one segment of a file (or a fragment that is one declaration).
///
/// Misspelt keywords are found while the tree is built. They are then put right, and the text is parsed once more, so
/// that what stands behind them is read as what it was meant to be.
pub fn parse_item(text: &str) -> ParsedItem {
    let mut mended = Vec::new();
    for _ in 0..MAX_MENDS {
        let (item, mends) = attempt(text, &mended);
        if mends.is_empty() {
            return item;
        }
        mended.extend(mends);
    }
    attempt(text, &mended).0
}

/// How often a text is parsed again: misspelt keywords can hide each other.
const MAX_MENDS: u32 = 3;

/// How many steps pest may take for each byte of a segment. Large declarations of every kind, right or broken, need 4 to
/// 24; pest remembers nothing, and a text that is nested and wrong in a way nobody thought of may take steps without end.
const STEPS_PER_BYTE: usize = 50;
/// What a short segment may take: some milliseconds.
const LEAST_STEPS: usize = 2_000_000;

/// Lets pest take the steps that a text of a length may need. pest knows one limit for all threads: it only grows.
fn allow_steps(length: usize) {
    static ALLOWED: Mutex<usize> = Mutex::new(0);
    let needed = length.saturating_mul(STEPS_PER_BYTE).max(LEAST_STEPS);
    // The number in it is right even if a thread has died.
    let mut allowed = ALLOWED.lock().unwrap_or_else(PoisonError::into_inner);
    if *allowed < needed {
        pest::set_call_limit(NonZeroUsize::new(needed));
        *allowed = needed;
    }
}

fn attempt(text: &str, mended: &[Edit]) -> (ParsedItem, Vec<Edit>) {
    let source = Source::new(text, mended);
    allow_steps(source.plain().len());
    stacker::maybe_grow(STACK, 2 * STACK, || match EflParser::parse(Rule::item, source.plain()) {
        Ok(pairs) => build::tree(&source, pairs),
        Err(_) => (unreadable(text), Vec::new()),
    })
}

/// More stack than the deepest nesting needs that the repair lets through (`tests/hostile.rs`).
const STACK: usize = if cfg!(debug_assertions) { 8 << 20 } else { 1 << 20 };

/// The last resort: everything is one error. Only texts that take too many steps are known to lead here.
fn unreadable(text: &str) -> ParsedItem {
    let mut builder = GreenNodeBuilder::new();
    builder.start_node(Efl::kind_to_raw(SyntaxKind::FILE));
    builder.start_node(Efl::kind_to_raw(SyntaxKind::ERROR));
    builder.token(Efl::kind_to_raw(SyntaxKind::JUNK), text);
    builder.finish_node();
    builder.finish_node();
    let range = TextRange::up_to(TextSize::of(text));
    let error = SyntaxError::new(SyntaxErrorKind::UnexpectedText, range, "this text cannot be read");
    ParsedItem { green: builder.finish(), errors: vec![error] }
}
