//! E0227 event-not-in-rule.

use crate::diag::{Applicability, Diagnostic};
use efl_grammar::TextRange;

super::rule! {
    code: "E0227",
    name: "event-not-in-rule",
    level: Error,
    summary: "An event that exists is read in a `where` or body of a rule that is not on it.",
    page: include_str!("pages/E0227.md"),
}

/// An event that exists is read where no rule brings it.
pub(crate) fn diagnostic(name: &str, place: &str, range: TextRange) -> Diagnostic {
    let help = match place {
        "a workflow" => {
            format!("a workflow sees only its parameters: give it one, `{name}: TYPE`, and pass the event in the rule")
        }
        "a predicate" => "a predicate is about its own event: compare several in `where`".to_owned(),
        _ => format!("only the events behind `on` can be read: add `and {name}` to the rule"),
    };
    Diagnostic::new(&RULE, range, format!("the event `{name}` is not in scope in {place}")).help(help)
}

/// An event that the rule calls by an alias.
pub(crate) fn renamed(name: &str, alias: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("the event `{name}` is called `{alias}` in this rule")).fix(
        Applicability::Unsafe,
        format!("Change to `{alias}`"),
        range,
        alias,
    )
}
