//! E0504 reserved-path.

use super::endpoint_clash::Listener;
use crate::diag::Diagnostic;

super::rule! {
    code: "E0504",
    name: "reserved-path",
    level: Error,
    summary: "Path `/health`.",
    page: include_str!("pages/E0504.md"),
}

/// The path that Argo answers itself on every port.
pub(crate) fn check(listeners: &[Listener]) -> Vec<Diagnostic> {
    let health = listeners.iter().filter(|l| l.path.as_deref() == Some("/health"));
    health
        .map(|l| Diagnostic::new(&RULE, l.path_range, "`/health` is answered by the event source itself").help("take another path"))
        .collect()
}
