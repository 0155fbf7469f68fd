//! `gerrit`: what Gerrit reports to a webhook.

use super::common::{
    DELETE_HOOK, HOOK_AUTH, HOOK_CERT, HOOK_KEY, HOOK_LIMIT, HOOK_META, HOOK_METHOD, HOOK_NO_URL, HOOK_PATH,
    HOOK_PORT, HOOK_URL, SERVER_CERT, everywhere,
};
use crate::catalog::{
    Block, Constant, Field, FieldType, Group, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// What Gerrit reports to a webhook.
pub(super) static GERRIT: SourceKind = SourceKind {
    name: "gerrit",
    key: "gerrit",
    doc: concat!(
        "What Gerrit's plugin `webhooks` reports about projects: patch sets, comments, merges. The payload \
         is Gerrit's stream event. Argo verifies no signature.\n\n\
         With `url` the source makes the webhooks at Gerrit itself.\n\n\
         **Delivery:** Gerrit sends again up to `max-tries` times.\n\n",
        everywhere!()
    ),
    example: r#"source reviews: gerrit {
  port: 12500
  base-url: "https://gerrit.plant.example"
  projects: ["plant/control"]
  login { username: secret("gerrit", "username"), password: secret("gerrit", "password") }
  event merged { path: "/merged", events: ["change-merged"] }
}"#,
    block: &Block {
        name: "gerrit source",
        fields: &[
            HOOK_PATH,
            HOOK_PORT,
            Field::required("base-url", FieldType::Url { schemes: &["http", "https"] }, "The Gerrit.")
                .to(&["gerritBaseURL"]),
            Field::required("projects", FieldType::TEXTS, "Projects by name.").to(&["projects"]),
            Field::required("events", FieldType::TEXTS, "What Gerrit reports: `[\"patchset-created\"]`.")
                .to(&["events"]),
            HOOK_URL,
            Field::optional(
                "hook",
                FieldType::TEXT,
                "The webhook's name at Gerrit; `<orchestrator>-<source>-<event>` when left out.",
            )
            .to(&["hookName"]),
            Field::default(
                "verify",
                FieldType::Bool,
                "false",
                "Tell Gerrit to verify the certificate of `url`.",
            )
            .to(&["sslVerify"]),
            Field::optional("max-tries", FieldType::POSITIVE, "How often Gerrit tries to send an event.")
                .to(&["maxTries"]),
            DELETE_HOOK,
            HOOK_AUTH,
            HOOK_CERT,
            HOOK_KEY,
            HOOK_LIMIT,
        ],
        blocks: &[Nested::one("login", &LOGIN)],
        groups: &[
            SERVER_CERT,
            Group { name: "login", alternatives: &[&["login"]], required: true, exclusive: false },
        ],
        always: &[Constant::new(&["hookName"], r#""{name}""#), HOOK_METHOD, HOOK_NO_URL],
        ..Block::EMPTY
    },
    per_event: &["path"],
    rollout: Rollout::Rolling,
    handover: Handover::Everywhere,
    listens: true,
    authenticates: &["auth"],
    payload: Payload { body: Some("body"), ty: "any", meta: HOOK_META, json_body: false, raw: RawBody::None },
};

/// `login { … }`, at `auth` upstream (`auth` is the token of requests, as in every kind that listens).
static LOGIN: Block = Block {
    name: "login",
    doc: "The login at Gerrit's API; Argo demands one even when it makes no webhooks.",
    fields: &[
        Field::required("username", FieldType::Secret, "The name.").to(&["auth", "username"]),
        Field::required("password", FieldType::Secret, "The HTTP password.").to(&["auth", "password"]),
    ],
    ..Block::EMPTY
};
