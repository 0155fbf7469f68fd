//! `pulsar`: messages of Apache Pulsar topics.

use super::common::{FORMAT, RECONNECT, group};
use crate::catalog::{
    Block, CLIENT_CERT, Constant, Field, FieldType, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// Messages of Apache Pulsar topics.
pub(super) static PULSAR: SourceKind = SourceKind {
    name: "pulsar",
    key: "pulsar",
    doc: concat!(
        "Messages of Apache Pulsar topics. Under `meta` are `key` and `publish-time` (as Go prints a time). \
         The subscription's name is the event's, and Argo lets nobody change it: two pipelines that read \
         one topic under one event name share its messages.\n\n\
         **Delivery:** at most once: a message is acknowledged even when the bus did not take it.\n\n",
        group!()
    ),
    example: r#"source trams: pulsar {
  url: "pulsar://pulsar.transit.example:6650"
  event position: { tram: string, lat: number, lon: number } { topics: ["persistent://transit/trams/position"] }
}"#,
    block: &Block {
        name: "pulsar source",
        fields: &[
            Field::required(
                "url",
                FieldType::Url { schemes: &["pulsar", "pulsar+ssl"] },
                "The service: `pulsar://host:6650`, or `pulsar+ssl://host:6651` with the block `tls`.",
            )
            .to(&["url"]),
            Field::required("topics", FieldType::TEXTS, "The topics.").to(&["topics"]),
            Field::default(
                "subscription",
                FieldType::Word(&["exclusive", "shared"]),
                "shared",
                "Whether several readers share the messages. With `exclusive` a second reader is refused, \
                 also the new one while a pipeline moves.",
            )
            .to(&["type"]),
            Field::optional("token", FieldType::Secret, "The login, as a token.").to(&["authTokenSecret"]),
            FORMAT,
        ],
        blocks: &[
            Nested::one("athenz", &ATHENZ),
            Nested::one("tls", &TLS),
            Nested::one("reconnect", &RECONNECT),
        ],
        always: &[Constant::new(&["type"], r#""shared""#)],
        ..Block::EMPTY
    },
    per_event: &["topics"],
    rollout: Rollout::Recreate,
    handover: Handover::Group,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: Some("body"),
        ty: "any",
        meta: &[("key", "key", "string"), ("publish-time", "publishTime", "string")],
        json_body: true,
        raw: RawBody::Base64,
    },
};

/// `athenz { … }`.
static ATHENZ: Block = Block {
    name: "athenz",
    doc: "The login with Athenz.",
    fields: &[
        Field::required(
            "params",
            FieldType::Map(&FieldType::TEXT),
            "Parameters of the Athenz plugin of Pulsar's Go client: `tenantDomain`, `tenantService`, \
             `ztsUrl`, …",
        )
        .to(&["authAthenzParams"]),
        Field::optional("key", FieldType::Secret, "The private key.").to(&["authAthenzSecret"]),
    ],
    ..Block::EMPTY
};

/// `tls { … }`; not the one of the other kinds: Argo reads other fields here.
static TLS: Block = Block {
    name: "tls",
    doc: "Certificates of the connection. A client's certificate is also the login.",
    fields: &[
        Field::optional("ca", FieldType::Secret, "The authority that signed the broker's certificate (PEM).")
            .to(&["tlsTrustCertsSecret"]),
        Field::grouped(
            "cert",
            CLIENT_CERT.name,
            FieldType::Secret,
            "The client's certificate (PEM); needs `key`.",
        )
        .to(&["tls", "clientCertSecret"]),
        Field::grouped("key", CLIENT_CERT.name, FieldType::Secret, "The client's key (PEM); needs `cert`.")
            .to(&["tls", "clientKeySecret"]),
        Field::default(
            "insecure",
            FieldType::Bool,
            "false",
            "Take a broker's certificate that nobody signed.",
        )
        .to(&["tlsAllowInsecureConnection"]),
        Field::default(
            "verify-host",
            FieldType::Bool,
            "false",
            "Compare the broker's name with its certificate.",
        )
        .to(&["tlsValidateHostname"]),
    ],
    groups: &[CLIENT_CERT],
    ..Block::EMPTY
};
