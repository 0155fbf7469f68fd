//! Precedence: pest gives expressions and event logic as flat lists, which become trees here.

use crate::build::{Builder, Pair};
use crate::error::SyntaxError;
use crate::kind::SyntaxKind::{self, *};
use crate::parser::Rule;
use crate::repair::Why;
use rowan::Checkpoint;

/// So many operators, members and calls may stand in one expression and those around it. Each may add a level to the
/// tree, and nobody who walks it should need to fear for the stack.
pub(crate) const MAX_CHAIN: usize = 256;

const NOT: u8 = 3;
const COMPARISON: u8 = 4;

/// How tightly a binary operator binds; greater is tighter.
fn binding(operator: &str) -> u8 {
    match operator {
        "or" | "||" => 1,
        "and" | "&&" => 2,
        "??" => 5,
        "+" | "-" => 6,
        "*" | "/" | "%" => 7,
        _ => COMPARISON,
    }
}

/// What EFL writes for an operator of other languages.
fn native(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "&&" => "and",
        "||" => "or",
        "!" => "not",
        "===" | "=" => "==",
        "!==" | "<>" => "!=",
        _ => return None,
    })
}

/// A flat list being read.
struct Cursor {
    index: usize,
    end: usize,
}

impl Builder<'_> {
    /// Builds an expression.
    pub(crate) fn expr(&mut self, index: usize) {
        self.within_budget(index, |builder, mut cursor| {
            builder.binary(&mut cursor, 0);
            builder.children(cursor.index, cursor.end);
        });
    }

    /// Builds event logic.
    pub(crate) fn logic(&mut self, index: usize) {
        self.within_budget(index, |builder, mut cursor| builder.logic_from(&mut cursor, 0));
    }

    /// Builds a flat list, unless it is too long.
    fn within_budget(&mut self, index: usize, build: impl FnOnce(&mut Self, Cursor)) {
        let pair = self.pairs[index];
        let levels = self.levels(index);
        if levels > self.chain_budget {
            return self.error_around(pair, JUNK, SyntaxError::chain_too_long(self.place(pair), MAX_CHAIN));
        }
        self.chain_budget -= levels;
        self.parents.push(index);
        build(self, Cursor { index: index + 1, end: pair.next });
        self.parents.pop();
        self.gap(pair.end);
        self.chain_budget += levels;
    }

    /// How many levels a flat list may add.
    fn levels(&self, index: usize) -> usize {
        let end = self.pairs[index].next;
        let mut at = index + 1;
        let mut count = 0;
        while at < end {
            use Rule::{args, index, line_op, logic_op, member, neg, not_op, op};
            count += usize::from(matches!(
                self.pairs[at].rule,
                op | line_op | not_op | neg | member | index | args | logic_op
            ));
            at = self.pairs[at].next;
        }
        count
    }

    fn peek(&self, cursor: &Cursor) -> Option<Pair> {
        (cursor.index < cursor.end).then(|| self.pairs[cursor.index])
    }

    /// The next pair, built.
    fn take(&mut self, cursor: &mut Cursor) {
        self.pair(cursor.index, None);
        cursor.index = self.pairs[cursor.index].next;
    }

    fn binary(&mut self, cursor: &mut Cursor, least: u8) {
        let Some(first) = self.peek(cursor) else { return };
        let start = self.checkpoint(cursor.index);
        self.unary(cursor, first, start, least);
        let mut compared = false;
        while let Some(op) = self.peek(cursor).filter(|pair| matches!(pair.rule, Rule::op | Rule::line_op)) {
            let strength = binding(self.text(op));
            if strength < least {
                return;
            }
            self.open(BINARY_EXPR, op.start, Some(start));
            self.operator(op, compared && strength == COMPARISON);
            compared |= strength == COMPARISON;
            cursor.index = op.next;
            self.binary(cursor, strength + 1);
            self.close_here();
        }
    }

    fn unary(&mut self, cursor: &mut Cursor, first: Pair, start: Checkpoint, least: u8) {
        match first.rule {
            Rule::not_op if least <= NOT => {
                self.open(UNARY_EXPR, first.start, Some(start));
                self.operator(first, false);
                cursor.index = first.next;
                self.binary(cursor, NOT);
                self.close_here();
            }
            Rule::not_op | Rule::stray_op => {
                self.stray(first);
                cursor.index = first.next;
                self.binary(cursor, least);
            }
            Rule::neg => {
                self.open(UNARY_EXPR, first.start, Some(start));
                self.leaf(OPERATOR, first.start, first.end);
                cursor.index = first.next;
                self.postfix(cursor);
                self.close_here();
            }
            _ => self.postfix(cursor),
        }
    }

    /// An operand with its members, indexes and calls.
    fn postfix(&mut self, cursor: &mut Cursor) {
        if self.peek(cursor).is_none() {
            return;
        }
        let start = self.checkpoint(cursor.index);
        self.take(cursor);
        while let Some(pair) = self.peek(cursor) {
            let kind = match pair.rule {
                Rule::member => MEMBER_EXPR,
                Rule::index => INDEX_EXPR,
                Rule::args => CALL_EXPR,
                _ => return,
            };
            self.open(kind, pair.start, Some(start));
            if kind == CALL_EXPR {
                self.pair(cursor.index, None);
            } else {
                self.content(cursor.index);
            }
            cursor.index = pair.next;
            self.close(pair.end);
        }
    }

    /// A statement's call: a name and arguments, then call options.
    pub(crate) fn call_stmt(&mut self, index: usize) {
        let mut cursor = Cursor { index: index + 1, end: self.pairs[index].next };
        self.postfix(&mut cursor);
        self.children(cursor.index, cursor.end);
    }

    /// An operator as it should stand, or as an error.
    fn operator(&mut self, op: Pair, chained: bool) {
        let text = self.text(op).to_owned();
        let place = self.place(op);
        let misspelt = self.source.patches_in(op.start, op.end).iter().find_map(|patch| match &patch.why {
            Why::Mended(error) => Some((**error).clone()),
            _ => None,
        });
        if let Some(error) = misspelt {
            return self.error_around(op, KEYWORD, error);
        }
        if let Some(native) = native(&text) {
            return self.error_around(
                op,
                operator_kind(&text),
                SyntaxError::foreign_operator(place, &text, native),
            );
        }
        if chained {
            return self.error_around(
                op,
                operator_kind(&text),
                SyntaxError::chained_comparison(place, &text),
            );
        }
        if matches!(text.as_str(), "-" | "/" | "%") {
            self.spacing(op, &text);
        }
        self.leaf(operator_kind(&text), op.start, op.end);
    }

    /// Says that blanks are missing around an operator.
    fn spacing(&mut self, op: Pair, text: &str) {
        let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        let bytes = self.source.parsed().as_bytes();
        let (before, behind) = (blank(bytes[..op.start].last()), blank(bytes.get(op.end)));
        if !before || !behind {
            self.gap(op.start);
            self.error_here(SyntaxError::operator_spacing(self.place(op), text, before, behind));
        }
    }

    /// An operator that has nothing on its left.
    fn stray(&mut self, op: Pair) {
        let text = self.text(op).to_owned();
        let error = match op.rule {
            Rule::not_op => SyntaxError::not_needs_parentheses(self.place(op)),
            _ => SyntaxError::stray_operator(self.place(op), &text),
        };
        self.error_around(op, operator_kind(&text), error);
    }

    fn logic_from(&mut self, cursor: &mut Cursor, least: u8) {
        if cursor.index >= cursor.end {
            return;
        }
        let start = self.checkpoint(cursor.index);
        self.take(cursor);
        while let Some(op) = self.peek(cursor).filter(|pair| pair.rule == Rule::logic_op) {
            let strength = match self.text(op) {
                "then" => 3,
                "and" | "&&" => 2,
                _ => 1,
            };
            if strength < least {
                return;
            }
            self.open(LOGIC_BIN, op.start, Some(start));
            self.operator(op, false);
            cursor.index = op.next;
            self.logic_from(cursor, strength + 1);
            self.close_here();
        }
    }
}

fn operator_kind(text: &str) -> SyntaxKind {
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) { KEYWORD } else { OPERATOR }
}
