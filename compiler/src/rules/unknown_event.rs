//! E0201 unknown-event.

super::rule! {
    code: "E0201",
    name: "unknown-event",
    level: Error,
    summary: "A rule, `send` or `emit` names an event that nothing declares.",
    page: include_str!("pages/E0201.md"),
}
