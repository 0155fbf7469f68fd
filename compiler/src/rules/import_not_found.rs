//! E0215 import-not-found.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0215",
    name: "import-not-found",
    level: Error,
    summary: "The imported file does not exist or lies outside the workspace.",
    page: include_str!("pages/E0215.md"),
}

/// A path that names no file of the workspace.
pub(crate) fn diagnostic(from: &str, path: &str, range: TextRange) -> Diagnostic {
    let diagnostic = Diagnostic::new(&RULE, range, format!("cannot find `{path}`"));
    match crate::system::resolve(from, path) {
        Some(resolved) => diagnostic.help(format!("looked for `{resolved}`: a path is relative to the file that names it")),
        None => diagnostic.help("a path is relative, uses `/`, and stays inside the workspace"),
    }
}
