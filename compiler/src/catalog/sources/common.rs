//! What several kinds share: fields of every source, certificates, logins, reconnection, formats.

use crate::catalog::{Block, CLIENT_CERT, Constant, Encode, Field, FieldType, Group};

/// The port of the metrics in the pod of every `EventSource`. Upstream: `argo-events/pkg/eventsources/eventing.go`.
pub const RESERVED_PORT: u16 = 7777;
/// The path that every port of a listening source answers by itself.
/// Upstream: `argo-events/pkg/eventsources/common/webhook/webhook.go`.
pub const RESERVED_PATH: &str = "/health";

const SERVICE_ACCOUNT: Field = Field::optional(
    "service-account",
    FieldType::DnsLabel,
    "The ServiceAccount the source's pod runs as; the namespace's `default` when left out.",
);

const REPLICAS: Field = Field::default(
    "replicas",
    FieldType::Int { min: 1, max: 100 },
    "1",
    "How many pods, on each cluster it runs on. Of kinds that cannot share their work one is active, the others \
     wait.",
);

/// The port on every node at which the outside reaches a source.
const NODE_PORT: Field = Field::optional(
    "node-port",
    FieldType::Int { min: 30_000, max: 32_767 },
    "The port on every node at which the outside reaches the source, the same on every cluster; 30000 to 32767 \
     (the range of a Kubernetes NodePort). Left out: one that each cluster picks. The events of the source must \
     share one port.",
);

/// Fields that any source may have, and no event: they are about its pod.
pub(super) const SOURCE: &[Field] = &[SERVICE_ACCOUNT, REPLICAS];

/// Fields that a source which listens may have, and no event: about its pod and the Service in front of it.
pub(super) const LISTENING: &[Field] = &[NODE_PORT, SERVICE_ACCOUNT, REPLICAS];

/// `format` of kinds whose messages are bytes.
pub(super) const FORMAT: Field = Field::default(
    "format",
    FieldType::Word(&["json", "text", "bytes"]),
    "json",
    "How a message is read: `json` as data, `text` as text (`value`), `bytes` as base64 text (`value`). A \
     message that is no JSON is refused by the source under `json`.",
);

/// `max-payload` of kinds that listen.
pub(super) const BODY_LIMIT: Field = Field::default(
    "max-payload",
    FieldType::Bytes,
    "1Mi",
    "The largest body that is taken; a larger one is refused. The bus takes 1 MB per event unless it is \
     told otherwise.",
);

/// `tls { … }`, at `tls` upstream.
pub(super) const TLS: Block = Block {
    name: "tls",
    doc: "TLS of the connection. An empty block means: TLS, with the authorities of the image. Upstream: \
          `argo-events/pkg/apis/events/v1alpha1/tls.go`.",
    fields: &[
        Field::optional("ca", FieldType::Secret, "The authority that signed the server's certificate (PEM).")
            .to(&["tls", "caCertSecret"]),
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
            "Do not verify the server's certificate; then none of the others is used.",
        )
        .to(&["tls", "insecureSkipVerify"]),
    ],
    groups: &[CLIENT_CERT],
    always: &[Constant::new(&["tls", "enabled"], "true")],
    ..Block::EMPTY
};

/// `auth { username, password }`, at `auth` upstream.
pub(super) const BASIC_AUTH: Block = Block {
    name: "auth",
    doc: "The login at the server.",
    fields: &[
        Field::required("username", FieldType::Secret, "The name.").to(&["auth", "username"]),
        Field::required("password", FieldType::Secret, "The password.").to(&["auth", "password"]),
    ],
    ..Block::EMPTY
};

/// `reconnect { … }`, at `connectionBackoff` upstream.
pub(super) const RECONNECT: Block = Block {
    name: "reconnect",
    doc: "How connecting is tried again when the source starts and the server does not answer. Argo repeats \
          all of it ten times and then gives the event up until its pod restarts. Upstream: \
          `connectionBackoff`.",
    fields: &[
        Field::default("duration", FieldType::Duration { min: 1, max: u64::MAX }, "1s", "The first delay.")
            .to(&["connectionBackoff", "duration"]),
        Field::default(
            "factor",
            FieldType::Number { min: 1.0, max: 100.0 },
            "1",
            "By what each further delay is longer than the one before.",
        )
        .to(&["connectionBackoff", "factor"]),
        Field::default(
            "jitter",
            FieldType::Number { min: 0.0, max: 1.0 },
            "1",
            "Which part of a delay is added to it at random, at most.",
        )
        .to(&["connectionBackoff", "jitter"]),
        Field::default("steps", FieldType::POSITIVE, "5", "How many tries.")
            .to(&["connectionBackoff", "steps"]),
    ],
    ..Block::EMPTY
};

/// The certificate of a source that listens: both or none.
pub(super) const SERVER_CERT: Group = Group {
    name: "server certificate",
    alternatives: &[&["server-cert", "server-key"]],
    required: false,
    exclusive: false,
};

/// `path` of a kind whose server calls back; the fields of such a kind are at `webhook` upstream.
pub(super) const HOOK_PATH: Field = Field::required(
    "path",
    FieldType::HttpPath,
    "The path the server calls, unique among events on its port; `/health` is taken.",
)
.to(&["webhook", "endpoint"]);

/// `port` of a kind whose server calls back.
pub(super) const HOOK_PORT: Field = Field::required(
    "port",
    FieldType::PORT,
    "The port the source listens on in its pod, 1 to 65535 but not 7777. Events may share it.",
)
.encoded(&["webhook", "port"], Encode::Text);

/// `url` of a kind whose server calls back.
pub(super) const HOOK_URL: Field = Field::optional(
    "url",
    FieldType::Url { schemes: &["http", "https"] },
    "Where the server reaches the source from outside, without the path. With it, and a login, the source \
     registers itself at the server when it starts; without, that is done by hand.",
)
.to(&["webhook", "url"]);

/// `auth` of a kind whose server calls back.
pub(super) const HOOK_AUTH: Field = Field::optional(
    "auth",
    FieldType::Secret,
    "A token that requests must carry as `Authorization: Bearer <token>`: for servers, or a proxy, that can \
     send one.",
)
.to(&["webhook", "authSecret"]);

/// `server-cert` of a kind whose server calls back.
pub(super) const HOOK_CERT: Field = Field::grouped(
    "server-cert",
    SERVER_CERT.name,
    FieldType::Secret,
    "The certificate (PEM) with which the source speaks TLS; needs `server-key`.",
)
.to(&["webhook", "serverCertSecret"]);

/// `server-key` of a kind whose server calls back.
pub(super) const HOOK_KEY: Field =
    Field::grouped("server-key", SERVER_CERT.name, FieldType::Secret, "The key (PEM) of `server-cert`.")
        .to(&["webhook", "serverKeySecret"]);

/// `max-payload` of a kind whose server calls back.
pub(super) const HOOK_LIMIT: Field = BODY_LIMIT.to(&["webhook", "maxPayloadSize"]);

/// What the schema demands of such a kind; Argo uses neither when the server registers nothing.
pub(super) const HOOK_METHOD: Constant = Constant::new(&["webhook", "method"], r#""POST""#);
/// See [`HOOK_METHOD`].
pub(super) const HOOK_NO_URL: Constant = Constant::new(&["webhook", "url"], r#""""#);

/// `meta` of such a kind.
pub(super) const HOOK_META: &[(&str, &str, &str)] = &[("header", "headers", "map<list<string>>")];

/// `delete-hook` of such a kind, at `deleteHookOnFinish` upstream.
pub(super) const DELETE_HOOK: Field = Field::default(
    "delete-hook",
    FieldType::Bool,
    "false",
    "Remove the registration when a pod of the source stops. The source runs on every candidate cluster, so \
     leave it off when there are several: the first to stop would silence the others for a minute.",
)
.to(&["deleteHookOnFinish"]);

/// What every kind that listens says about a moving pipeline.
macro_rules! everywhere {
    () => {
        "**While a pipeline moves:** nothing is lost. The source and its ingress run on every candidate, \
         always."
    };
}

/// What every kind says whose events are lost in a gap.
macro_rules! exclusive {
    () => {
        "**While a pipeline moves:** the source leaves the old cluster before it starts on the new one; \
         what happens in between is lost."
    };
}

/// What every kind says whose broker shares its messages.
macro_rules! group {
    () => {
        "**While a pipeline moves:** nothing is lost. Old and new overlap; the broker keeps and shares the \
         messages."
    };
}

pub(super) use {everywhere, exclusive, group};
