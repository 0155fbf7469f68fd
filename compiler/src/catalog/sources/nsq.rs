//! `nsq`: messages of an NSQ topic.

use super::common::{FORMAT, RECONNECT, TLS, group};
use crate::catalog::{
    Block, Constant, Field, FieldType, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// Messages of an NSQ topic.
pub(super) static NSQ: SourceKind = SourceKind {
    name: "nsq",
    key: "nsq",
    doc: concat!(
        "Messages of an NSQ topic. Under `meta` are `timestamp` (nanoseconds since 1970, as text) and \
         `nsqd-address`.\n\n\
         **Delivery:** at least once: a message that the bus did not take is sent again.\n\n",
        group!()
    ),
    example: r#"source meters: nsq {
  lookup: "nsqlookupd.plant.example:4161"
  event reading: { meter: string, value: number } { topic: "readings" }
}"#,
    block: &Block {
        name: "nsq source",
        fields: &[
            Field::required(
                "lookup",
                FieldType::HOST_PORT,
                "The `nsqlookupd` that knows the topic's servers.",
            )
            .to(&["hostAddress"]),
            Field::required("topic", NSQ_NAME, "The topic.").to(&["topic"]),
            Field::optional(
                "channel",
                NSQ_NAME,
                "The channel: its readers share the messages. `<orchestrator>-<source>-<event>` when left \
                 out.",
            )
            .to(&["channel"]),
            FORMAT,
        ],
        blocks: &[Nested::one("tls", &TLS), Nested::one("reconnect", &RECONNECT)],
        always: &[Constant::new(&["channel"], r#""{name}""#)],
        ..Block::EMPTY
    },
    per_event: &["topic"],
    rollout: Rollout::Recreate,
    handover: Handover::Group,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[("timestamp", "timestamp", "string"), ("nsqd-address", "nsqdAddress", "string")],
        json_body: true,
        raw: RawBody::Base64,
    },
};

/// Upstream: `nsqio/go-nsq`, `protocol.go`.
const NSQ_NAME: FieldType = FieldType::Pattern {
    regex: r"[.a-zA-Z0-9_-]{1,64}(#ephemeral)?",
    what: "an NSQ name: up to 64 letters, digits, `.`, `_`, `-`",
};
