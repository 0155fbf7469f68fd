//! E0117 event-type-block.

super::rule! {
    code: "E0117",
    name: "event-type-block",
    level: Error,
    summary: "`event v: { path: \"/v\" }` reads as a type.",
    page: include_str!("pages/E0117.md"),
}
