//! `resource`: changes of Kubernetes objects.

use super::common::exclusive;
use crate::catalog::{
    Block, Constant, Encode, Field, FieldType, Handover, Payload, RawBody, Rollout, SourceKind,
};

/// Changes of Kubernetes objects.
pub(super) static RESOURCE: SourceKind = SourceKind {
    name: "resource",
    key: "resource",
    doc: concat!(
        "Changes of Kubernetes objects in the cluster the source runs on. The payload is the object; under \
         `meta` are `type` (`ADD`, `UPDATE`, `DELETE`), `old-body` (the object before an update) and \
         `group`, `version`, `resource`.\n\n\
         The source's `service-account` must be allowed to list and watch the objects.\n\n\
         **Delivery:** at most once. When it starts, the source sees every object that exists as added, \
         unless `after-start` is set.\n\n",
        exclusive!(),
        " It then watches another cluster."
    ),
    example: r#"source nodes: resource {
  service-account: "node-watcher"
  version: "v1"
  resource: "nodes"
  event joined { on: [add], after-start: true }
}"#,
    block: &Block {
        name: "resource source",
        fields: &[
            Field::required(
                "resource",
                FieldType::TEXT,
                "The kind of object by its plural name, as in a URL: `deployments`.",
            )
            .to(&["resource"]),
            Field::required("version", FieldType::TEXT, "The version of its API: `v1`.").to(&["version"]),
            Field::optional(
                "group",
                FieldType::TEXT,
                "The group of its API: `apps`; the core group when left out.",
            )
            .to(&["group"]),
            Field::optional(
                "namespace",
                FieldType::DnsLabel,
                "The namespace to watch; all of them when left out.",
            )
            .to(&["namespace"]),
            Field::required(
                "on",
                FieldType::List(&FieldType::Word(&["add", "update", "delete"])),
                "What may happen to an object.",
            )
            .encoded(&["eventTypes"], Encode::Upper),
            Field::optional("prefix", FieldType::TEXT, "Only objects whose name begins so.")
                .to(&["filter", "prefix"]),
            Field::optional(
                "labels",
                FieldType::List(&FieldType::Record(&LABEL)),
                "Only objects whose labels match all of these: `[{ key: \"app\", value: \"web\" }]`.",
            )
            .to(&["filter", "labels"]),
            Field::optional(
                "fields",
                FieldType::List(&FieldType::Record(&FIELD)),
                "Only objects whose fields match all of these: `[{ key: \"status.phase\", value: \
                 \"^Failed$\" }]`.",
            )
            .to(&["filter", "fields"]),
            Field::default(
                "after-start",
                FieldType::Bool,
                "false",
                "Only what happened after the source started: no `ADD` for what was there before.",
            )
            .to(&["filter", "afterStart"]),
            Field::optional(
                "created-by",
                FieldType::Pattern {
                    regex: r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})",
                    what: "a time such as `2026-01-31T12:00:00Z`",
                },
                "Only objects that were created up to this time.",
            )
            .to(&["filter", "createdBy"]),
        ],
        always: &[Constant::new(&["group"], r#""""#), Constant::new(&["namespace"], r#""""#)],
        ..Block::EMPTY
    },
    per_event: &["on", "prefix", "labels", "fields"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[
            ("type", "type", r#""ADD" | "UPDATE" | "DELETE""#),
            ("old-body", "oldBody", "any"),
            ("group", "group", "string"),
            ("version", "version", "string"),
            ("resource", "resource", "string"),
        ],
        json_body: false,
        raw: RawBody::None,
    },
};

/// An element of `labels`.
static LABEL: Block = Block {
    name: "label",
    doc: "A condition on a label.",
    fields: &[
        Field::required("key", FieldType::TEXT, "The label.").to(&["key"]),
        Field::optional(
            "value",
            FieldType::TEXT,
            "What it is compared with; for `in` and `notin` texts with commas.",
        )
        .to(&["value"]),
        Field::default(
            "operation",
            FieldType::Word(&["==", "=", "!=", "in", "notin", "exists", "!", "gt", "lt"]),
            "\"==\"",
            "How; `!` is \"does not exist\".",
        )
        .to(&["operation"]),
    ],
    always: &[Constant::new(&["value"], r#""""#)],
    ..Block::EMPTY
};

/// An element of `fields`. Argo matches nothing when the operation is left out (`resource/start.go`, `filterFields`).
static FIELD: Block = Block {
    name: "field",
    doc: "A condition on a field of the object.",
    fields: &[
        Field::required("key", FieldType::TEXT, "The field by its path: `status.phase`. It must be a text.")
            .to(&["key"]),
        Field::required(
            "value",
            FieldType::TEXT,
            "A regular expression (RE2) that may match anywhere in it, so anchor it with `^` and `$`.",
        )
        .to(&["value"]),
        Field::default(
            "operation",
            FieldType::Word(&["==", "=", "!="]),
            "\"==\"",
            "Whether it must match or must not.",
        )
        .to(&["operation"]),
    ],
    always: &[Constant::new(&["operation"], r#""==""#)],
    ..Block::EMPTY
};
