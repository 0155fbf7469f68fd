//! E0229 refused-namespace.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0229",
    name: "refused-namespace",
    level: Error,
    summary: "`default`, `kube-*`, `karmada-*` as a namespace.",
    page: include_str!("pages/E0229.md"),
}

/// A namespace that Karmada does not carry to members (`karmada-knative.md` section 2.1).
pub(crate) fn check(namespace: &str, range: TextRange) -> Option<Diagnostic> {
    let refused = namespace == "default" || namespace.starts_with("kube-") || namespace.starts_with("karmada-");
    refused.then(|| {
        Diagnostic::new(&RULE, range, format!("nothing can be deployed into the namespace `{namespace}`"))
            .help("`default`, `kube-*` and `karmada-*` are not carried to member clusters; take a namespace of your own")
    })
}
