//! `sns` and `sqs`: notifications and queues of Amazon.

use super::common::{
    FORMAT, HOOK_AUTH, HOOK_CERT, HOOK_KEY, HOOK_LIMIT, HOOK_METHOD, HOOK_PATH, HOOK_PORT, SERVER_CERT,
    everywhere, group,
};
use crate::catalog::{
    Block, Constant, Encode, Field, FieldType, Group, Handover, Payload, RawBody, Rollout, SECOND, SourceKind,
};

/// Notifications of an Amazon SNS topic.
pub(super) static SNS: SourceKind = SourceKind {
    name: "sns",
    key: "sns",
    doc: concat!(
        "Notifications of an Amazon SNS topic. The payload is the notification: what was published is the \
         text `Message`. The source subscribes itself to the topic when it starts.\n\n\
         **Delivery:** at least once: SNS sends again for about an hour what was refused, and Argo answers \
         once the bus has it.\n\n",
        everywhere!(),
        " But a pod that stops cancels the subscription it confirmed, until another one starts."
    ),
    example: r#"source alarms: sns {
  port: 12900
  url: "https://hooks.plant.example"
  region: "eu-central-1"
  topic: "arn:aws:sns:eu-central-1:123456789012:alarms"
  validate-signature: true
  event alarm { path: "/alarm" }
}"#,
    block: &Block {
        name: "sns source",
        fields: &[
            HOOK_PATH,
            HOOK_PORT,
            Field::required(
                "url",
                FieldType::Url { schemes: &["http", "https"] },
                "Where SNS reaches the source from outside, without the path.",
            )
            .to(&["webhook", "url"]),
            Field::required(
                "topic",
                FieldType::Pattern {
                    regex: "arn:[^:]+:sns:[^:]*:[^:]*:[^:]+",
                    what: "the ARN of an SNS topic",
                },
                "The topic's ARN.",
            )
            .to(&["topicArn"]),
            REGION,
            Field::default(
                "validate-signature",
                FieldType::Bool,
                "false",
                "Refuse requests that SNS did not sign. With `false` anybody can send events.",
            )
            .to(&["validateSignature"]),
            ACCESS_KEY,
            SECRET_KEY,
            ROLE,
            ENDPOINT,
            HOOK_AUTH,
            HOOK_CERT,
            HOOK_KEY,
            HOOK_LIMIT,
        ],
        groups: &[KEYS, SERVER_CERT],
        always: &[HOOK_METHOD],
        ..Block::EMPTY
    },
    per_event: &["path"],
    rollout: Rollout::Rolling,
    handover: Handover::Everywhere,
    listens: true,
    authenticates: &["validate-signature", "auth"],
    payload: Payload {
        body: Some("body"),
        // `argo-events/pkg/eventsources/sources/awssns/types.go`, `httpNotification`
        ty: "{ Type: string, MessageId: string, TopicArn: string, Subject?: string, Message: string, \
             Timestamp: timestamp, SignatureVersion: string, Signature: string, SigningCertURL: string, \
             UnsubscribeURL?: string, MessageAttributes?: map<{ Type: string, Value: string }> }",
        meta: &[("header", "header", "map<list<string>>")],
        json_body: false,
        raw: RawBody::None,
    },
};

/// Messages of an Amazon SQS queue.
pub(super) static SQS: SourceKind = SourceKind {
    name: "sqs",
    key: "sqs",
    doc: concat!(
        "Messages of an Amazon SQS queue. Under `meta` are `message-id` and `message-attributes`.\n\n\
         **Delivery:** at least once: a message is deleted when the bus has it; until then SQS hides it for \
         120 seconds.\n\n",
        group!()
    ),
    example: r#"source uploads: sqs {
  region: "eu-central-1"
  event upload: { bucket: string, key: string } { queue: "uploads" }
}"#,
    block: &Block {
        name: "sqs source",
        fields: &[
            REGION,
            Field::required(
                "queue",
                FieldType::Pattern {
                    regex: r"[A-Za-z0-9_-]{1,80}(\.fifo)?",
                    what: "the name of an SQS queue",
                },
                "The queue's name.",
            )
            .to(&["queue"]),
            Field::optional(
                "account",
                FieldType::Pattern { regex: "[0-9]{12}", what: "an AWS account number of 12 digits" },
                "The account the queue belongs to, when it is another one.",
            )
            .to(&["queueAccountId"]),
            Field::default(
                "wait",
                FieldType::Duration { min: SECOND, max: 20 * SECOND },
                "3s",
                "How long one request waits for messages, in whole seconds, 1s to 20s (SQS).",
            )
            .encoded(&["waitTimeSeconds"], Encode::Seconds),
            Field::default(
                "dead-letter-queue",
                FieldType::Bool,
                "false",
                "The queue has a dead-letter queue: leave a message that cannot be read in the queue, for \
                 SQS to move it there, instead of deleting it.",
            )
            .to(&["dlq"]),
            ACCESS_KEY,
            SECRET_KEY,
            Field::optional("session-token", FieldType::Secret, "The token of temporary keys.")
                .to(&["sessionToken"]),
            ROLE,
            ENDPOINT,
            FORMAT,
        ],
        groups: &[KEYS],
        always: &[Constant::new(&["waitTimeSeconds"], "3")],
        ..Block::EMPTY
    },
    per_event: &["queue"],
    rollout: Rollout::Rolling,
    handover: Handover::Group,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[("message-id", "messageId", "string"), ("message-attributes", "messageAttributes", "any")],
        json_body: true,
        raw: RawBody::Base64,
    },
};

const REGION: Field =
    Field::required("region", FieldType::TEXT, "The AWS region: `eu-central-1`.").to(&["region"]);

const ACCESS_KEY: Field = Field::grouped(
    "access-key",
    KEYS.name,
    FieldType::Secret,
    "The access key ID. Left out, the role of the source's pod is used (`service-account`).",
)
.to(&["accessKey"]);

const SECRET_KEY: Field =
    Field::grouped("secret-key", KEYS.name, FieldType::Secret, "The secret access key.").to(&["secretKey"]);

const ROLE: Field = Field::optional(
    "role",
    FieldType::Pattern { regex: "arn:[^:]+:iam::[0-9]*:role/.+", what: "the ARN of an IAM role" },
    "The ARN of a role to assume.",
)
.to(&["roleARN"]);

const ENDPOINT: Field = Field::optional(
    "endpoint",
    FieldType::Url { schemes: &["http", "https"] },
    "Another endpoint than Amazon's, for servers that speak its protocol.",
)
.to(&["endpoint"]);

/// Keys of an account: both or none.
const KEYS: Group =
    Group { name: "keys", alternatives: &[&["access-key", "secret-key"]], required: false, exclusive: false };
