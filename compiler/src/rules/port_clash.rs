//! E0502 port-clash.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0502",
    name: "port-clash",
    level: Error,
    summary: "Two sources of one orchestrator listen on one port.",
    page: include_str!("pages/E0502.md"),
}

/// A port that a source listens on.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    pub(crate) number: i64,
    /// Whether it is one of the node, and not of the source's own Service.
    pub(crate) node: bool,
    /// The source's name.
    pub(crate) source: TextRange,
    pub(crate) range: TextRange,
}

/// Ports that two sources have.
pub(crate) fn check(ports: &[Port]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (i, port) in ports.iter().enumerate() {
        let same = |other: &&Port| {
            (other.number, other.node) == (port.number, port.node) && other.source != port.source
        };
        if let Some(first) = ports[..i].iter().find(same) {
            let what = if port.node { "port of the node" } else { "port" };
            let message = format!("two sources have the {what} {}: only one of them could be reached", port.number);
            found.push(Diagnostic::new(&RULE, port.range, message).label(first.range, "the first one"));
        }
    }
    found
}
