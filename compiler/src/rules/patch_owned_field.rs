//! E0913 patch-owned-field.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0913",
    name: "patch-owned-field",
    level: Error,
    summary: "A patch of something EFL owns: name, namespace, selectors, its labels.",
    page: include_str!("pages/E0913.md"),
}

/// Paths that EFL owns.
const OWNED: [&str; 9] = [
    "apiVersion", "kind", "status", "metadata.name", "metadata.namespace", "metadata.ownerReferences",
    "metadata.resourceVersion", "spec.selector", "spec.eventBusName",
];

/// Whether a path of a resource is EFL's own.
pub(crate) fn is_owned(path: &str) -> bool {
    OWNED.contains(&path) || path.strip_prefix("metadata.labels.").or_else(|| path.strip_prefix("metadata.annotations.")).is_some_and(|key| key.starts_with("efl.dev/") || key == "app.kubernetes.io/managed-by")
}

/// A patch of something EFL owns.
pub(crate) fn diagnostic(path: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{path}` is EFL's own: it cannot be patched"))
}
