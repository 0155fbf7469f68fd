//! `pubsub`: messages of Google Cloud Pub/Sub.

use super::common::{FORMAT, group};
use crate::catalog::{
    Block, Constant, Field, FieldType, Group, Handover, Payload, RawBody, Rollout, SourceKind,
};

/// Messages of Google Cloud Pub/Sub.
pub(super) static PUBSUB: SourceKind = SourceKind {
    name: "pubsub",
    key: "pubSub",
    doc: concat!(
        "Messages of Google Cloud Pub/Sub. Under `meta` are `message-id`, `attributes` and `publish-time` \
         (as Go prints a time). With `topic` the source makes the topic and the subscription when they do \
         not exist.\n\n\
         **Delivery:** at least once: a message is acknowledged when the bus has it. One that is no JSON \
         under `format: json` comes again and again.\n\n",
        group!()
    ),
    example: r#"source scans: pubsub {
  project: "clinic"
  credentials: secret("gcp", "key.json")
  event scan: { patient: string } { topic: "scans" }
}"#,
    block: &Block {
        name: "pubsub source",
        fields: &[
            Field::grouped(
                "topic",
                "what",
                NAME,
                "The topic; it and the subscription are made when they do not exist.",
            )
            .to(&["topic"]),
            Field::grouped(
                "subscription",
                "what",
                NAME,
                "The subscription: its readers share the messages. `<orchestrator>-<source>-<event>` when \
                 left out.",
            )
            .to(&["subscriptionID"]),
            Field::optional(
                "project",
                FieldType::TEXT,
                "The project of the subscription; that of the cluster when left out, where the cluster runs \
                 at Google.",
            )
            .to(&["projectID"]),
            Field::optional(
                "topic-project",
                FieldType::TEXT,
                "The project of the topic, when it is another one.",
            )
            .to(&["topicProjectID"]),
            Field::optional(
                "credentials",
                FieldType::Secret,
                "The key of a service account (JSON). Left out, the identity of the source's pod is used.",
            )
            .to(&["credentialSecret"]),
            Field::default(
                "delete-subscription",
                FieldType::Bool,
                "false",
                "Delete the subscription when the source stops. Then a moving pipeline loses messages.",
            )
            .to(&["deleteSubscriptionOnFinish"]),
            FORMAT,
        ],
        groups: &[Group {
            name: "what",
            alternatives: &[&["topic"], &["subscription"]],
            required: true,
            exclusive: false,
        }],
        always: &[Constant::new(&["subscriptionID"], r#""{name}""#)],
        ..Block::EMPTY
    },
    per_event: &["topic", "subscription"],
    rollout: Rollout::Recreate,
    handover: Handover::Group,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[
            ("message-id", "id", "string"),
            ("attributes", "attributes", "map<string> | null"),
            ("publish-time", "publishTime", "string"),
        ],
        json_body: true,
        raw: RawBody::Base64,
    },
};

/// Upstream: Pub/Sub's guidelines to name a topic or subscription.
const NAME: FieldType = FieldType::Pattern {
    regex: "[A-Za-z][A-Za-z0-9._~%+-]{2,254}",
    what: "a Pub/Sub name: 3 to 255 letters, digits and `-_.~%+`, a letter first",
};
