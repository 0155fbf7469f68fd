//! E0605 reserved-container-port.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0605",
    name: "reserved-container-port",
    level: Error,
    summary: "A container port that Knative keeps for itself: 8008, 8012, 8013, 8022, 9090, 9091.",
    page: include_str!("pages/E0605.md"),
}

/// A port that Knative's queue proxy takes.
pub(crate) fn check(port: i64, range: TextRange) -> Option<Diagnostic> {
    crate::catalog::blocks::RESERVED_FUNCTION_PORTS.iter().any(|p| i64::from(*p) == port).then(|| {
        Diagnostic::new(&RULE, range, format!("port {port} belongs to Knative's proxy beside the container"))
            .help("let the container listen on another port, such as 8080")
    })
}
