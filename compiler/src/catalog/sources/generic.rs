//! `generic`: events of a gRPC server of one's own.

use super::common::{FORMAT, exclusive};
use crate::catalog::{Block, Constant, Field, FieldType, Handover, Payload, RawBody, Rollout, SourceKind};

/// Events of a gRPC server of one's own.
pub(super) static GENERIC: SourceKind = SourceKind {
    name: "generic",
    key: "generic",
    doc: concat!(
        "Events of a gRPC server of one's own, which implements `Eventing` of \
         `argo-events/pkg/eventsources/sources/generic/generic.proto`. Argo speaks to it without TLS: it \
         knows no other way.\n\n\
         **Delivery:** at most once. The server is not told whether the bus has an event.\n\n",
        exclusive!()
    ),
    example: r#"source scada: generic {
  url: "scada-bridge.plant.svc:50051"
  event tag: { tag: string, value: number } { config: "tags: [pressure]" }
}"#,
    block: &Block {
        name: "generic source",
        fields: &[
            Field::required("url", FieldType::TEXT, "The server, `host:port` or a name gRPC knows.")
                .to(&["url"]),
            Field::required(
                "config",
                FieldType::TEXT,
                "What the server is told about the event; its meaning is the server's.",
            )
            .to(&["config"]),
            Field::optional("auth", FieldType::Secret, "A token sent as `authorization: Bearer <token>`.")
                .to(&["authSecret"]),
            FORMAT,
        ],
        // Without it 1.9.11 has no transport credentials at all and gRPC refuses (`generic/start.go`, `connect`).
        always: &[Constant::new(&["insecure"], "true")],
        ..Block::EMPTY
    },
    per_event: &["config"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: Payload { body: Some("body"), ty: "any", meta: &[], json_body: true, raw: RawBody::Base64 },
};
