//! `redis` and `redis-stream`: messages of Redis channels, entries of Redis streams.

use super::common::{FORMAT, TLS, exclusive, group};
use crate::catalog::{
    Block, Constant, Field, FieldType, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// Messages of Redis channels.
pub(super) static REDIS: SourceKind = SourceKind {
    name: "redis",
    key: "redis",
    doc: concat!(
        "Messages of Redis channels (`PUBLISH`). Under `meta.channel` is the channel a message came on.\n\n\
         **Delivery:** at most once. Redis keeps nothing for a subscriber that is away.\n\n",
        exclusive!()
    ),
    example: r#"source board: redis {
  address: "redis.port.example:6379"
  event berth: { ship: string } { channels: ["berths"] }
}"#,
    block: &Block {
        name: "redis source",
        fields: &[
            ADDRESS,
            Field::required(
                "channels",
                FieldType::TEXTS,
                "The channels, by name; patterns are not known to Argo.",
            )
            .to(&["channels"]),
            DB,
            FORMAT,
        ],
        blocks: &[Nested::one("auth", &AUTH), Nested::one("tls", &TLS)],
        ..Block::EMPTY
    },
    per_event: &["channels"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[("channel", "channel", "string"), ("pattern", "pattern", "string")],
        json_body: true,
        raw: RawBody::Text,
    },
};

/// Entries of Redis streams.
pub(super) static REDIS_STREAM: SourceKind = SourceKind {
    name: "redis-stream",
    key: "redisStream",
    doc: concat!(
        "Entries of Redis streams (`XADD`), read through a consumer group that begins at the newest entry. \
         The streams must exist when the source starts. The payload is `{ stream, message_id, values }`, \
         its values texts.\n\n\
         **Delivery:** at least once: an entry is acknowledged when the bus has it.\n\n",
        group!()
    ),
    example: r#"source intake: redis-stream {
  address: "redis.port.example:6379"
  event container { streams: ["containers"] }
}"#,
    block: &Block {
        name: "redis-stream source",
        fields: &[
            ADDRESS,
            Field::required("streams", FieldType::TEXTS, "The streams to read.").to(&["streams"]),
            Field::optional(
                "group",
                FieldType::TEXT,
                "The consumer group: its members share the entries. `<orchestrator>-<source>-<event>` when \
                 left out.",
            )
            .to(&["consumerGroup"]),
            Field::default(
                "batch",
                FieldType::POSITIVE,
                "10",
                "How many entries of a stream are read at a time.",
            )
            .to(&["maxMsgCountPerRead"]),
            DB,
        ],
        blocks: &[Nested::one("auth", &STREAM_AUTH), Nested::one("tls", &TLS)],
        always: &[Constant::new(&["consumerGroup"], r#""{name}""#)],
        ..Block::EMPTY
    },
    per_event: &["streams"],
    rollout: Rollout::Recreate,
    handover: Handover::Group,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: None,
        ty: "{ stream: string, message_id: string, values: map<string> }",
        meta: &[],
        json_body: false,
        raw: RawBody::None,
    },
};

const ADDRESS: Field =
    Field::required("address", FieldType::HOST_PORT, "The server, `host:port`.").to(&["hostAddress"]);

const DB: Field =
    Field::default("db", FieldType::COUNT, "0", "The number of the database on the server.").to(&["db"]);

const USERNAME: Field =
    Field::optional("username", FieldType::TEXT, "The name, where the server has users (ACL).")
        .to(&["username"]);

const PASSWORD: Field = Field::required("password", FieldType::Secret, "The password.").to(&["password"]);

/// `auth { … }` of a Redis channel. With a password Argo demands the namespace of its Secret.
static AUTH: Block = Block {
    name: "auth",
    doc: "The login at the server.",
    fields: &[PASSWORD, USERNAME],
    always: &[Constant::new(&["namespace"], r#""{namespace}""#)],
    ..Block::EMPTY
};

/// `auth { … }` of a Redis stream.
static STREAM_AUTH: Block =
    Block { name: "auth", doc: "The login at the server.", fields: &[PASSWORD, USERNAME], ..Block::EMPTY };
