//! E0609 reserved-mount.

super::rule! {
    code: "E0609",
    name: "reserved-mount",
    level: Error,
    summary: "A mount path or container name that Knative keeps for itself (`/`, `/dev`, `queue-proxy`).",
    page: "",
}
