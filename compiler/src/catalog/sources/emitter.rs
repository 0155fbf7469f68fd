//! `emitter`: messages of an emitter.io channel.

use super::common::{FORMAT, RECONNECT, TLS, exclusive};
use crate::catalog::{Block, Field, FieldType, Handover, Nested, Payload, RawBody, Rollout, SourceKind};

/// Messages of an emitter.io channel.
pub(super) static EMITTER: SourceKind = SourceKind {
    name: "emitter",
    key: "emitter",
    doc: concat!(
        "Messages of a channel of an emitter.io broker. Under `meta.topic` is the channel a message came \
         on.\n\n\
         **Delivery:** at most once. The broker keeps nothing for a subscriber that is away.\n\n",
        exclusive!()
    ),
    example: r#"source sensors: emitter {
  broker: "tcp://emitter.lab.example:8080"
  event sample: { value: number } { channel: "lab/samples/", key: "channel-key" }
}"#,
    block: &Block {
        name: "emitter source",
        fields: &[
            Field::required(
                "broker",
                FieldType::Url { schemes: &["tcp", "tls", "ssl", "ws", "wss"] },
                "The broker.",
            )
            .to(&["broker"]),
            Field::required("channel", FieldType::TEXT, "The channel, with its `/` at the end.")
                .to(&["channelName"]),
            Field::required(
                "key",
                FieldType::TEXT,
                "The channel's key. Argo takes it as plain text only, so it can be read in the cluster: \
                 give it no other right than to read.",
            )
            .to(&["channelKey"]),
            FORMAT,
        ],
        blocks: &[Nested::one("auth", &AUTH), Nested::one("tls", &TLS), Nested::one("reconnect", &RECONNECT)],
        ..Block::EMPTY
    },
    per_event: &["channel"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[("topic", "topic", "string")],
        json_body: true,
        raw: RawBody::Base64,
    },
};

/// `auth { … }`.
static AUTH: Block = Block {
    name: "auth",
    doc: "The login at the broker.",
    fields: &[
        Field::required("username", FieldType::Secret, "The name.").to(&["username"]),
        Field::required("password", FieldType::Secret, "The password.").to(&["password"]),
    ],
    ..Block::EMPTY
};
