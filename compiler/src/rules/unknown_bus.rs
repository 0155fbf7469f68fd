//! E0209 unknown-bus.

super::rule! {
    code: "E0209",
    name: "unknown-bus",
    level: Error,
    summary: "`bus:` names no bus.",
    page: include_str!("pages/E0209.md"),
}
