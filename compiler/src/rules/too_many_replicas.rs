//! E0704 too-many-replicas.

super::rule! {
    code: "E0704",
    name: "too-many-replicas",
    level: Error,
    summary: "More replicas than candidates.",
    page: "",
}
