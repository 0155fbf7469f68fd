//! Blocks, records, lists, arguments: what stands between brackets, on one line or one element to a line.

use super::layout::{Bind, Group};
use super::printer::Printer;
use super::trivia::{Gap, is_trivia};
use efl_grammar::{SyntaxElement, SyntaxKind, SyntaxKind::*, SyntaxNode};

/// How brackets are written.
struct Style {
    /// Inside the brackets, on one line.
    pad: &'static str,
    /// Between elements, on one line; the comma is written apart if `comma`. If nothing is said, no line ends there.
    between: Option<&'static str>,
    /// Whether elements that stand on lines of their own have commas between them.
    comma: bool,
    /// Whether the last of them has one too.
    last_comma: bool,
    /// Which line breaks of the author's are kept.
    keep: Keep,
}

/// Which line breaks of the author's break the brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// All between the elements.
    All,
    /// The first, behind the opening bracket.
    First,
    /// None.
    None,
}

impl Style {
    fn of(node: &SyntaxNode, elements: &[SyntaxElement]) -> Self {
        let opening = elements.first().map(SyntaxElement::kind);
        match node.kind() {
            IMPORT => Self { pad: " ", between: Some(" "), comma: true, last_comma: true, keep: Keep::First },
            _ if opening == Some(L_BRACE) => {
                Self { pad: " ", between: Some(", "), comma: false, last_comma: false, keep: Keep::All }
            }
            ARGS | LIST_EXPR | PATTERN_LIST | SIG => {
                let is_type = node.kind() == SIG && !elements.iter().any(|element| element.kind() == FORMAL);
                Self { pad: "", between: Some(" "), comma: true, last_comma: !is_type, keep: Keep::First }
            }
            _ => Self { pad: "", between: None, comma: false, last_comma: false, keep: Keep::None },
        }
    }

    /// Whether the author's line breaks, or the style, want one element to a line.
    fn is_broken(&self, node: &SyntaxNode, inside: &[SyntaxElement]) -> bool {
        let breaks = |elements: &[SyntaxElement]| {
            let mut gap = Gap::default();
            for element in elements {
                gap.take_in(element);
            }
            gap.has_line_break()
        };
        let first = inside.iter().position(|element| !is_trivia(element)).unwrap_or(0);
        match self.keep {
            Keep::All => breaks(inside) || node.kind() == STMTS && has_else(node),
            Keep::First => breaks(&inside[..first]),
            Keep::None => false,
        }
    }
}

/// Whether the block is one of several of an `if`.
fn has_else(block: &SyntaxNode) -> bool {
    let blocks = |parent: SyntaxNode| parent.children().filter(|child| child.kind() == STMTS).count();
    block.parent().is_some_and(|parent| parent.kind() == IF_STMT && blocks(parent) > 1)
}

impl Printer<'_> {
    /// Brackets of a node and what stands between them.
    pub(super) fn brackets(&mut self, node: &SyntaxNode, elements: &[SyntaxElement]) {
        let [opening, inside @ .., closing] = elements else { return };
        let style = Style::of(node, elements);
        let broken = style.is_broken(node, inside);
        self.element(opening);
        if let Some(content) = inseparable(inside).filter(|content| content.is_none() || !broken) {
            self.separated = true;
            if let Some(content) = content {
                self.node(&content);
            }
            self.separated = true;
        } else {
            let group = self.layout.open(Bind::Tight);
            if broken {
                self.layout.force(group);
            }
            self.bracketed(group, &style, inside);
            self.layout.close(group);
        }
        self.element(closing);
    }

    fn bracketed(&mut self, group: Group, style: &Style, inside: &[SyntaxElement]) {
        self.layout.indent(group, 1);
        let mut first = true;
        for element in inside {
            let is_comma = element.kind() == COMMA;
            if is_trivia(element) || is_comma && style.between.is_some() {
                self.gap.take_in(element);
                continue;
            }
            if first {
                self.line(group, style.pad, false);
            } else if let Some(between) = style.between {
                self.comma(style, None);
                self.line(group, between, true);
            }
            first = false;
            self.element(element);
        }
        if !first {
            self.comma(style, Some(group));
        }
        self.end(group, style.pad, !first);
    }

    /// The comma behind an element; behind the last one of the group, if it is broken.
    fn comma(&mut self, style: &Style, last_of: Option<Group>) {
        let is_there = self.gap.has_comma();
        let comments = self.gap.take_before_comma(style.comma && last_of.is_some());
        self.trailing(&comments);
        match last_of {
            None if style.comma && is_there => self.layout.text(","),
            Some(group) if style.last_comma => self.layout.if_broken(group, ","),
            _ => {}
        }
    }

    /// What stands between the last element and the closing bracket.
    fn end(&mut self, group: Group, pad: &'static str, blank: bool) {
        let mut gap = std::mem::take(&mut self.gap);
        let trailing = gap.trailing(true);
        let leading = gap.comments.split_off(trailing);
        self.trailing(&gap.comments);
        if gap.comments.iter().any(|comment| comment.is_line) || !leading.is_empty() {
            self.layout.force(group);
        }
        gap.comments = leading;
        if !gap.comments.is_empty() {
            self.layout.line(group, "", blank && gap.newlines_at(0) > 1);
            self.leading(&gap, true, false);
        }
        self.layout.indent(group, -1);
        self.layout.line(group, pad, false);
        self.separated = true;
    }
}

/// What stands between brackets without blanks and line breaks of its own: nothing, or one element that brings its own
/// brackets or quotes.
#[allow(clippy::option_option)] // nothing is not the same as not
fn inseparable(inside: &[SyntaxElement]) -> Option<Option<SyntaxNode>> {
    if inside.iter().any(|element| is_trivia(element) && element.kind() != WHITESPACE) {
        return None;
    }
    let mut solid = inside.iter().filter(|element| !is_trivia(element) && element.kind() != COMMA);
    match (solid.next(), solid.next()) {
        (None, _) => Some(None),
        (Some(SyntaxElement::Node(only)), None) if brings_brackets(only) => Some(Some(only.clone())),
        _ => None,
    }
}

fn brings_brackets(element: &SyntaxNode) -> bool {
    match element.kind() {
        RECORD_EXPR | LIST_EXPR | TY_RECORD | PATTERN | PATTERN_LIST => true,
        STRING => element.text().contains_char('\n'),
        NAMED_ARG | FORMAL => element.last_child().is_some_and(|value| brings_brackets(&value)),
        _ => false,
    }
}

/// How many elements the first one reaches over: from an opening bracket to its closing one.
pub(super) fn extent(elements: &[SyntaxElement]) -> usize {
    let Some(closing) = elements.first().and_then(|first| closing(first.kind())) else { return 1 };
    elements.iter().position(|element| element.kind() == closing).map_or(1, |at| at + 1)
}

fn closing(opening: SyntaxKind) -> Option<SyntaxKind> {
    match opening {
        L_BRACE => Some(R_BRACE),
        L_PAREN => Some(R_PAREN),
        L_BRACK => Some(R_BRACK),
        _ => None,
    }
}
