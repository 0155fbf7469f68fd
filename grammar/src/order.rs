//! Rules of order and number, which the grammar lets pass so that one mistake stays one: options stand before
//! statements, handlers behind them, and a clause stands once.

use crate::build::Builder;
use crate::error::SyntaxError;
use crate::kind::SyntaxKind::*;
use crate::parser::Rule;
use crate::shape::{Shape, shape};
use rowan::Checkpoint;

impl Builder<'_> {
    /// The content of a body (`outermost`) or of a block of statements in it.
    pub(crate) fn statements(&mut self, parent: usize, outermost: bool) {
        let in_rule =
            self.parents.iter().rev().nth(1).is_some_and(|index| self.pairs[*index].rule == Rule::rule_decl);
        let children = self.child_indexes(parent);
        let is_stmt =
            |rule: Rule| !is_option(rule) && !is_handler(rule) && matches!(shape(rule), Shape::Node(_));
        let first_stmt = children
            .iter()
            .position(|at| !is_option(self.pairs[*at].rule) && is_stmt_or_handler(self.pairs[*at].rule));
        let last_stmt = children.iter().rposition(|at| is_stmt(self.pairs[*at].rule));
        let mut handlers: Vec<Rule> = Vec::new();
        for (nth, index) in children.iter().copied().enumerate() {
            let pair = self.pairs[index];
            let place = self.head(index);
            if in_rule && pair.rule == Rule::patch {
                let error = SyntaxError::misplaced_declaration(place, "patch", Rule::body);
                self.flagged(index, Some(error));
                continue;
            }
            let error = if is_handler(pair.rule) {
                let word = if pair.rule == Rule::on_failure { "on failure" } else { "on exit" };
                if !outermost {
                    Some(SyntaxError::inner_handler(place, word))
                } else if handlers.contains(&pair.rule) {
                    Some(SyntaxError::duplicate_clause(place, word))
                } else if last_stmt.is_some_and(|last| nth < last) && !self.misses_block(index) {
                    Some(SyntaxError::early_handler(place, word))
                } else {
                    None
                }
            } else if is_option(pair.rule) && first_stmt.is_some_and(|first| nth > first) {
                Some(SyntaxError::misplaced_option(place, &self.source.text()[place]))
            } else {
                None
            };
            if is_handler(pair.rule) {
                handlers.push(pair.rule);
            }
            self.flagged(index, error);
        }
    }

    /// Whether a block is missing: what follows may have been meant to stand in it.
    fn misses_block(&self, index: usize) -> bool {
        self.child_indexes(index).into_iter().any(|child| self.pairs[child].rule == Rule::missing_block)
    }

    /// The content of a declaration in which some clauses may stand once.
    pub(crate) fn clauses(&mut self, parent: usize) {
        let mut seen: Vec<Rule> = Vec::new();
        for index in self.child_indexes(parent) {
            let pair = self.pairs[index];
            let doc = self.doc(index);
            let word = match pair.rule {
                Rule::within => "within",
                Rule::by => "by",
                Rule::r#where => "where",
                Rule::placement => "placement",
                _ => {
                    self.pair(index, doc);
                    continue;
                }
            };
            if seen.contains(&pair.rule) {
                let error = SyntaxError::duplicate_clause(self.head(index), word);
                self.flagged_at(index, Some(error), doc);
            } else {
                seen.push(pair.rule);
                self.pair(index, doc);
            }
        }
    }

    /// `let` and `return`: call options need a call.
    pub(crate) fn call_options(&mut self, parent: usize) {
        let mut said = self.ends_in_a_call(parent);
        for index in self.child_indexes(parent) {
            let option = matches!(self.pairs[index].rule, Rule::call_retry | Rule::call_timeout);
            let error = (option && !said).then(|| SyntaxError::option_without_call(self.head(index)));
            said |= option;
            self.flagged(index, error);
        }
    }

    /// Whether the expression of a statement is one call and nothing else.
    fn ends_in_a_call(&self, parent: usize) -> bool {
        let Some(expr) = self.child_indexes(parent).into_iter().find(|at| self.pairs[*at].rule == Rule::expr)
        else {
            return true;
        };
        let parts = self.child_indexes(expr);
        let last_is_args = parts.last().is_some_and(|at| self.pairs[*at].rule == Rule::args);
        let operator =
            |at: &usize| matches!(self.pairs[*at].rule, Rule::op | Rule::line_op | Rule::not_op | Rule::neg);
        last_is_args && !parts.iter().any(operator)
    }

    /// The keywords a pair begins with, or its key.
    fn head(&self, index: usize) -> rowan::TextRange {
        let pair = self.pairs[index];
        let text = self.text(pair);
        let len = match pair.rule {
            Rule::on_failure => text.find("failure").map_or(2, |at| at + "failure".len()),
            Rule::on_exit => text.find("exit").map_or(2, |at| at + "exit".len()),
            _ => text
                .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'))
                .unwrap_or(text.len()),
        };
        self.source.range(pair.start, pair.start + len.max(1))
    }

    fn flagged(&mut self, index: usize, error: Option<SyntaxError>) {
        self.flagged_at(index, error, None);
    }

    /// Builds a node with an error at its beginning.
    fn flagged_at(&mut self, index: usize, error: Option<SyntaxError>, at: Option<Checkpoint>) {
        let pair = self.pairs[index];
        match (error, shape(pair.rule)) {
            (Some(error), Shape::Node(kind)) => {
                self.open(kind, pair.start, at);
                self.error_here(error);
                self.content(index);
                self.close(pair.end);
            }
            _ => self.pair(index, at),
        }
    }

    /// A declaration that does not belong here, with the error at its beginning: what it declares is known all the same.
    pub(crate) fn misplaced(&mut self, index: usize, at: Option<Checkpoint>) {
        let context = self.pairs[index].rule;
        for child in self.child_indexes(index) {
            let place = self.head(child);
            let word = &self.source.text()[place];
            let error = SyntaxError::misplaced_declaration(place, word, context);
            self.flagged_at(child, Some(error), at);
        }
    }

    /// An `else` behind the last one.
    pub(crate) fn extra_else(&mut self, index: usize) {
        let pair = self.pairs[index];
        self.errors.push(SyntaxError::duplicate_clause(self.head(index), "else"));
        self.open(ERROR, pair.start, None);
        self.content(index);
        self.close(pair.end);
    }
}

fn is_option(rule_: Rule) -> bool {
    matches!(rule_, Rule::field | Rule::option_nc | Rule::patch)
}

fn is_handler(rule_: Rule) -> bool {
    matches!(rule_, Rule::on_failure | Rule::on_exit)
}

fn is_stmt_or_handler(rule_: Rule) -> bool {
    matches!(shape(rule_), Shape::Node(_))
}
