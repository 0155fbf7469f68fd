//! E0302 missing-argument.

use crate::{diag::Diagnostic, ir::Param};
use efl_grammar::TextRange;

super::rule! {
    code: "E0302",
    name: "missing-argument",
    level: Error,
    summary: "A call leaves out a required parameter.",
    page: include_str!("pages/E0302.md"),
}

/// Required parameters that a call leaves out.
pub(crate) fn diagnostic(callee: &str, missing: &[&Param], none_given: bool, range: TextRange) -> Diagnostic {
    let names: Vec<String> = missing.iter().map(|p| format!("`{}: {}`", p.name, p.ty)).collect();
    let what = if missing.len() == 1 { "argument" } else { "arguments" };
    let diagnostic = Diagnostic::new(&RULE, range, format!("`{callee}` misses the {what} {}", names.join(", ")));
    if none_given && missing.len() > 1 {
        let named: Vec<String> = missing.iter().map(|p| format!("{}: …", p.name)).collect();
        return diagnostic.help(format!("call it with named arguments: `{callee}({})`", named.join(", ")));
    }
    diagnostic
}
