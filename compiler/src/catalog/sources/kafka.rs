//! `kafka`: records of a Kafka topic.

use super::common::{FORMAT, RECONNECT, TLS};
use crate::catalog::{
    Block, Constant, Encode, Field, FieldType, Group, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// Records of a Kafka topic.
pub(super) static KAFKA: SourceKind = SourceKind {
    name: "kafka",
    key: "kafka",
    doc: "Records of a Kafka topic. Under `meta` are the record's `key`, `partition`, `headers` and \
          `timestamp` (as Go prints a time, which is no RFC 3339).\n\n\
          **Delivery:** at least once with a consumer group, the default: its offset says how far it is. \
          The id of an event comes from topic, partition and offset, so a record read twice within the \
          bus's `duplicates` is one event. With `partition` there is no offset: it starts at the newest \
          record each time, and what came while it was away is lost.\n\n\
          **While a pipeline moves:** nothing is lost with a consumer group. Old and new are members of one \
          group for a while.",
    example: r#"source grid: kafka {
  url: "kafka-0.grid.example:9092,kafka-1.grid.example:9092"
  event reading: { meter: string, kwh: number } { topic: "readings" }
}"#,
    block: &Block {
        name: "kafka source",
        fields: &[
            Field::required(
                "url",
                FieldType::Pattern {
                    regex: r"[^\s,:/]+:[0-9]{1,5}(,[^\s,:/]+:[0-9]{1,5})*",
                    what: "brokers as `host:port`, separated by commas",
                },
                "Brokers to ask for the cluster: `host:port`, several separated by commas.",
            )
            .to(&["url"]),
            Field::required(
                "topic",
                FieldType::Pattern { regex: r"[A-Za-z0-9._-]{1,249}", what: "the name of a Kafka topic" },
                "The topic's name.",
            )
            .to(&["topic"]),
            Field::grouped(
                "group",
                "consumer",
                FieldType::TEXT,
                "The consumer group: its members share the records. `<orchestrator>-<source>-<event>` when \
                 neither this nor `partition` is given.",
            )
            .to(&["consumerGroup", "groupName"]),
            Field::grouped(
                "partition",
                "consumer",
                FieldType::COUNT,
                "Read this one partition without a group, from the newest record on.",
            )
            .encoded(&["partition"], Encode::Text),
            Field::default(
                "oldest",
                FieldType::Bool,
                "false",
                "Where a new group starts: at the oldest record (`true`) or at the newest. Has no effect \
                 with `partition`.",
            )
            .to(&["consumerGroup", "oldest"]),
            Field::default(
                "rebalance",
                FieldType::Word(&["range", "roundrobin", "sticky"]),
                "range",
                "How partitions are dealt out to the members of the group. Has no effect with `partition`.",
            )
            .to(&["consumerGroup", "rebalanceStrategy"]),
            Field::default(
                "version",
                FieldType::Pattern {
                    regex: r"[0-9]+\.[0-9]+\.[0-9]+(\.[0-9]+)?",
                    what: "a version such as `3.6.0`",
                },
                "\"1.0.0\"",
                "The version of Kafka to speak; newer ones have more features.",
            )
            .to(&["version"]),
            Field::optional(
                "max-per-second",
                FieldType::POSITIVE,
                "How many records are read in a second at most; the rest waits in Kafka.",
            )
            .to(&["limitEventsPerSecond"]),
            Field::optional(
                "config",
                FieldType::TEXT,
                "Further configuration of the client in YAML, after Go's `sarama.Config`.",
            )
            .to(&["config"]),
            FORMAT,
        ],
        blocks: &[
            Nested::one("sasl", &SASL),
            Nested::one("aws-iam", &AWS_IAM),
            Nested::one("schema-registry", &SCHEMA_REGISTRY),
            Nested::one("tls", &TLS),
            Nested::one("reconnect", &RECONNECT),
        ],
        groups: &[Group {
            name: "consumer",
            alternatives: &[&["group"], &["partition"]],
            required: false,
            exclusive: true,
        }],
        always: &[Constant {
            path: &["consumerGroup", "groupName"],
            json: r#""{name}""#,
            unless: &["partition"],
        }],
        ..Block::EMPTY
    },
    per_event: &["topic", "partition"],
    rollout: Rollout::Recreate,
    handover: Handover::Group,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[
            ("topic", "topic", "string"),
            ("key", "key", "string"),
            ("partition", "partition", "int"),
            ("headers", "headers", "map<string>"),
            ("timestamp", "timestamp", "string"),
        ],
        json_body: true,
        raw: RawBody::Base64,
    },
};

/// `sasl { … }`.
static SASL: Block = Block {
    name: "sasl",
    doc: "The login at the brokers.",
    fields: &[
        Field::required("username", FieldType::Secret, "The name.").to(&["sasl", "userSecret"]),
        Field::required("password", FieldType::Secret, "The password.").to(&["sasl", "passwordSecret"]),
        Field::default(
            "mechanism",
            FieldType::Word(&["plain", "scram-sha-256", "scram-sha-512", "oauthbearer", "gssapi"]),
            "plain",
            "The SASL mechanism.",
        )
        .encoded(&["sasl", "mechanism"], Encode::Upper),
    ],
    ..Block::EMPTY
};

/// `aws-iam { … }`, at `awsMskIamAuth` upstream.
static AWS_IAM: Block = Block {
    name: "aws-iam",
    doc: "The login at Amazon MSK with the role of the source's pod (`service-account`). It always speaks \
          TLS.",
    fields: &[Field::required("region", FieldType::TEXT, "The AWS region of the cluster: `us-east-1`.")
        .to(&["awsMskIamAuth", "region"])],
    ..Block::EMPTY
};

/// `schema-registry { … }`.
static SCHEMA_REGISTRY: Block = Block {
    name: "schema-registry",
    doc: "Records are Avro, read with a schema of a registry; `format` stays `json`. Argo does not verify \
          the registry's certificate.",
    fields: &[
        Field::required("url", FieldType::Url { schemes: &["http", "https"] }, "The registry.")
            .to(&["schemaRegistry", "url"]),
        Field::optional(
            "schema",
            FieldType::POSITIVE,
            "The number of the schema; Argo 1.9.11 takes it from each record.",
        )
        .to(&["schemaRegistry", "schemaId"]),
        Field::grouped(
            "username",
            "login",
            FieldType::Secret,
            "The name for the registry; needs `password`.",
        )
        .to(&["schemaRegistry", "auth", "username"]),
        Field::grouped("password", "login", FieldType::Secret, "The password for the registry.").to(&[
            "schemaRegistry",
            "auth",
            "password",
        ]),
    ],
    groups: &[Group {
        name: "login",
        alternatives: &[&["username", "password"]],
        required: false,
        exclusive: false,
    }],
    ..Block::EMPTY
};
