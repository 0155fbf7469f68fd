//! E0219 not-kebab-case.

use super::bad_format::is_dns_label;
use crate::{diag::{Applicability, Diagnostic}};
use efl_grammar::TextRange;

super::rule! {
    code: "E0219",
    name: "not-kebab-case",
    level: Error,
    summary: "A name that becomes a Kubernetes name is no DNS label in kebab-case.",
    page: include_str!("pages/E0219.md"),
}

/// A name that cannot be part of a Kubernetes name.
pub(crate) fn check(name: &str, what: &str, range: TextRange) -> Option<Diagnostic> {
    if name.is_empty() || (is_dns_label(name) && name.starts_with(|c: char| c.is_ascii_lowercase())) {
        return None;
    }
    let message = format!("`{name}` becomes part of a Kubernetes name: {what}s are named in kebab-case (a-z, 0-9, `-`)");
    let diagnostic = Diagnostic::new(&RULE, range, message);
    let kebab = kebab(name);
    if kebab == name || !is_dns_label(&kebab) {
        return Some(diagnostic);
    }
    Some(diagnostic.help(format!("write `{kebab}`")).fix(Applicability::Unsafe, format!("Rename to `{kebab}`"), range, kebab))
}

fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    let mut previous_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            if previous_lower {
                kebab.push('-');
            }
            kebab.push(c.to_ascii_lowercase());
        } else {
            kebab.push(if c == '_' { '-' } else { c });
        }
        previous_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    kebab.trim_matches('-').replace("--", "-")
}
