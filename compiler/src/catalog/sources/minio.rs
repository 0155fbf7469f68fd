//! `minio`: changes of objects in a bucket of `MinIO`.

use super::common::exclusive;
use crate::catalog::{Block, Constant, Field, FieldType, Handover, Payload, RawBody, Rollout, SourceKind};

/// Changes of objects in a bucket of `MinIO`.
pub(super) static MINIO: SourceKind = SourceKind {
    name: "minio",
    key: "minio",
    doc: concat!(
        "Changes of objects in a MinIO bucket, as S3 event records: the payload is `{ notification }`, a \
         list of one or more. The kind is not called `s3` because Argo listens in a way that MinIO alone \
         has; for S3 at Amazon let the bucket notify a queue and use `sqs`.\n\n\
         Keys of objects arrive escaped as in a URL, as S3 has it.\n\n\
         **Delivery:** at most once. The server tells who listens; a change while the source is away is \
         lost.\n\n",
        exclusive!()
    ),
    example: r#"source store: minio {
  endpoint: "minio.vision.example:9000"
  access-key: secret("minio", "access-key")
  secret-key: secret("minio", "secret-key")
  event frames { bucket: "frames", suffix: ".jpg" }
}"#,
    block: &Block {
        name: "minio source",
        fields: &[
            Field::required(
                "endpoint",
                FieldType::Pattern {
                    regex: r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(:[0-9]{1,5})?",
                    what: "a host, with its port if need be, without `http://`",
                },
                "The server, `host:port`, without a scheme.",
            )
            .to(&["endpoint"]),
            Field::required("access-key", FieldType::Secret, "The access key.").to(&["accessKey"]),
            Field::required("secret-key", FieldType::Secret, "The secret key.").to(&["secretKey"]),
            Field::required(
                "bucket",
                FieldType::Pattern {
                    regex: "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
                    what: "the name of a bucket",
                },
                "The bucket.",
            )
            .to(&["bucket", "name"]),
            Field::default(
                "events",
                FieldType::List(&FieldType::Pattern {
                    regex: r"s3:[A-Za-z]+(:([A-Za-z]+|\*))?",
                    what: "an S3 event such as `s3:ObjectCreated:Put` or `s3:ObjectRemoved:*`",
                }),
                r#"["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]"#,
                "Which changes: `s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`, `s3:ObjectAccessed:Get`, …",
            )
            .to(&["events"]),
            Field::optional("prefix", FieldType::TEXT, "Only objects whose key begins so.")
                .to(&["filter", "prefix"]),
            Field::optional("suffix", FieldType::TEXT, "Only objects whose key ends so.")
                .to(&["filter", "suffix"]),
            Field::optional("region", FieldType::TEXT, "The region of the server.").to(&["region"]),
            Field::default("insecure", FieldType::Bool, "false", "Speak HTTP instead of HTTPS.")
                .to(&["insecure"]),
            Field::optional(
                "ca",
                FieldType::Secret,
                "The authority that signed the server's certificate (PEM).",
            )
            .to(&["caCertificate"]),
        ],
        always: &[
            Constant::new(&["events"], r#"["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]"#),
            Constant::new(&["filter", "prefix"], r#""""#),
            Constant::new(&["filter", "suffix"], r#""""#),
        ],
        ..Block::EMPTY
    },
    per_event: &["bucket", "prefix", "suffix"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: None,
        // `github.com/minio/minio-go/v7/pkg/notification/info.go`
        ty: "{ notification: list<{ eventVersion: string, eventSource: string, awsRegion: string, \
             eventTime: timestamp, eventName: string, userIdentity: { principalId: string }, \
             requestParameters: map<string>, responseElements: map<string>, s3: { s3SchemaVersion: string, \
             configurationId: string, bucket: { name: string, ownerIdentity: { principalId: string }, arn: \
             string }, object: { key: string, size?: int, eTag?: string, contentType?: string, \
             userMetadata?: map<string>, versionId?: string, sequencer: string } }, source: { host: string, \
             port: string, userAgent: string } }> }",
        meta: &[],
        json_body: false,
        raw: RawBody::None,
    },
};
