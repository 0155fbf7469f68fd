//! E0709 bus-without-tls.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0709",
    name: "bus-without-tls",
    level: Error,
    summary: "A bus URL without TLS: Argo Events 1.9.11 refuses it.",
    page: include_str!("pages/E0709.md"),
}

/// A bus URL without TLS. Upstream: argo-events 1.9.11 always calls `nats.Secure` (`argo.md` section 0, finding 8).
pub(crate) fn check(url: &str, range: TextRange) -> Option<Diagnostic> {
    let plain = url.split(',').any(|one| !one.trim().starts_with("tls://"));
    plain.then(|| {
        Diagnostic::new(&RULE, range, format!("`{url}` is not TLS: Argo Events 1.9.11 connects to no other bus"))
            .help("write `tls://…`; a certificate of the server's own is enough")
    })
}
