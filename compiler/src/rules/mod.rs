//! The rules: one file per diagnostic, each with its code, name, default level, summary and documentation page.
//!
//! A page has *Why*, a wrong example (a fenced `efl` block with the diagnostic asserted in a comment, as in
//! `tests/spec/README.md`) and a right one; both are run as tests. `efl explain`, the reference and the levels in
//! `efl.toml` come from the same registry, which `build.rs` makes from the files of this folder.

use crate::diag::{Applicability, Diagnostic, Edit, Fix, Level};
use efl_grammar::{SyntaxError, SyntaxErrorKind};

/// A kind of diagnostic.
#[derive(Debug)]
pub struct Rule {
    /// Stable code: `E0201`.
    pub code: &'static str,
    /// Kebab-case name: `unknown-event`.
    pub name: &'static str,
    /// The level unless configured.
    pub level: Level,
    /// One line.
    pub summary: &'static str,
    /// The page, in Markdown.
    pub page: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

/// Declares the rule of a file as `RULE`.
macro_rules! rule {
    (code: $code:literal, name: $name:literal, level: $level:ident, summary: $summary:literal, page: $page:expr $(,)?) => {
        #[doc = $summary]
        pub static RULE: $crate::rules::Rule = $crate::rules::Rule {
            code: $code,
            name: $name,
            level: $crate::diag::Level::$level,
            summary: $summary,
            page: $page,
        };
    };
}
use rule;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rule of a code or name.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|r| r.code.eq_ignore_ascii_case(code_or_name) || r.name == code_or_name)
}

/// Every rule, by code.
pub fn sorted() -> Vec<&'static Rule> {
    let mut rules = ALL.to_vec();
    rules.sort_by_key(|r| r.code);
    rules
}
