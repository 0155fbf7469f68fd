//! The names of resources: the compiler owns every one. Budgets are checked where the declaration is; here they are
//! checked again, because a longer name would fail in the night.

use super::context::Context;

/// What names may have, in characters.
/// Upstream: `argo-events/pkg/reconciler/eventsource/resource.go` (`<name>-eventsource-svc`), Kubernetes' label values,
/// Knative's revision names.
pub(super) mod budget {
    /// EventSource.
    pub(in crate::expand) const EVENT_SOURCE: usize = 47;
    /// `<orc>-<rule>`.
    pub(in crate::expand) const RULE: usize = 30;
    /// Knative service.
    pub(in crate::expand) const FUNCTION: usize = 50;
    /// WorkflowTemplate.
    pub(in crate::expand) const WORKFLOW: usize = 52;
    /// Everything else that becomes a label's value.
    pub(in crate::expand) const LABEL: usize = 63;
}

impl Context<'_> {
    /// `<orc>-<part>`, held against its budget.
    pub(super) fn name(&mut self, part: &str, max: usize, declaration: &str) -> String {
        let name = format!("{}-{part}", self.orc.name);
        self.within(&name, max, declaration);
        name
    }

    /// Notes an error when a name is over its budget or no DNS label.
    pub(super) fn within(&mut self, name: &str, max: usize, declaration: &str) {
        if name.len() > max {
            let message = format!("`{name}` has {} characters, {max} are possible", name.len());
            self.error(
                declaration.to_owned(),
                message,
                "shorten the orchestrator's name or the declaration's",
            );
        } else if !is_dns_label(name) {
            let message = format!("`{name}` is no name for a Kubernetes resource");
            self.error(declaration.to_owned(), message, "use lower case letters, digits and `-`");
        }
    }
}

/// Whether a text is a DNS-1123 label.
pub(super) fn is_dns_label(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    edge(name.chars().next())
        && edge(name.chars().last())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
