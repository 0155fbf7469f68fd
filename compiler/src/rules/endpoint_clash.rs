//! E0501 endpoint-clash.

use crate::{
    catalog::SourceKind,
    diag::Diagnostic,
    elab::block::Given,
    spec::SourceEvent,
    value::Value,
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasMembers, HasName},
};

super::rule! {
    code: "E0501",
    name: "endpoint-clash",
    level: Error,
    summary: "Two events on one port and path.",
    page: include_str!("pages/E0501.md"),
}

/// An event of a source that listens: where requests for it come in.
pub(crate) struct Listener {
    pub(crate) event: String,
    pub(crate) port: Option<i64>,
    pub(crate) path: Option<String>,
    pub(crate) authenticated: bool,
    pub(crate) range: TextRange,
    pub(crate) port_range: TextRange,
    pub(crate) path_range: TextRange,
}

impl Listener {
    /// The listener of an event, by its fields with those of its source behind them.
    pub(crate) fn new(
        node: &ast::Event,
        event: &SourceEvent,
        fields: &Value,
        source: &Given,
        kind: &SourceKind,
    ) -> Self {
        let range = node.name().map_or_else(|| node.range(), |n| n.range());
        let own = |key: &str| {
            node.members().into_iter().find_map(|m| match m {
                ast::Member::Field(field) if field.key()?.text() == key => Some(field.value()?.range()),
                _ => None,
            })
        };
        let webhook = fields.get("webhook");
        let field = |key: &str| fields.get(key).or_else(|| webhook?.get(key));
        Self {
            event: event.name.clone(),
            port: field("port").and_then(Value::as_i64),
            path: field("path").and_then(Value::as_str).map(str::to_owned),
            authenticated: kind.authenticates.iter().any(|f| fields.get(f).is_some_and(|v| *v != Value::Bool(false))),
            range,
            port_range: own("port").or_else(|| source.place("port")).unwrap_or(range),
            path_range: own("path").or_else(|| source.place("path")).unwrap_or(range),
        }
    }
}

/// Two events on one port and path: Argo gives both to the first (`argo.md` section 2.2).
pub(crate) fn check(listeners: &[Listener]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (i, listener) in listeners.iter().enumerate() {
        let (Some(port), Some(path)) = (listener.port, &listener.path) else { continue };
        let same = |l: &&Listener| l.port == Some(port) && l.path.as_ref() == Some(path);
        if let Some(first) = listeners[..i].iter().find(same) {
            let message = format!("`{}` and `{}` both listen on port {port} at `{path}`", first.event, listener.event);
            let diagnostic = Diagnostic::new(&RULE, listener.path_range, message).label(first.path_range, "the first one");
            found.push(diagnostic.help("Argo would give every request to the first; give each a path of its own"));
        }
    }
    found
}
