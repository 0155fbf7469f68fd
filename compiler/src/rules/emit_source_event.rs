//! E0806 emit-source-event.

super::rule! {
    code: "E0806",
    name: "emit-source-event",
    level: Error,
    summary: "`emit` of an event that belongs to a source.",
    page: include_str!("pages/E0806.md"),
}
