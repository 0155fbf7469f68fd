//! `mns`: messages of an Alibaba Cloud MNS queue.

use super::common::group;
use crate::catalog::{Block, Field, FieldType, Handover, Payload, RawBody, Rollout, SourceKind};

/// Messages of an Alibaba Cloud MNS queue.
pub(super) static MNS: SourceKind = SourceKind {
    name: "mns",
    key: "mns",
    doc: concat!(
        "Messages of an Alibaba Cloud MNS queue. Argo gives the body as text, also when it is JSON, so the \
         payload is that text (`value`). Under `meta` is `message-id`.\n\n\
         **Delivery:** at most once: a message is deleted even when the bus did not take it.\n\n",
        group!()
    ),
    example: r#"source orders: mns {
  endpoint: "https://123456.mns.cn-hangzhou.aliyuncs.com"
  access-key: secret("mns", "access-key")
  secret-key: secret("mns", "secret-key")
  event placed { queue: "orders" }
}"#,
    block: &Block {
        name: "mns source",
        fields: &[
            Field::required("queue", FieldType::TEXT, "The queue.").to(&["queue"]),
            Field::required(
                "endpoint",
                FieldType::Url { schemes: &["http", "https"] },
                "The endpoint of the account in its region.",
            )
            .to(&["endpoint"]),
            Field::required("access-key", FieldType::Secret, "The access key ID.").to(&["accessKey"]),
            Field::required("secret-key", FieldType::Secret, "The access key secret.").to(&["secretKey"]),
        ],
        ..Block::EMPTY
    },
    per_event: &["queue"],
    rollout: Rollout::Rolling,
    handover: Handover::Group,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "string",
        meta: &[("message-id", "messageId", "string")],
        json_body: false,
        raw: RawBody::Text,
    },
};
