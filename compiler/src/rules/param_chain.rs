//! E0231 param-chain.

use crate::{diag::Diagnostic, names::LONGEST_CHAIN};
use efl_grammar::TextRange;

super::rule! {
    code: "E0231",
    name: "param-chain",
    level: Error,
    summary: "The value of a param comes from another one's, and so on, through too many.",
    page: include_str!("pages/E0231.md"),
}

/// A param whose value comes through too many others.
pub(crate) fn diagnostic(range: TextRange) -> Diagnostic {
    let message = format!("the value of this param comes through more than {LONGEST_CHAIN} others");
    Diagnostic::new(&RULE, range, message).help("write the value here, or let params read the one it comes from")
}
