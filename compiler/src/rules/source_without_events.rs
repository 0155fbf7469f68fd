//! E0512 source-without-events.

super::rule! {
    code: "E0512",
    name: "source-without-events",
    level: Error,
    summary: "A source that declares no event.",
    page: include_str!("pages/E0512.md"),
}
