//! E0227 event-not-in-rule.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0227",
    name: "event-not-in-rule",
    level: Error,
    summary: "An event that exists is read in a `where` or body of a rule that is not on it.",
    page: "",
}

/// An event that exists is read where no rule brings it.
pub(crate) fn diagnostic(name: &str, place: &str, range: TextRange) -> Diagnostic {
    let help = if place == "a workflow" {
        format!("a workflow sees only its parameters: give it one, `{name}: TYPE`, and pass the event in the rule")
    } else {
        format!("only the events behind `on` can be read: add `and {name}` to the rule")
    };
    Diagnostic::new(&RULE, range, format!("the event `{name}` is not in scope in {place}")).help(help)
}
