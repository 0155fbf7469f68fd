//! E0210 unknown-block.

super::rule! {
    code: "E0210",
    name: "unknown-block",
    level: Error,
    summary: "A nested block that may not stand here.",
    page: include_str!("pages/E0210.md"),
}
