//! `file`, `sftp` and `hdfs`: changes of files in a directory of the pod, of an SFTP server, of HDFS.

use super::common::exclusive;
use crate::catalog::{
    Block, Constant, Encode, Field, FieldType, Group, Handover, Nested, Payload, RawBody, Rollout, SECOND,
    SourceKind,
};

/// Changes of files in a directory of the pod.
pub(super) static FILE: SourceKind = SourceKind {
    name: "file",
    key: "file",
    doc: concat!(
        "Changes of files in a directory that is mounted into the source's pod (`patch EventSource` adds \
         the volume). The directory must exist when the source starts; directories in it are not watched. \
         The payload is `{ name, op }`: the file's path, and what happened as a number (1 created, 2 \
         written, 4 removed, 8 renamed, 16 its mode changed).\n\n\
         **Delivery:** at most once. What happens while the source is away is not noticed.\n\n",
        exclusive!()
    ),
    example: r#"source inbox: file {
  directory: "/inbox/"
  event order { on: create, pattern: ".*[.]xml" }
}"#,
    block: &Block {
        name: "file source",
        fields: &[
            Field::required(
                "on",
                FieldType::Word(&["create", "write", "remove", "rename", "chmod"]),
                "What must happen to a file.",
            )
            .encoded(&["eventType"], Encode::Upper),
            Field::required("directory", DIRECTORY, DIRECTORY_DOC).to(&["watchPathConfig", "directory"]),
            Field::grouped("path", "which", RELATIVE, PATH_DOC).to(&["watchPathConfig", "path"]),
            Field::grouped("pattern", "which", FieldType::TEXT, PATTERN_DOC)
                .to(&["watchPathConfig", "pathRegexp"]),
            Field::default(
                "polling",
                FieldType::Bool,
                "false",
                "Look ten times a second instead of being told by the kernel: for file systems over the \
                 network.",
            )
            .to(&["polling"]),
        ],
        groups: &[WHICH],
        ..Block::EMPTY
    },
    per_event: &["on", "path", "pattern"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: CHANGE,
};

/// Changes of files on an SFTP server.
pub(super) static SFTP: SourceKind = SourceKind {
    name: "sftp",
    key: "sftp",
    doc: concat!(
        "New, changed and removed files in a directory of an SFTP server, looked at every ten seconds. The \
         payload is `{ name, op }`: the file's name, and what happened as a number (1 created or changed, 4 \
         removed).\n\n\
         **Delivery:** at most once. What happens while the source is away is not noticed.\n\n",
        exclusive!()
    ),
    example: r#"source deliveries: sftp {
  address: secret("sftp", "address")
  username: secret("sftp", "username")
  password: secret("sftp", "password")
  directory: "/in/"
  event list { on: create, pattern: ".*[.]csv" }
}"#,
    block: &Block {
        name: "sftp source",
        fields: &[
            Field::required("address", FieldType::Secret, "The server, `host:port`, in a Secret.")
                .to(&["address"]),
            Field::required("username", FieldType::Secret, "The name to log in with.").to(&["username"]),
            Field::grouped(
                "password",
                "login",
                FieldType::Secret,
                "The password. Argo then trusts any server.",
            )
            .to(&["password"]),
            Field::grouped(
                "ssh-key",
                "login",
                FieldType::Secret,
                "A private key, followed in the same text by the server's public key, which the server must \
                 have.",
            )
            .to(&["sshKeySecret"]),
            Field::required(
                "on",
                FieldType::Word(&["create", "remove"]),
                "What must happen to a file; a changed file is `create` too.",
            )
            .encoded(&["eventType"], Encode::Upper),
            Field::required("directory", DIRECTORY, DIRECTORY_DOC).to(&["watchPathConfig", "directory"]),
            Field::grouped("path", "which", RELATIVE, PATH_DOC).to(&["watchPathConfig", "path"]),
            Field::grouped("pattern", "which", FieldType::TEXT, PATTERN_DOC)
                .to(&["watchPathConfig", "pathRegexp"]),
        ],
        groups: &[
            WHICH,
            Group {
                name: "login",
                alternatives: &[&["password"], &["ssh-key"]],
                required: true,
                exclusive: true,
            },
        ],
        // Argo 1.9.11 ignores a valid period, and without one it looks without a pause (`sftp/start.go`).
        always: &[Constant::new(&["pollIntervalDuration"], r#""10s""#)],
        ..Block::EMPTY
    },
    per_event: &["on", "path", "pattern"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: CHANGE,
};

/// Changes of files in HDFS.
pub(super) static HDFS: SourceKind = SourceKind {
    name: "hdfs",
    key: "hdfs",
    doc: concat!(
        "Changes of files in a directory of HDFS, looked at every so often. The payload is `{ name, op }`: \
         the file's path, and what happened as a number (1 created, 2 written, 4 removed, 8 renamed, 16 its \
         mode changed; added up when several).\n\n\
         **Delivery:** at most once. What happens while the source is away is not noticed; files that are \
         there when it starts count as created.\n\n",
        exclusive!()
    ),
    example: r#"source lake: hdfs {
  addresses: ["namenode.lake.example:8020"]
  user: "efl"
  directory: "/landing/"
  event batch { on: [create], pattern: ".*[.]parquet" }
}"#,
    block: &Block {
        name: "hdfs source",
        fields: &[
            Field::required(
                "addresses",
                FieldType::List(&FieldType::HOST_PORT),
                "Name nodes, each `host:port`.",
            )
            .to(&["addresses"]),
            Field::required(
                "on",
                FieldType::List(&FieldType::Word(&["create", "write", "remove", "rename", "chmod"])),
                "What may happen to a file.",
            )
            .encoded(&["type"], Encode::UpperPiped),
            Field::required("directory", DIRECTORY, DIRECTORY_DOC).to(&["directory"]),
            Field::grouped("path", "which", RELATIVE, PATH_DOC).to(&["path"]),
            Field::grouped("pattern", "which", FieldType::TEXT, PATTERN_DOC).to(&["pathRegexp"]),
            Field::default(
                "every",
                FieldType::Duration { min: SECOND, max: u64::MAX },
                "1m",
                "How often it looks.",
            )
            .to(&["checkInterval"]),
            Field::grouped(
                "user",
                "login",
                FieldType::TEXT,
                "The user to be, where the cluster has no Kerberos.",
            )
            .to(&["hdfsUser"]),
        ],
        blocks: &[Nested::one("kerberos", &KERBEROS)],
        groups: &[
            WHICH,
            Group {
                name: "login",
                alternatives: &[&["user"], &["kerberos"]],
                required: true,
                exclusive: true,
            },
        ],
        ..Block::EMPTY
    },
    per_event: &["on", "path", "pattern"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: CHANGE,
};

/// `kerberos { … }` of HDFS.
static KERBEROS: Block = Block {
    name: "kerberos",
    doc: "The login with Kerberos: a credential cache, or a keytab with its user and realm.",
    fields: &[
        Field::required("config", FieldType::Config, "The `krb5.conf`.").to(&["krbConfigConfigMap"]),
        Field::required("service", FieldType::TEXT, "The principal of the name nodes: `nn/_HOST`.")
            .to(&["krbServicePrincipalName"]),
        Field::grouped("cache", "credentials", FieldType::Secret, "A credential cache.")
            .to(&["krbCCacheSecret"]),
        Field::grouped("keytab", "credentials", FieldType::Secret, "A keytab; needs `user` and `realm`.")
            .to(&["krbKeytabSecret"]),
        Field::grouped("user", "credentials", FieldType::TEXT, "The user of the keytab.")
            .to(&["krbUsername"]),
        Field::grouped("realm", "credentials", FieldType::TEXT, "The realm of the keytab.").to(&["krbRealm"]),
    ],
    groups: &[Group {
        name: "credentials",
        alternatives: &[&["cache"], &["keytab", "user", "realm"]],
        required: true,
        exclusive: true,
    }],
    ..Block::EMPTY
};

/// Argo cuts the directory off a file's path as text, so that without the `/` no `path` would ever match.
const DIRECTORY: FieldType =
    FieldType::Pattern { regex: "/(.*/)?", what: "an absolute directory that ends with `/`" };
const DIRECTORY_DOC: &str = "The directory, absolute and with a `/` at its end.";
const RELATIVE: FieldType = FieldType::Pattern { regex: "[^/].*", what: "a path within the directory" };
const PATH_DOC: &str = "The one file, relative to `directory`.";
const PATTERN_DOC: &str = "Files by their path relative to `directory`: a regular expression (RE2) that may \
                           match anywhere in it, so anchor it with `^` and `$`.";

/// Which files.
const WHICH: Group =
    Group { name: "which", alternatives: &[&["path"], &["pattern"]], required: true, exclusive: true };

/// Upstream: `argo-events/pkg/eventsources/common/fsevent/fileevent.go`.
const CHANGE: Payload =
    Payload { body: None, ty: "{ name: string, op: int }", meta: &[], json_body: false, raw: RawBody::None };
