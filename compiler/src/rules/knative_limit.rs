//! E0606 knative-limit.

use crate::{diag::Diagnostic, units::Duration, value::Value};
use efl_grammar::TextRange;

super::rule! {
    code: "E0606",
    name: "knative-limit",
    level: Error,
    summary: "Beyond what Knative takes (concurrency 1000, timeout 600s, window 6s..1h, …).",
    page: include_str!("pages/E0606.md"),
}

/// A time with a part of a second, which Knative counts in whole ones.
pub(crate) fn whole_seconds(key: &str, time: Duration, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{key}` is counted in whole seconds; this is {time}"))
}

/// Autoscaling that Knative refuses as a whole. Upstream: `knative.dev/serving/pkg/apis/autoscaling` validation.
pub(crate) fn check(autoscaling: &Value, scale: Option<&Value>, range: TextRange) -> Option<Diagnostic> {
    let activation = autoscaling.get("activation-scale").and_then(Value::as_i64)?;
    let Some(Value::Range(_, max)) = scale else { return None };
    let max = max.as_i64().filter(|m| *m > 0)?;
    (activation > max).then(|| {
        let message = format!("`activation-scale: {activation}` is more than the {max} copies that `scale` allows");
        Diagnostic::new(&RULE, range, message)
    })
}
