//! `storage-grid`: changes of objects in a bucket of `NetApp` `StorageGRID`.

use super::common::{
    HOOK_AUTH, HOOK_CERT, HOOK_KEY, HOOK_LIMIT, HOOK_METHOD, HOOK_PATH, HOOK_PORT, SERVER_CERT, TLS,
    everywhere,
};
use crate::catalog::{
    Block, Constant, Field, FieldType, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// Changes of objects in a bucket of `NetApp` `StorageGRID`.
pub(super) static STORAGE_GRID: SourceKind = SourceKind {
    name: "storage-grid",
    key: "storageGrid",
    doc: concat!(
        "Changes of objects in a bucket of NetApp StorageGRID. The payload is `{ notification }` with the \
         records in `notification.Message.Records`. The source registers itself at the grid when it starts. \
         Argo verifies no signature.\n\n\
         **Delivery:** at most once: the source answers 200 before the bus has the event.\n\n",
        everywhere!()
    ),
    example: r#"source scans: storage-grid {
  port: 12800
  url: "https://hooks.clinic.example"
  api-url: "https://grid.clinic.example/api/v3"
  auth-token: secret("grid", "token")
  topic: "urn:clinic:sns:site:scans:topic"
  bucket: "scans"
  event stored { path: "/stored", events: ["s3:ObjectCreated:*"] }
}"#,
    block: &Block {
        name: "storage-grid source",
        fields: &[
            HOOK_PATH,
            HOOK_PORT,
            Field::required(
                "url",
                FieldType::Url { schemes: &["http", "https"] },
                "Where the grid reaches the source from outside, without the path.",
            )
            .to(&["webhook", "url"]),
            Field::required(
                "api-url",
                FieldType::Url { schemes: &["http", "https"] },
                "The grid's management API.",
            )
            .to(&["apiURL"]),
            Field::required("auth-token", FieldType::Secret, "A token of the management API.")
                .to(&["authToken"]),
            Field::required("topic", FieldType::TEXT, "The topic's URN.").to(&["topicArn"]),
            Field::required("bucket", FieldType::TEXT, "The bucket.").to(&["bucket"]),
            Field::required("events", FieldType::TEXTS, "Which changes: `[\"s3:ObjectCreated:*\"]`.")
                .to(&["events"]),
            Field::optional("prefix", FieldType::TEXT, "Only objects whose key begins so.")
                .to(&["filter", "prefix"]),
            Field::optional("suffix", FieldType::TEXT, "Only objects whose key ends so.")
                .to(&["filter", "suffix"]),
            Field::default("region", FieldType::TEXT, "\"us-east-1\"", "The bucket's region.")
                .to(&["region"]),
            HOOK_AUTH,
            HOOK_CERT,
            HOOK_KEY,
            HOOK_LIMIT,
        ],
        blocks: &[Nested::one("tls", &TLS)],
        groups: &[SERVER_CERT],
        always: &[
            Constant::new(&["filter", "prefix"], r#""""#),
            Constant::new(&["filter", "suffix"], r#""""#),
            HOOK_METHOD,
        ],
        ..Block::EMPTY
    },
    per_event: &["path", "prefix", "suffix"],
    rollout: Rollout::Rolling,
    handover: Handover::Everywhere,
    listens: true,
    authenticates: &["auth"],
    payload: Payload {
        body: None,
        // `argo-events/pkg/eventsources/events/event-data.go`, `StorageGridNotification`
        ty: "{ notification: { Action: string, TopicArn: string, Version: string, Message: { Records: \
             list<{ eventVersion: string, storageGridEventSource: string, eventTime: timestamp, eventName: \
             string, userIdentity: { principalId: string }, requestParameters: { sourceIPAddress: string }, \
             responseElements: { x-amz-request-id: string }, s3: { s3SchemaVersion: string, \
             configurationId: string, bucket: { name: string, ownerIdentity: { principalId: string }, arn: \
             string }, object: { key: string, size: int, eTag: string, sequencer: string } } }> } } }",
        meta: &[],
        json_body: false,
        raw: RawBody::None,
    },
};
