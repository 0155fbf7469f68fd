//! E0511 event-only-field.

super::rule! {
    code: "E0511",
    name: "event-only-field",
    level: Error,
    summary: "A field that tells events apart (`path`, `topic`) given on a source with several events.",
    page: include_str!("pages/E0511.md"),
}
