//! E0226 unknown-source.

super::rule! {
    code: "E0226",
    name: "unknown-source",
    level: Error,
    summary: "`source.event` with an unknown source.",
    page: include_str!("pages/E0226.md"),
}
