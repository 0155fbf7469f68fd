//! The rules: one file per diagnostic, each with its code, name, default level, summary and documentation page.
//!
//! A rule's page (`E0201.md` beside its file) has *What*, *Why*, a wrong example (a fenced `efl` block with the
//! diagnostic asserted in a comment) and a right one; both are run as tests, and `efl explain`, the reference and the
//! configuration schema are made from the same registry.

use crate::diag::Level;

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
