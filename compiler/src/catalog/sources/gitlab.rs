//! `gitlab`: what GitLab reports to a webhook.

use super::common::{
    DELETE_HOOK, HOOK_AUTH, HOOK_CERT, HOOK_KEY, HOOK_LIMIT, HOOK_META, HOOK_METHOD, HOOK_NO_URL, HOOK_PATH,
    HOOK_PORT, HOOK_URL, SERVER_CERT, everywhere,
};
use crate::catalog::{Block, Field, FieldType, Handover, Payload, RawBody, Rollout, SourceKind};

/// What GitLab reports to a webhook.
pub(super) static GITLAB: SourceKind = SourceKind {
    name: "gitlab",
    key: "gitlab",
    doc: concat!(
        "What GitLab reports about projects or groups: pushes, merge requests, pipelines. The payload is \
         GitLab's; under `meta.header` are the request's headers (`X-Gitlab-Event`).\n\n\
         With `url` the source makes the webhooks at GitLab itself.\n\n\
         **Delivery:** GitLab switches a webhook off that fails several times in a row.\n\n",
        everywhere!()
    ),
    example: r#"source merges: gitlab {
  port: 12300
  base-url: "https://gitlab.plant.example"
  access-token: secret("gitlab", "token")
  secret-token: secret("gitlab", "webhook")
  url: "https://hooks.plant.example"
  projects: ["plant/control"]
  event merged { path: "/merged", events: [MergeRequestsEvents] }
}"#,
    block: &Block {
        name: "gitlab source",
        fields: &[
            HOOK_PATH,
            HOOK_PORT,
            Field::required("base-url", FieldType::Url { schemes: &["http", "https"] }, "The GitLab.")
                .to(&["gitlabBaseURL"]),
            Field::required(
                "access-token",
                FieldType::Secret,
                "A token of GitLab's API that may manage webhooks.",
            )
            .to(&["accessToken"]),
            Field::required("events", FieldType::List(&FieldType::Word(EVENTS)), "What GitLab reports.")
                .to(&["events"]),
            HOOK_URL,
            Field::optional("projects", FieldType::TEXTS, "Projects by path (`plant/control`) or number.")
                .to(&["projects"]),
            Field::optional("groups", FieldType::TEXTS, "Groups by path or number (GitLab Premium).")
                .to(&["groups"]),
            Field::optional(
                "secret-token",
                FieldType::Secret,
                "A token that GitLab sends with each request; requests without it are refused. It is only \
                 checked when the source makes the webhooks.",
            )
            .to(&["secretToken"]),
            Field::default(
                "verify",
                FieldType::Bool,
                "false",
                "Tell GitLab to verify the certificate of `url`.",
            )
            .to(&["enableSSLVerification"]),
            DELETE_HOOK,
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
    authenticates: &["secret-token", "auth"],
    payload: Payload { body: Some("body"), ty: "any", meta: HOOK_META, json_body: false, raw: RawBody::None },
};

/// The events that Argo switches on by name, for projects and groups alike (`gitlab/start.go`).
const EVENTS: &[&str] = &[
    "PushEvents",
    "TagPushEvents",
    "MergeRequestsEvents",
    "PipelineEvents",
    "JobEvents",
    "IssuesEvents",
    "ConfidentialIssuesEvents",
    "NoteEvents",
    "ConfidentialNoteEvents",
    "WikiPageEvents",
    "EmojiEvents",
];
