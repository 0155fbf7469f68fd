//! A predicate over one event as the filter of a Sensor's dependency.
//!
//! There are two ways, and both mean what [`crate::eval`] means (`compiler/tests/predicates.rs` holds them to it, and
//! `tests/conformance/argo-filter/FINDINGS.md` says why they are so): a conjunction of simple comparisons becomes
//! `filters.exprs`, anything else a `jq` transform that adds the answer to the event and a data filter that reads it.

mod exprs;
mod jq;
#[cfg(test)]
mod tests;

use crate::{
    catalog::{RawBody, SourceKind},
    ir::{Expr, Op, Scope},
};
use serde::Serialize;

/// The key that a transform adds to the data of an event. Where all of the data is the payload, whoever passes it on
/// leaves this key out.
pub const MATCH_KEY: &str = "efl_match";

/// The part of a Sensor's dependency that filters events. Upstream: `EventDependency` in
/// `argo-events/pkg/apis/events/v1alpha1/sensor_types.go`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct DependencyFilter {
    /// What the event must satisfy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<Filters>,
    /// What is done to the event before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transform: Option<Transform>,
}

/// `filters`: all of them must hold.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Filters {
    /// Expressions of `govaluate`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exprs: Vec<ExprFilter>,
    /// Comparisons of a part of the data.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<DataFilter>,
}

/// An expression over fields of the data. One without fields would let every event pass.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ExprFilter {
    /// The expression.
    pub expr: String,
    /// Its variables.
    pub fields: Vec<PayloadField>,
}

/// A variable of an expression.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PayloadField {
    /// Its name.
    pub name: String,
    /// Where its value is, as a `gjson` path.
    pub path: String,
}

/// A comparison of a part of the data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DataFilter {
    /// Where it is, as a `gjson` path.
    pub path: String,
    /// `bool`, `number` or `string`.
    #[serde(rename = "type")]
    pub ty: &'static str,
    /// What it may be.
    pub value: Vec<String>,
}

/// What is done to an event before it is filtered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Transform {
    /// A program of `jq`.
    pub jq: String,
}

impl DependencyFilter {
    /// Whether what the trigger sees is decoded and written again: whole numbers beyond 2^53 are rounded.
    pub fn rewrites_event(&self) -> bool {
        self.transform.is_some()
    }
}

/// Where the payload and the metadata are in the data of an event.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    kind: &'static SourceKind,
    body: Body,
}

/// How the payload stands under the body's key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Body {
    /// As it is.
    AsIs,
    /// In base64, and the payload is the text.
    FromBase64,
    /// As text, and the payload is that in base64.
    ToBase64,
}

impl Arrival {
    /// Of an event of a source, with its `format` where the kind has one.
    pub fn of(kind: &'static SourceKind, format: Option<&str>) -> Self {
        let body = match (format.filter(|_| kind.payload.json_body), kind.payload.raw) {
            (Some("text"), RawBody::Base64) => Body::FromBase64,
            (Some("bytes"), RawBody::Text) => Body::ToBase64,
            _ => Body::AsIs,
        };
        Self { kind, body }
    }

    /// The key upstream of `meta.NAME`; `None` if events of the kind have none.
    fn meta_key(&self, name: &str) -> Option<&'static str> {
        self.kind.payload.meta.iter().find(|(own, ..)| *own == name).map(|(_, key, _)| *key)
    }
}

/// Why a predicate cannot be evaluated by Argo, as a half sentence; `None` if it can. The checker asks before it lets a
/// rule through.
pub fn unsupported(predicate: &Expr) -> Option<&'static str> {
    match predicate {
        Expr::Meta(_) => Some("Argo's filters see single fields of `meta`, not all of it"),
        Expr::Member(base, name) if matches!(**base, Expr::Meta(Scope::Own)) => unsupported_meta(name),
        Expr::Index(base, key) if matches!(**base, Expr::Meta(Scope::Own)) => match &**key {
            Expr::String(name) => unsupported_meta(name),
            _ => Some("Argo's filters see single fields of `meta`, not all of it"),
        },
        Expr::Payload(Scope::Event(_)) => Some("Argo's filters see one event, not the others of the rule"),
        Expr::Local(_) => Some("Argo's filters see an event, not the values of a run"),
        Expr::Binary(Op::Matches, _, pattern) if !matches!(**pattern, Expr::String(_)) => {
            Some("a pattern must be literal text")
        }
        Expr::Null
        | Expr::Bool(_)
        | Expr::Number(_)
        | Expr::String(_)
        | Expr::Duration(_)
        | Expr::Payload(Scope::Own) => None,
        Expr::Template(parts) | Expr::List(parts) | Expr::Call(_, parts) => {
            parts.iter().find_map(unsupported)
        }
        Expr::Record(fields) => fields.iter().find_map(|(_, value)| unsupported(value)),
        Expr::Member(inner, _) | Expr::Not(inner) | Expr::Negate(inner) => unsupported(inner),
        Expr::Index(left, right) | Expr::Binary(_, left, right) => {
            unsupported(left).or_else(|| unsupported(right))
        }
    }
}

/// `meta.id`, `meta.time` and `meta.source` are attributes of the `CloudEvent`, which no filter but one for equality of
/// the source sees.
fn unsupported_meta(name: &str) -> Option<&'static str> {
    crate::catalog::COMMON_META
        .iter()
        .any(|(own, ..)| *own == name)
        .then_some("Argo's filters do not see `meta.id`, `meta.time` and `meta.source`")
}

/// The filter that lets exactly those events through for which the predicate holds. What is [`unsupported`] reads as
/// `null` here: the checker has refused it.
pub fn lower(predicate: &Expr, arrival: Arrival) -> DependencyFilter {
    if let Some(exprs) = exprs::lower(predicate, arrival) {
        let filters = (!exprs.is_empty()).then(|| Filters { exprs, data: Vec::new() });
        return DependencyFilter { filters, transform: None };
    }
    let data = vec![DataFilter { path: MATCH_KEY.to_owned(), ty: "bool", value: vec!["true".to_owned()] }];
    DependencyFilter {
        filters: Some(Filters { exprs: Vec::new(), data }),
        transform: Some(Transform { jq: jq::lower(predicate, arrival) }),
    }
}
