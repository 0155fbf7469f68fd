//! E0218 ambiguous-event.

use crate::diag::{Applicability, Diagnostic};
use efl_grammar::TextRange;

super::rule! {
    code: "E0218",
    name: "ambiguous-event",
    level: Error,
    summary: "Two sources have an event of this name: `source.event` is needed.",
    page: include_str!("pages/E0218.md"),
}

/// An event name that several sources have.
pub(crate) fn diagnostic(name: &str, sources: &[String], range: TextRange) -> Diagnostic {
    let list: Vec<String> = sources.iter().map(|s| format!("`{s}`")).collect();
    let message = format!("`{name}` is an event of {}", list.join(" and of "));
    let mut diagnostic = Diagnostic::new(&RULE, range, message).help("say which: `SOURCE.EVENT`");
    for source in sources {
        let text = format!("{source}.{name}");
        diagnostic = diagnostic.fix(Applicability::Unsafe, format!("Change to `{text}`"), range, text);
    }
    diagnostic
}
