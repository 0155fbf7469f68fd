//! `mqtt`: messages of an MQTT broker.

use super::common::{BASIC_AUTH, FORMAT, RECONNECT, TLS};
use crate::catalog::{
    Block, Constant, Field, FieldType, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// Messages of an MQTT broker.
pub(super) static MQTT: SourceKind = SourceKind {
    name: "mqtt",
    key: "mqtt",
    doc: "Messages of an MQTT broker (3.1.1). Under `meta.topic` is the topic a message came on, which \
          tells devices apart when the filter has wildcards.\n\n\
          **Delivery:** at most once. Argo subscribes with quality of service 0, so the broker sends each \
          message once and keeps none while the source is away.\n\n\
          **While a pipeline moves:** the source leaves the old cluster before it starts on the new one; \
          what is published in between is lost, unless the publisher retains it.",
    example: r#"source radar: mqtt {
  url: "tcp://mosquitto.edge:1883"
  event overspeed: { plate: string, speed: number } { topic: "radar/+/speed" }
}"#,
    block: &Block {
        name: "mqtt source",
        fields: &[
            Field::required(
                "url",
                FieldType::Url { schemes: &["tcp", "mqtt", "tls", "ssl", "mqtts", "ws", "wss"] },
                "The broker: `tcp://host:1883`, or `tls://host:8883` with the block `tls`.",
            )
            .to(&["url"]),
            Field::required(
                "topic",
                FieldType::Pattern {
                    regex: r"#|(\+|[^+#/]+)(/(\+|[^+#/]*))*(/#)?|(/(\+|[^+#/]*))+(/#)?|/#",
                    what: "an MQTT topic filter: `+` stands for one whole level, `#` for all that follow",
                },
                "The topic, or a filter: `+` for any one level, `#` at the end for all below.",
            )
            .to(&["topic"]),
            Field::optional(
                "client-id",
                FieldType::Text { max: 65_535 },
                "The client identifier, unique at the broker: of two clients with one name the broker \
                 disconnects one. `<orchestrator>-<source>-<event>` when left out.",
            )
            .to(&["clientId"]),
            FORMAT,
        ],
        blocks: &[
            Nested::one("auth", &BASIC_AUTH),
            Nested::one("tls", &TLS),
            Nested::one("reconnect", &RECONNECT),
        ],
        always: &[Constant::new(&["clientId"], r#""{name}""#)],
        ..Block::EMPTY
    },
    per_event: &["topic", "client-id"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[("topic", "topic", "string"), ("message-id", "messageId", "int")],
        json_body: true,
        raw: RawBody::Base64,
    },
};
