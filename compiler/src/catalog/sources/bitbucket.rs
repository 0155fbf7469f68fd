//! `bitbucket` and `bitbucket-server`: what Bitbucket reports to a webhook.

use super::common::{
    DELETE_HOOK, HOOK_AUTH, HOOK_CERT, HOOK_KEY, HOOK_LIMIT, HOOK_META, HOOK_METHOD, HOOK_NO_URL, HOOK_PATH,
    HOOK_PORT, HOOK_URL, SERVER_CERT, TLS, everywhere,
};
use crate::catalog::{
    Block, Constant, Field, FieldType, Group, Handover, Nested, Payload, RawBody, Rollout, SECOND, SourceKind,
};

/// What Bitbucket Cloud reports to a webhook.
pub(super) static BITBUCKET: SourceKind = SourceKind {
    name: "bitbucket",
    key: "bitbucket",
    doc: concat!(
        "What Bitbucket Cloud reports about repositories. The payload is Bitbucket's; under `meta.header` \
         are the request's headers (`X-Event-Key`). Argo verifies no signature.\n\n\
         With `url` and the block `login` the source makes the webhooks at Bitbucket itself.\n\n\
         **Delivery:** Bitbucket sends again twice what was refused.\n\n",
        everywhere!()
    ),
    example: r#"source pushes: bitbucket {
  port: 12400
  repositories: [{ owner: "plant", slug: "control" }]
  event pushed { path: "/push", events: ["repo:push"] }
}"#,
    block: &Block {
        name: "bitbucket source",
        fields: &[
            HOOK_PATH,
            HOOK_PORT,
            Field::required(
                "repositories",
                FieldType::List(&FieldType::Record(&REPOSITORY)),
                "Repositories: `[{ owner: \"plant\", slug: \"control\" }]`.",
            )
            .to(&["repositories"]),
            Field::optional(
                "events",
                FieldType::TEXTS,
                "What Bitbucket reports: `[\"repo:push\"]`. Needed when the source makes the webhooks.",
            )
            .to(&["events"]),
            HOOK_URL,
            DELETE_HOOK,
            HOOK_AUTH,
            HOOK_CERT,
            HOOK_KEY,
            HOOK_LIMIT,
        ],
        blocks: &[Nested::one("login", &LOGIN)],
        groups: &[SERVER_CERT],
        always: &[Constant::new(&["auth"], "{}"), Constant::new(&["events"], "[]"), HOOK_METHOD, HOOK_NO_URL],
        ..Block::EMPTY
    },
    per_event: &["path"],
    rollout: Rollout::Rolling,
    handover: Handover::Everywhere,
    listens: true,
    authenticates: &["auth"],
    payload: Payload { body: Some("body"), ty: "any", meta: HOOK_META, json_body: false, raw: RawBody::None },
};

/// `login { … }` of Bitbucket Cloud, at `auth` upstream (`auth` is the token of requests, as in every kind that listens).
static LOGIN: Block = Block {
    name: "login",
    doc: "The login at Bitbucket's API: a token, or a name and an app password.",
    fields: &[
        Field::grouped("token", "login", FieldType::Secret, "An OAuth token.").to(&["auth", "oauthToken"]),
        Field::grouped("username", "login", FieldType::Secret, "The name; needs `password`.")
            .to(&["auth", "basic", "username"]),
        Field::grouped("password", "login", FieldType::Secret, "The app password.")
            .to(&["auth", "basic", "password"]),
    ],
    groups: &[Group {
        name: "login",
        alternatives: &[&["token"], &["username", "password"]],
        required: true,
        exclusive: true,
    }],
    ..Block::EMPTY
};

/// An element of `repositories` of Bitbucket Cloud.
static REPOSITORY: Block = Block {
    name: "repository",
    doc: "A repository.",
    fields: &[
        Field::required("owner", FieldType::TEXT, "The workspace.").to(&["owner"]),
        Field::required("slug", FieldType::TEXT, "The repository, as in its URL.").to(&["repositorySlug"]),
    ],
    ..Block::EMPTY
};

/// What Bitbucket Server reports to a webhook.
pub(super) static BITBUCKET_SERVER: SourceKind = SourceKind {
    name: "bitbucket-server",
    key: "bitbucketserver",
    doc: concat!(
        "What Bitbucket Server (Data Center) reports about repositories or projects. The payload is \
         Bitbucket's; under `meta.header` are the request's headers (`X-Event-Key`).\n\n\
         With `url`, `access-token` and `repositories` or `projects` the source makes the webhooks itself, \
         and looks every `every` whether they are still there.\n\n\
         **Delivery:** Bitbucket Server does not send again what was refused.\n\n",
        everywhere!()
    ),
    example: r#"source pushes: bitbucket-server {
  port: 12400
  base-url: "https://bitbucket.plant.example/rest"
  webhook-secret: secret("bitbucket", "webhook")
  event pushed { path: "/push" }
}"#,
    block: &Block {
        name: "bitbucket-server source",
        fields: &[
            HOOK_PATH,
            HOOK_PORT,
            Field::required(
                "base-url",
                FieldType::Url { schemes: &["http", "https"] },
                "The API of the server.",
            )
            .to(&["bitbucketserverBaseURL"]),
            Field::optional(
                "webhook-secret",
                FieldType::Secret,
                "The secret that the server signs with; requests without a valid signature are refused. \
                 Left out, anybody can send events.",
            )
            .to(&["webhookSecret"]),
            Field::optional(
                "access-token",
                FieldType::Secret,
                "A token of the API that may manage webhooks.",
            )
            .to(&["accessToken"]),
            HOOK_URL,
            Field::optional(
                "repositories",
                FieldType::List(&FieldType::Record(&SERVER_REPOSITORY)),
                "Repositories: `[{ project: \"PLANT\", slug: \"control\" }]`.",
            )
            .to(&["repositories"]),
            Field::optional("projects", FieldType::TEXTS, "Projects by key, with all their repositories.")
                .to(&["projects"]),
            Field::optional(
                "events",
                FieldType::TEXTS,
                "What the server reports: `[\"repo:refs_changed\"]`. Needed when the source makes the \
                 webhooks.",
            )
            .to(&["events"]),
            Field::default(
                "one-per-change",
                FieldType::Bool,
                "false",
                "A push of several branches or tags is as many events, each with one change.",
            )
            .to(&["oneEventPerChange"]),
            Field::default(
                "skip-open-prs",
                FieldType::Bool,
                "false",
                "Pushes to branches with an open pull request are left out; needs `access-token`.",
            )
            .to(&["skipBranchRefsChangedOnOpenPR"]),
            Field::default(
                "every",
                FieldType::Duration { min: SECOND, max: u64::MAX },
                "1m",
                "How often the source looks whether its webhooks are there.",
            )
            .to(&["checkInterval"]),
            DELETE_HOOK,
            HOOK_AUTH,
            HOOK_CERT,
            HOOK_KEY,
            HOOK_LIMIT,
        ],
        blocks: &[Nested::one("tls", &TLS)],
        groups: &[SERVER_CERT],
        always: &[HOOK_METHOD, HOOK_NO_URL],
        ..Block::EMPTY
    },
    per_event: &["path"],
    rollout: Rollout::Rolling,
    handover: Handover::Everywhere,
    listens: true,
    authenticates: &["webhook-secret", "auth"],
    payload: Payload { body: Some("body"), ty: "any", meta: HOOK_META, json_body: false, raw: RawBody::None },
};

/// An element of `repositories` of Bitbucket Server.
static SERVER_REPOSITORY: Block = Block {
    name: "repository",
    doc: "A repository.",
    fields: &[
        Field::required("project", FieldType::TEXT, "The project's key.").to(&["projectKey"]),
        Field::required("slug", FieldType::TEXT, "The repository, as in its URL.").to(&["repositorySlug"]),
    ],
    ..Block::EMPTY
};
