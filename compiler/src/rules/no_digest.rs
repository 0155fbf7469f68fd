//! E0602 no-digest.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0602",
    name: "no-digest",
    level: Hint,
    summary: "A tag without a digest: clusters may run different code.",
    page: include_str!("pages/E0602.md"),
}

/// A tag without a digest.
pub(crate) fn diagnostic(image: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{image}` is a tag, which each cluster looks up by itself"))
        .help("with `@sha256:…` every cluster runs the same code")
}
