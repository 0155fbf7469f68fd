//! `azure-events-hub`, `azure-service-bus` and `azure-queue-storage`.

use super::common::{FORMAT, TLS, exclusive, group};
use crate::catalog::{
    Block, Constant, Encode, Field, FieldType, Group, Handover, Nested, Payload, RawBody, Rollout, SECOND,
    SourceKind,
};

/// Events of an Azure event hub.
pub(super) static EVENTS_HUB: SourceKind = SourceKind {
    name: "azure-events-hub",
    key: "azureEventsHub",
    doc: concat!(
        "Events of an Azure event hub. Argo gives the body as base64 and nothing else, so the payload is \
         that text (`value`). Under `meta` are `message-id` and `partition-key`. The sender must set a \
         message id: without one Argo 1.9.11 crashes.\n\n\
         **Delivery:** at most once. The source reads from the newest event of each partition on, in the \
         group `$Default`, and remembers nothing.\n\n",
        exclusive!()
    ),
    example: r#"source turbines: azure-events-hub {
  namespace: "wind.servicebus.windows.net"
  event sample { hub: "samples" }
}"#,
    block: &Block {
        name: "azure-events-hub source",
        fields: &[
            Field::required("namespace", HOST, "The host of the namespace: `NAME.servicebus.windows.net`.")
                .to(&["fqdn"]),
            Field::required("hub", FieldType::TEXT, "The event hub.").to(&["hubName"]),
            Field::grouped(
                "key-name",
                "key",
                FieldType::Secret,
                "The name of a shared access key; needs `key`.",
            )
            .to(&["sharedAccessKeyName"]),
            Field::grouped(
                "key",
                "key",
                FieldType::Secret,
                "The shared access key; needs `key-name`. Left out, the identity of the source's pod is \
                 used.",
            )
            .to(&["sharedAccessKey"]),
        ],
        groups: &[Group {
            name: "key",
            alternatives: &[&["key-name", "key"]],
            required: false,
            exclusive: false,
        }],
        ..Block::EMPTY
    },
    per_event: &["hub"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "string",
        meta: &[("message-id", "id", "string"), ("partition-key", "partitionKey", "string")],
        json_body: false,
        raw: RawBody::Base64,
    },
};

/// Messages of an Azure Service Bus queue or subscription.
pub(super) static SERVICE_BUS: SourceKind = SourceKind {
    name: "azure-service-bus",
    key: "azureServiceBus",
    doc: concat!(
        "Messages of an Azure Service Bus queue, or of a subscription to a topic. Under `meta` are the \
         properties of a message: `message-id`, `subject`, `correlation-id`, …\n\n\
         **Delivery:** at least once: a message is deleted when the bus has it. (Argo's own default deletes \
         it when it is read.)\n\n",
        group!()
    ),
    example: r#"source orders: azure-service-bus {
  connection: secret("service-bus", "connection-string")
  event placed: { order: string } { queue: "orders" }
}"#,
    block: &Block {
        name: "azure-service-bus source",
        fields: &[
            Field::grouped("connection", "server", FieldType::Secret, "The connection string.")
                .to(&["connectionString"]),
            Field::grouped(
                "namespace",
                "server",
                HOST,
                "The host of the namespace, `NAME.servicebus.windows.net`, to log in with the identity of \
                 the source's pod.",
            )
            .to(&["fullyQualifiedNamespace"]),
            Field::grouped("queue", "what", FieldType::TEXT, "The queue.").to(&["queueName"]),
            Field::grouped("topic", "what", FieldType::TEXT, "The topic; needs `subscription`.")
                .to(&["topicName"]),
            Field::grouped("subscription", "what", FieldType::TEXT, "The subscription to the topic.")
                .to(&["subscriptionName"]),
            Field::default(
                "defer-delete",
                FieldType::Bool,
                "true",
                "Delete a message when the bus has it; with `false` when it is read, so that one can be \
                 lost.",
            )
            .to(&["deferDelete"]),
            FORMAT,
        ],
        blocks: &[Nested::one("tls", &TLS)],
        groups: &[
            Group {
                name: "server",
                alternatives: &[&["connection"], &["namespace"]],
                required: true,
                exclusive: true,
            },
            Group {
                name: "what",
                alternatives: &[&["queue"], &["topic", "subscription"]],
                required: true,
                exclusive: true,
            },
        ],
        always: &[
            Constant::new(&["queueName"], r#""""#),
            Constant::new(&["topicName"], r#""""#),
            Constant::new(&["subscriptionName"], r#""""#),
            Constant::new(&["deferDelete"], "true"),
        ],
        ..Block::EMPTY
    },
    per_event: &["queue", "topic", "subscription"],
    rollout: Rollout::Recreate,
    handover: Handover::Group,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[
            ("properties", "applicationProperties", "map<any> | null"),
            ("content-type", "contentType", "string | null"),
            ("correlation-id", "correlationID", "string | null"),
            ("enqueued-time", "enqueuedTime", "timestamp | null"),
            ("message-id", "messageID", "string"),
            ("reply-to", "replyTo", "string | null"),
            ("sequence-number", "sequenceNumber", "int | null"),
            ("subject", "subject", "string | null"),
        ],
        json_body: true,
        raw: RawBody::Base64,
    },
};

/// Messages of an Azure storage queue.
pub(super) static QUEUE_STORAGE: SourceKind = SourceKind {
    name: "azure-queue-storage",
    key: "azureQueueStorage",
    doc: concat!(
        "Messages of an Azure storage queue. Under `meta` are `message-id` and `insertion-time`.\n\n\
         **Delivery:** at least once: a message is deleted when the bus has it; until then it is hidden for \
         120 seconds.\n\n",
        group!()
    ),
    example: r#"source jobs: azure-queue-storage {
  account: "plantstore"
  event job: { task: string } { queue: "jobs" }
}"#,
    block: &Block {
        name: "azure-queue-storage source",
        fields: &[
            Field::required("queue", FieldType::TEXT, "The queue.").to(&["queueName"]),
            Field::grouped("connection", "server", FieldType::Secret, "The connection string.")
                .to(&["connectionString"]),
            Field::grouped(
                "account",
                "server",
                FieldType::TEXT,
                "The storage account, to log in with the identity of the source's pod.",
            )
            .to(&["storageAccountName"]),
            Field::default(
                "base64",
                FieldType::Bool,
                "false",
                "Messages are in base64, as many libraries write them.",
            )
            .to(&["decodeMessage"]),
            Field::default(
                "dead-letter-queue",
                FieldType::Bool,
                "false",
                "Leave a message that cannot be read in the queue instead of deleting it.",
            )
            .to(&["dlq"]),
            Field::default(
                "wait",
                FieldType::Duration { min: SECOND, max: u64::MAX },
                "3s",
                "How long it waits before it looks again at an empty queue, in whole seconds.",
            )
            .encoded(&["waitTimeInSeconds"], Encode::Seconds),
            FORMAT,
        ],
        groups: &[Group {
            name: "server",
            alternatives: &[&["connection"], &["account"]],
            required: true,
            exclusive: true,
        }],
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
        meta: &[("message-id", "messageID", "string"), ("insertion-time", "insertionTime", "timestamp")],
        json_body: true,
        raw: RawBody::Base64,
    },
};

const HOST: FieldType = FieldType::Pattern {
    regex: r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
    what: "a host such as `plant.servicebus.windows.net`",
};
