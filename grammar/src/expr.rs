//! Precedence: pest gives expressions and event logic as flat lists, which become trees here.

use crate::build::{Builder, Pair};
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::kind::SyntaxKind::*;
use crate::parser::Rule;
use rowan::Checkpoint;

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
const NOT: u8 = 3;
const COMPARISON: u8 = 4;

/// A flat list being read.
struct Cursor {
    index: usize,
    end: usize,
}

impl Builder<'_> {
    /// Builds an expression.
    pub(crate) fn expr(&mut self, index: usize) {
        let mut cursor = Cursor { index: index + 1, end: self.pairs[index].next };
        self.binary(&mut cursor, 0);
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
            let strength = binding(&self.source.parsed()[op.start..op.end]);
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
        let Some(_) = self.peek(cursor) else { return };
        let start = self.checkpoint(cursor.index);
        self.take(cursor);
        while let Some(pair) = self.peek(cursor) {
            let (kind, open) = match pair.rule {
                Rule::member => (MEMBER_EXPR, true),
                Rule::index => (INDEX_EXPR, true),
                Rule::args => (CALL_EXPR, false),
                _ => return,
            };
            self.open(kind, pair.start, Some(start));
            if open {
                self.inside(cursor.index)
            } else {
                self.pair(cursor.index, None)
            }
            cursor.index = pair.next;
            self.close(pair.end);
        }
    }

    /// A statement's call: a name and arguments.
    pub(crate) fn call(&mut self, first: usize) -> usize {
        let mut cursor = Cursor { index: first, end: self.pairs[first + 1].next };
        self.postfix(&mut cursor);
        cursor.index
    }

    /// An operator as it should stand, or as an error.
    fn operator(&mut self, op: Pair, chained: bool) {
        let text = &self.source.parsed()[op.start..op.end];
        let kind = if text.starts_with(|c: char| c.is_ascii_alphabetic()) { KEYWORD } else { OPERATOR };
        if chained {
            self.error_around(op, kind, |range| {
                SyntaxError::new(SyntaxErrorKind::ChainedComparison, range, "comparisons do not chain")
            });
        } else {
            self.leaf(kind, op.start, op.end);
        }
    }

    fn stray(&mut self, op: Pair) {
        self.error_around(op, OPERATOR, |range| {
            SyntaxError::new(SyntaxErrorKind::StrayOperator, range, "an operator without a left side")
        });
    }

    /// Builds event logic.
    pub(crate) fn logic(&mut self, index: usize) {
        let mut cursor = Cursor { index: index + 1, end: self.pairs[index].next };
        self.logic_from(&mut cursor, 0);
    }

    fn logic_from(&mut self, cursor: &mut Cursor, least: u8) {
        if cursor.index >= cursor.end {
            return;
        }
        let start = self.checkpoint(cursor.index);
        self.take(cursor);
        while let Some(op) = self.peek(cursor).filter(|pair| pair.rule == Rule::logic_op) {
            let strength = match &self.source.parsed()[op.start..op.end] {
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
