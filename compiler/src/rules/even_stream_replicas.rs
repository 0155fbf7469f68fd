//! E0713 even-stream-replicas.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0713",
    name: "even-stream-replicas",
    level: Error,
    summary: "Stream or bus `replicas: 2` (JetStream takes 1, 3 or 5).",
    page: include_str!("pages/E0713.md"),
}

/// Copies that cannot elect a leader.
pub(crate) fn check(replicas: i64, range: TextRange) -> Option<Diagnostic> {
    (replicas == 2 || replicas == 4).then(|| {
        let message = format!("`replicas: {replicas}`: JetStream elects a leader among 1, 3 or 5 copies");
        Diagnostic::new(&RULE, range, message)
    })
}
