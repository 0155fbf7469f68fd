//! E0204 unknown-cluster.

super::rule! {
    code: "E0204",
    name: "unknown-cluster",
    level: Error,
    summary: "A cluster that no fleet in scope declares.",
    page: include_str!("pages/E0204.md"),
}
