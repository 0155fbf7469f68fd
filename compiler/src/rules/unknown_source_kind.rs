//! E0211 unknown-source-kind.

super::rule! {
    code: "E0211",
    name: "unknown-source-kind",
    level: Error,
    summary: "`source x: KIND` with a kind that Argo Events does not have.",
    page: include_str!("pages/E0211.md"),
}
