//! E0409 alias-needed.

use crate::{diag::Diagnostic, ir::Term};
use efl_grammar::TextRange;

super::rule! {
    code: "E0409",
    name: "alias-needed",
    level: Error,
    summary: "Two uses of one event in a rule without `as`.",
    page: include_str!("pages/E0409.md"),
}

/// Two uses of one name in a rule.
pub(crate) fn diagnostic(term: &Term, range: TextRange, first: TextRange) -> Diagnostic {
    let message = format!("`{}` stands twice in this rule: one of them needs a name of its own", term.name);
    Diagnostic::new(&RULE, range, message)
        .label(first, "the first one")
        .help(format!("write `{} as second`", term.event))
}
