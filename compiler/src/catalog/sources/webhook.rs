//! `webhook`: HTTP requests to the source itself.

use super::common::{BODY_LIMIT, SERVER_CERT};
use crate::catalog::{
    Block, Constant, Encode, Field, FieldType, Handover, Payload, RawBody, Rollout, SourceKind,
};

/// HTTP requests to the source itself.
pub(super) static WEBHOOK: SourceKind = SourceKind {
    name: "webhook",
    key: "webhook",
    doc: "HTTP requests to the source itself, at `http://<node>:<node-port><path>`.\n\n\
          The body of a POST is JSON, or a form (`application/x-www-form-urlencoded`: each field a list of \
          texts); of a GET it is the query (each key a list of texts). Anything else is answered 400. Under \
          `meta.header` are the request's headers, each a list of texts, with what was in `Authorization` \
          masked.\n\n\
          **Delivery:** the sender gets 200 when the bus has the event, 500 when it has not and should send \
          again. One request at a time is taken per path.\n\n\
          **While a pipeline moves:** nothing is lost. The source and its ingress run on every candidate, \
          always.",
    example: r#"source roadside: webhook {
  port: 12000
  auth: secret("roadside", "token")
  event vehicle: { plate: string, speed: number } { path: "/vehicle" }
}"#,
    block: &Block {
        name: "webhook source",
        fields: &[
            Field::required(
                "path",
                FieldType::HttpPath,
                "The path of the event, unique among events on its port; `/health` is taken. A `{segment}` \
                 in braces stands for any one segment.",
            )
            .to(&["endpoint"]),
            Field::required(
                "port",
                FieldType::PORT,
                "The port the source listens on in its pod, 1 to 65535 but not 7777. Events may share it.",
            )
            .encoded(&["port"], Encode::Text),
            Field::default(
                "method",
                FieldType::Word(&["GET", "POST"]),
                "POST",
                "The HTTP method of the requests; Argo reads the bodies of no others.",
            )
            .to(&["method"]),
            Field::optional(
                "auth",
                FieldType::Secret,
                "A token that requests must carry as `Authorization: Bearer <token>`. Left out, anybody who \
                 reaches the port can send events.",
            )
            .to(&["authSecret"]),
            Field::grouped(
                "server-cert",
                SERVER_CERT.name,
                FieldType::Secret,
                "The certificate (PEM) with which the source speaks TLS; needs `server-key`.",
            )
            .to(&["serverCertSecret"]),
            Field::grouped(
                "server-key",
                SERVER_CERT.name,
                FieldType::Secret,
                "The key (PEM) of `server-cert`.",
            )
            .to(&["serverKeySecret"]),
            BODY_LIMIT.to(&["maxPayloadSize"]),
        ],
        groups: &[SERVER_CERT],
        always: &[Constant::new(&["method"], r#""POST""#), Constant::new(&["url"], r#""""#)],
        ..Block::EMPTY
    },
    per_event: &["path"],
    rollout: Rollout::Rolling,
    handover: Handover::Everywhere,
    listens: true,
    authenticates: &["auth"],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[("header", "header", "map<list<string>>")],
        json_body: false,
        raw: RawBody::None,
    },
};
