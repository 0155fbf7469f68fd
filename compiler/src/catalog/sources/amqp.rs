//! `amqp`: messages of `RabbitMQ` and other AMQP 0.9.1 brokers.

use super::common::{BASIC_AUTH, FORMAT, RECONNECT, TLS, group};
use crate::catalog::{
    Block, Constant, Field, FieldType, Group, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// Messages of an AMQP broker.
pub(super) static AMQP: SourceKind = SourceKind {
    name: "amqp",
    key: "amqp",
    doc: concat!(
        "Messages of RabbitMQ or another AMQP 0.9.1 broker: the source declares an exchange and a queue, \
         binds them and reads the queue. Under `meta` are the properties of a message: `routing-key`, \
         `exchange`, `message-id`, …\n\n\
         EFL's queue is durable, shared and named `<orchestrator>-<source>-<event>`. (Argo's own default is \
         a queue that exists only as long as one connection, which loses what comes while the source is \
         away.)\n\n\
         **Delivery:** at most once from the queue on. Argo 1.9.11 never acknowledges by itself, so \
         messages count as delivered when they are sent to the source; those on the way are lost when its \
         pod is killed.\n\n",
        group!()
    ),
    example: r#"source orders: amqp {
  url: "amqp://rabbitmq.shop.example:5672"
  exchange: "shop"
  type: topic
  event paid: { order: string } { routing-key: "order.paid" }
}"#,
    block: &Block {
        name: "amqp source",
        fields: &[
            Field::grouped(
                "url",
                "address",
                FieldType::Url { schemes: &["amqp", "amqps"] },
                "The broker: `amqp://host:5672/vhost`.",
            )
            .to(&["url"]),
            Field::grouped(
                "url-secret",
                "address",
                FieldType::Secret,
                "The broker's URL, when it holds a password.",
            )
            .to(&["urlSecret"]),
            Field::required("exchange", FieldType::TEXT, "The exchange that messages are published to.")
                .to(&["exchangeName"]),
            Field::required(
                "type",
                FieldType::Word(&[
                    "direct",
                    "fanout",
                    "topic",
                    "headers",
                    "x-delayed-message",
                    "x-consistent-hash",
                ]),
                "The exchange's type; it must be that of an exchange that exists.",
            )
            .to(&["exchangeType"]),
            Field::required(
                "routing-key",
                FieldType::TEXT,
                "Which messages of the exchange: the key of the binding. An exchange of type `fanout` \
                 ignores it, but Argo demands one.",
            )
            .to(&["routingKey"]),
            FORMAT,
        ],
        blocks: &[
            Nested::one("declare", &DECLARE),
            Nested::one("queue", &QUEUE),
            Nested::one("consume", &CONSUME),
            Nested::one("auth", &BASIC_AUTH),
            Nested::one("tls", &TLS),
            Nested::one("reconnect", &RECONNECT),
        ],
        groups: &[Group {
            name: "address",
            alternatives: &[&["url"], &["url-secret"]],
            required: true,
            exclusive: true,
        }],
        always: &[
            Constant::new(&["exchangeDeclare", "durable"], "true"),
            Constant::new(&["queueDeclare", "name"], r#""{name}""#),
            Constant::new(&["queueDeclare", "durable"], "true"),
            Constant::new(&["consume", "autoAck"], "true"),
        ],
        ..Block::EMPTY
    },
    per_event: &["routing-key"],
    rollout: Rollout::Recreate,
    handover: Handover::Group,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[
            ("content-type", "contentType", "string"),
            ("content-encoding", "contentEncoding", "string"),
            ("delivery-mode", "deliveryMode", "int"),
            ("priority", "priority", "int"),
            ("correlation-id", "correlationId", "string"),
            ("reply-to", "replyTo", "string"),
            ("expiration", "expiration", "string"),
            ("message-id", "messageId", "string"),
            ("timestamp", "timestamp", "string"),
            ("type", "type", "string"),
            ("app-id", "appId", "string"),
            ("exchange", "exchange", "string"),
            ("routing-key", "routingKey", "string"),
        ],
        json_body: true,
        raw: RawBody::Base64,
    },
};

/// `declare { … }`, at `exchangeDeclare` upstream.
static DECLARE: Block = Block {
    name: "declare",
    doc: "How the exchange is declared; it must be so already when it exists.",
    fields: &[
        Field::default("durable", FieldType::Bool, "true", "It outlives a restart of the broker.")
            .to(&["exchangeDeclare", "durable"]),
        Field::default("auto-delete", FieldType::Bool, "false", "It goes when its last binding goes.")
            .to(&["exchangeDeclare", "autoDelete"]),
        Field::default("internal", FieldType::Bool, "false", "It takes messages from other exchanges only.")
            .to(&["exchangeDeclare", "internal"]),
        Field::default("no-wait", FieldType::Bool, "false", "Do not wait for the broker's confirmation.")
            .to(&["exchangeDeclare", "noWait"]),
    ],
    ..Block::EMPTY
};

/// `queue { … }`, at `queueDeclare` and `queueBind` upstream.
static QUEUE: Block = Block {
    name: "queue",
    doc: "How the queue is declared and bound; it must be so already when it exists.",
    fields: &[
        Field::optional(
            "name",
            FieldType::Text { max: 255 },
            "Its name; `<orchestrator>-<source>-<event>` when left out.",
        )
        .to(&["queueDeclare", "name"]),
        Field::default("durable", FieldType::Bool, "true", "It outlives a restart of the broker.")
            .to(&["queueDeclare", "durable"]),
        Field::default("auto-delete", FieldType::Bool, "false", "It goes when its last reader goes.")
            .to(&["queueDeclare", "autoDelete"]),
        Field::default(
            "exclusive",
            FieldType::Bool,
            "false",
            "It belongs to one connection and goes with it. Then a moving pipeline loses messages.",
        )
        .to(&["queueDeclare", "exclusive"]),
        Field::default(
            "no-wait",
            FieldType::Bool,
            "false",
            "Take it for declared; do not wait for the broker.",
        )
        .to(&["queueDeclare", "noWait"]),
        Field::optional(
            "arguments",
            FieldType::TEXT,
            "Optional arguments (`x-…`) as YAML: `\"x-queue-type: quorum\"`.",
        )
        .to(&["queueDeclare", "arguments"]),
        Field::default("bind-no-wait", FieldType::Bool, "false", "Do not wait until the queue is bound.")
            .to(&["queueBind", "noWait"]),
    ],
    ..Block::EMPTY
};

/// `consume { … }`.
static CONSUME: Block = Block {
    name: "consume",
    doc: "How the queue is read.",
    fields: &[
        Field::optional(
            "tag",
            FieldType::TEXT,
            "The name of this reader at the broker; a generated one when left out.",
        )
        .to(&["consume", "consumerTag"]),
        Field::default(
            "auto-ack",
            FieldType::Bool,
            "true",
            "Messages count as delivered when they are sent. With `false` none ever does, for Argo 1.9.11 \
             acknowledges nothing: all come again with each connection.",
        )
        .to(&["consume", "autoAck"]),
        Field::default("exclusive", FieldType::Bool, "false", "Be the only reader of the queue, or fail.")
            .to(&["consume", "exclusive"]),
        Field::default("no-local", FieldType::Bool, "false", "RabbitMQ ignores it.")
            .to(&["consume", "noLocal"]),
        Field::default("no-wait", FieldType::Bool, "false", "Do not wait for the broker's confirmation.")
            .to(&["consume", "noWait"]),
    ],
    ..Block::EMPTY
};
