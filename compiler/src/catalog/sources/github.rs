//! `github`: what GitHub reports to a webhook.

use super::common::{
    DELETE_HOOK, HOOK_AUTH, HOOK_CERT, HOOK_KEY, HOOK_LIMIT, HOOK_META, HOOK_METHOD, HOOK_NO_URL, HOOK_PATH,
    HOOK_PORT, HOOK_URL, SERVER_CERT, everywhere,
};
use crate::catalog::{
    Block, Constant, Field, FieldType, Group, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// What GitHub reports to a webhook.
pub(super) static GITHUB: SourceKind = SourceKind {
    name: "github",
    key: "github",
    doc: concat!(
        "What GitHub reports about repositories or organizations: pushes, pull requests, releases. The \
         payload is GitHub's, with `X-GitHub-Event` (`value[\"X-GitHub-Event\"] == \"push\"`) and \
         `X-GitHub-Delivery` added to it.\n\n\
         With `url` and a login (`api-token` or the block `app`) the source makes the webhooks at GitHub \
         itself.\n\n\
         **Delivery:** GitHub does not send again by itself what was refused; its page of the webhook can.\n\n",
        everywhere!()
    ),
    example: r#"source releases: github {
  port: 12200
  url: "https://hooks.shop.example"
  api-token: secret("github", "token")
  webhook-secret: secret("github", "webhook-secret")
  repositories: [{ owner: "shop", names: ["till"] }]
  event released { path: "/release", events: ["release"] }
}"#,
    block: &Block {
        name: "github source",
        fields: &[
            HOOK_PATH,
            HOOK_PORT,
            Field::grouped(
                "repositories",
                "whose",
                FieldType::List(&FieldType::Record(&REPOSITORIES)),
                "Repositories: `[{ owner: \"argoproj\", names: [\"argo-events\"] }]`.",
            )
            .to(&["repositories"]),
            Field::grouped(
                "organizations",
                "whose",
                FieldType::TEXTS,
                "Organizations, for webhooks of the whole of each.",
            )
            .to(&["organizations"]),
            Field::optional(
                "events",
                FieldType::TEXTS,
                "What GitHub reports: `[\"push\", \"release\"]`, or `[\"*\"]`. Needed when the source makes \
                 the webhooks.",
            )
            .to(&["events"]),
            HOOK_URL,
            Field::optional(
                "api-token",
                FieldType::Secret,
                "A token of GitHub's API that may manage webhooks.",
            )
            .to(&["apiToken"]),
            Field::optional(
                "webhook-secret",
                FieldType::Secret,
                "The secret that GitHub signs with; requests without a valid signature are refused. Left \
                 out, anybody can send events.",
            )
            .to(&["webhookSecret"]),
            Field::default(
                "content-type",
                FieldType::Word(&["json", "form"]),
                "json",
                "How GitHub writes the body; both are read the same.",
            )
            .to(&["contentType"]),
            Field::default(
                "active",
                FieldType::Bool,
                "true",
                "Whether the webhooks are switched on when they are made.",
            )
            .to(&["active"]),
            Field::default(
                "insecure",
                FieldType::Bool,
                "false",
                "Tell GitHub not to verify the certificate of `url`.",
            )
            .to(&["insecure"]),
            Field::grouped(
                "base-url",
                "enterprise",
                FieldType::Url { schemes: &["http", "https"] },
                "The API of a GitHub Enterprise; needs `upload-url`.",
            )
            .to(&["githubBaseURL"]),
            Field::grouped(
                "upload-url",
                "enterprise",
                FieldType::Url { schemes: &["http", "https"] },
                "The uploads of a GitHub Enterprise; needs `base-url`.",
            )
            .to(&["githubUploadURL"]),
            DELETE_HOOK,
            HOOK_AUTH,
            HOOK_CERT,
            HOOK_KEY,
            HOOK_LIMIT,
        ],
        blocks: &[Nested::one("app", &APP)],
        groups: &[
            Group {
                name: "whose",
                alternatives: &[&["repositories"], &["organizations"]],
                required: true,
                exclusive: true,
            },
            Group {
                name: "enterprise",
                alternatives: &[&["base-url", "upload-url"]],
                required: false,
                exclusive: false,
            },
            SERVER_CERT,
        ],
        always: &[
            Constant::new(&["active"], "true"),
            Constant::new(&["contentType"], r#""json""#),
            Constant::new(&["events"], "[]"),
            HOOK_METHOD,
            HOOK_NO_URL,
        ],
        ..Block::EMPTY
    },
    per_event: &["path"],
    rollout: Rollout::Rolling,
    handover: Handover::Everywhere,
    listens: true,
    authenticates: &["webhook-secret", "auth"],
    payload: Payload { body: Some("body"), ty: "any", meta: HOOK_META, json_body: false, raw: RawBody::None },
};

/// An element of `repositories`.
static REPOSITORIES: Block = Block {
    name: "repositories",
    doc: "Repositories of one owner.",
    fields: &[
        Field::required("owner", FieldType::TEXT, "The user or organization.").to(&["owner"]),
        Field::required("names", FieldType::TEXTS, "The repositories.").to(&["names"]),
    ],
    ..Block::EMPTY
};

/// `app { … }`, at `githubApp` upstream.
static APP: Block = Block {
    name: "app",
    doc: "The login as a GitHub App; used when there is no `api-token`.",
    fields: &[
        Field::required("id", ID, "The App ID.").to(&["githubApp", "appID"]),
        Field::required("installation", ID, "The installation ID.").to(&["githubApp", "installationID"]),
        Field::required("private-key", FieldType::Secret, "The private key (PEM).")
            .to(&["githubApp", "privateKey"]),
    ],
    ..Block::EMPTY
};

const ID: FieldType = FieldType::Int { min: 1, max: i64::MAX };
