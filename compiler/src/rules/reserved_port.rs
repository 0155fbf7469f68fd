//! E0503 reserved-port.

use super::endpoint_clash::Listener;
use crate::diag::Diagnostic;

super::rule! {
    code: "E0503",
    name: "reserved-port",
    level: Error,
    summary: "Port 7777 (metrics of the event source).",
    page: include_str!("pages/E0503.md"),
}

/// The port of Argo's own metrics in the pod of a source.
pub(crate) fn check(listeners: &[Listener]) -> Option<Diagnostic> {
    let listener = listeners.iter().find(|l| l.port == Some(7777))?;
    let message = "port 7777 serves the metrics of the event source itself";
    Some(Diagnostic::new(&RULE, listener.port_range, message).help("take another port, such as 12000"))
}
