//! Why a condition holds or not: the value of each of its parts.

use super::{Env, TypeError, eval};
use crate::ir::{Expr, Op};
use serde_json::Value;
use std::fmt::{self, Display, Formatter};

/// A part of an expression with its value.
#[derive(Clone, PartialEq, Debug)]
pub struct Explanation {
    /// The part, as EFL text.
    pub text: String,
    /// Its value.
    pub result: Result<Value, TypeError>,
    /// Whether evaluation did not come so far, because something before it decided. The value is what it would be.
    pub skipped: bool,
    /// Its own parts: the operands of `and`, `or`, `not`, else the fields and calculations that are compared.
    pub parts: Vec<Explanation>,
}

/// Explains an expression part by part. A chain of one operator (`a and b and c`) has its operands side by side.
pub fn explain(expr: &Expr, env: &Env<'_>) -> Explanation {
    let result = eval(expr, env);
    let mut parts: Vec<Explanation> = operands(expr).into_iter().map(|part| explain(part, env)).collect();
    if let Expr::Binary(op @ (Op::And | Op::Or), ..) = expr {
        skip_after_decision(*op, &mut parts);
    }
    Explanation { text: expr.to_string(), result, skipped: false, parts }
}

/// Marks what stands behind the first operand that decides.
fn skip_after_decision(op: Op, parts: &mut [Explanation]) {
    let decides = |part: &Explanation| match &part.result {
        Ok(Value::Bool(flag)) => *flag == (op == Op::Or),
        Ok(Value::Null) => op == Op::And,
        Ok(_) | Err(_) => true,
    };
    if let Some(first) = parts.iter().position(decides) {
        parts[first + 1..].iter_mut().for_each(|part| part.skipped = true);
    }
}

/// The operands that a reader wants to see: of a chain all of them, of anything else those that are no literals.
fn operands(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Binary(op @ (Op::And | Op::Or), ..) => {
            let mut chain = Vec::new();
            flatten(*op, expr, &mut chain);
            chain
        }
        Expr::Binary(_, left, right) => {
            [&**left, right].into_iter().filter(|part| !is_literal(part)).collect()
        }
        Expr::Not(inner) | Expr::Negate(inner) => vec![inner],
        Expr::Call(_, args) => args.iter().filter(|part| !is_literal(part)).collect(),
        Expr::Template(parts) => parts.iter().filter(|part| !is_literal(part)).collect(),
        _ => Vec::new(),
    }
}

fn flatten<'e>(op: Op, expr: &'e Expr, into: &mut Vec<&'e Expr>) {
    match expr {
        Expr::Binary(own, left, right) if *own == op => {
            flatten(op, left, into);
            flatten(op, right, into);
        }
        other => into.push(other),
    }
}

fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Null | Expr::Bool(_) | Expr::Number(_) | Expr::String(_) | Expr::Duration(_) => true,
        Expr::List(items) => items.iter().all(is_literal),
        Expr::Negate(inner) => is_literal(inner),
        _ => false,
    }
}

impl Display for Explanation {
    /// A line for each part, indented by its depth: `false  speed > 50`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.lines(0, f)
    }
}

impl Explanation {
    fn lines(&self, depth: usize, f: &mut Formatter<'_>) -> fmt::Result {
        let newline = if depth == 0 { "" } else { "\n" };
        write!(f, "{newline}{:1$}", "", 2 * depth)?;
        match &self.result {
            Ok(value) => write!(f, "{value}  {}", self.text)?,
            Err(error) => write!(f, "type error  {}  ({error})", self.text)?,
        }
        f.write_str(if self.skipped { "  (not reached)" } else { "" })?;
        self.parts.iter().try_for_each(|part| part.lines(depth + 1, f))
    }
}
