//! E0228 unknown-bus-kind.

super::rule! {
    code: "E0228",
    name: "unknown-bus-kind",
    level: Error,
    summary: "`bus x: KIND` with a kind other than `jetstream`.",
    page: include_str!("pages/E0228.md"),
}
