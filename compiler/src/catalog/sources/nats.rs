//! `nats`: messages of core NATS.

use super::common::{FORMAT, RECONNECT, TLS, exclusive};
use crate::catalog::{
    Block, Field, FieldType, Group, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// Messages of core NATS.
pub(super) static NATS: SourceKind = SourceKind {
    name: "nats",
    key: "nats",
    doc: concat!(
        "Messages of core NATS (not of a JetStream stream). Under `meta.subject` is the subject a message \
         came on, under `meta.header` its headers.\n\n\
         **Delivery:** at most once. NATS keeps nothing for a subscriber that is away.\n\n",
        exclusive!()
    ),
    example: r#"source gauges: nats {
  url: "nats://nats-leaf.river.example:4222"
  event level: { gauge: string, metres: number } { subject: "gauge.*.level" }
}"#,
    block: &Block {
        name: "nats source",
        fields: &[
            Field::required(
                "url",
                FieldType::Pattern {
                    regex: r"(nats|tls|wss?)://[^\s,/]+(,(nats|tls|wss?)://[^\s,/]+)*/?",
                    what: "a NATS address such as `nats://nats.example:4222` (several separated by commas)",
                },
                "The server; several of one cluster separated by commas.",
            )
            .to(&["url"]),
            Field::required(
                "subject",
                FieldType::Pattern {
                    regex: r"[^\s.]+(\.[^\s.]+)*",
                    what: "a NATS subject: words between dots, `*` for one word, `>` at the end for all \
                           that follow",
                },
                "The subject: `*` for any one word, `>` at the end for all below.",
            )
            .to(&["subject"]),
            Field::optional(
                "queue",
                FieldType::TEXT,
                "A queue group: of all its members only one gets each message.",
            )
            .to(&["queue"]),
            FORMAT,
        ],
        blocks: &[Nested::one("auth", &AUTH), Nested::one("tls", &TLS), Nested::one("reconnect", &RECONNECT)],
        ..Block::EMPTY
    },
    per_event: &["subject"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[("subject", "subject", "string"), ("header", "header", "map<list<string>> | null")],
        json_body: true,
        raw: RawBody::Base64,
    },
};

/// `auth { … }`.
static AUTH: Block = Block {
    name: "auth",
    doc: "The login at the server: one of a name and password, a token, an NKey seed, or a credentials file.",
    fields: &[
        Field::grouped("username", "login", FieldType::Secret, "The name; needs `password`.")
            .to(&["auth", "basic", "username"]),
        Field::grouped("password", "login", FieldType::Secret, "The password.")
            .to(&["auth", "basic", "password"]),
        Field::grouped("token", "login", FieldType::Secret, "A token.").to(&["auth", "token"]),
        Field::grouped("nkey", "login", FieldType::Secret, "The seed of an NKey.").to(&["auth", "nkey"]),
        Field::grouped("credentials", "login", FieldType::Secret, "A `.creds` file.")
            .to(&["auth", "credential"]),
    ],
    groups: &[Group {
        name: "login",
        alternatives: &[&["username", "password"], &["token"], &["nkey"], &["credentials"]],
        required: true,
        exclusive: true,
    }],
    ..Block::EMPTY
};
