//! E0401 never-holds.

use crate::{
    diag::{Applicability, Diagnostic},
    elab::suggest,
    ir::{Expr, Scope},
    rules,
    sat::{self, Context, Satisfiable},
    types::{Literal, Type, TypeTable},
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode},
};

super::rule! {
    code: "E0401",
    name: "never-holds",
    level: Error,
    summary: "A predicate or `where` that no payload can satisfy.",
    page: include_str!("pages/E0401.md"),
}

/// A literal compared with a union that it is not part of.
pub(crate) fn outside_union(value: &Literal, known: &[&Literal], range: TextRange) -> Diagnostic {
    let list: Vec<String> = known.iter().map(ToString::to_string).collect();
    let diagnostic = Diagnostic::new(&RULE, range, format!("{value} is never the value here: it is {}", list.join(" or ")));
    let Literal::String(text) = value else { return diagnostic };
    let texts: Vec<String> =
        known.iter().filter_map(|l| if let Literal::String(t) = l { Some(t.to_string()) } else { None }).collect();
    match suggest(text, &texts) {
        Some(near) => diagnostic
            .help(format!("did you mean {near:?}?"))
            .fix(Applicability::Unsafe, format!("Change to {near:?}"), range, format!("{near:?}")),
        None => diagnostic,
    }
}

/// A predicate that no payload satisfies, or that every payload does.
pub(crate) fn check(
    predicate: &Expr,
    event: &dyn Fn(&Scope) -> (Type, Type),
    node: &ast::Expr,
) -> Option<Diagnostic> {
    let table = TypeTable::default();
    match sat::satisfiable(predicate, Context { table: &table, event }) {
        Satisfiable::Never(conflict) => {
            let later = &conflict.later.expr;
            let diagnostic = Diagnostic::new(&RULE, node.range(), "this can never hold");
            Some(match conflict.earlier {
                Some(earlier) => diagnostic.help(format!("`{}` and `{later}` exclude each other", earlier.expr)),
                None => diagnostic.help(format!("`{later}` is false for every value of its type")),
            })
        }
        Satisfiable::Always => Some(rules::always_holds::diagnostic(node.range())),
        Satisfiable::Sometimes | Satisfiable::Unknown => None,
    }
}
