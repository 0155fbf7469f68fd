//! `slack`: events, interactions and slash commands of a Slack app.

use super::common::{
    HOOK_AUTH, HOOK_CERT, HOOK_KEY, HOOK_LIMIT, HOOK_METHOD, HOOK_NO_URL, HOOK_PATH, HOOK_PORT, SERVER_CERT,
    everywhere,
};
use crate::catalog::{Block, Field, FieldType, Handover, Payload, RawBody, Rollout, SourceKind};

/// Events, interactions and slash commands of a Slack app.
pub(super) static SLACK: SourceKind = SourceKind {
    name: "slack",
    key: "slack",
    doc: concat!(
        "What Slack sends to an app: the inner event of the Events API, an interaction (a button pressed), \
         or a slash command. The payload is that, without an envelope, in the shape Argo's Slack library \
         gives it.\n\n\
         The address of the source is entered at Slack by hand; the source answers Slack's question whether \
         it is there.\n\n\
         **Delivery:** Slack sends an event again, up to three times, when no answer comes within 3 \
         seconds.\n\n",
        everywhere!()
    ),
    example: r#"source chat: slack {
  port: 12600
  token: secret("slack", "verification-token")
  signing-secret: secret("slack", "signing-secret")
  event said { path: "/slack" }
}"#,
    block: &Block {
        name: "slack source",
        fields: &[
            HOOK_PATH,
            HOOK_PORT,
            Field::required("token", FieldType::Secret, "The app's verification token.").to(&["token"]),
            Field::required(
                "signing-secret",
                FieldType::Secret,
                "The app's signing secret; requests without a valid signature are refused.",
            )
            .to(&["signingSecret"]),
            HOOK_AUTH,
            HOOK_CERT,
            HOOK_KEY,
            HOOK_LIMIT,
        ],
        groups: &[SERVER_CERT],
        always: &[HOOK_METHOD, HOOK_NO_URL],
        ..Block::EMPTY
    },
    per_event: &["path"],
    rollout: Rollout::Rolling,
    handover: Handover::Everywhere,
    listens: true,
    authenticates: &["signing-secret"],
    payload: Payload { body: None, ty: "any", meta: &[], json_body: false, raw: RawBody::None },
};
