//! E0506 unauthenticated-webhook.

use super::endpoint_clash::Listener;
use crate::{catalog::SourceKind, diag::Diagnostic};
use efl_grammar::TextRange;

super::rule! {
    code: "E0506",
    name: "unauthenticated-webhook",
    level: Warning,
    summary: "A webhook-like source without `auth` (or the kind's own signature).",
    page: include_str!("pages/E0506.md"),
}

/// A source on the network that takes requests from anybody.
pub(crate) fn check(kind: &SourceKind, listeners: &[Listener], place: TextRange) -> Option<Diagnostic> {
    let open: Vec<&Listener> = listeners.iter().filter(|l| !l.authenticated).collect();
    let first = open.first()?;
    let range = if open.len() == listeners.len() { place } else { first.range };
    let message = "anybody who reaches this source can send events: nothing authenticates them";
    let help = match kind.name {
        "webhook" => "demand a token: auth: secret(\"NAME\", \"token\")".to_owned(),
        name => format!("give the secret that {name} signs with"),
    };
    Some(Diagnostic::new(&RULE, range, message).help(help))
}
