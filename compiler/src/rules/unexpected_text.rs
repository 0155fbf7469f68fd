//! E0101 unexpected-text.

super::rule! {
    code: "E0101",
    name: "unexpected-text",
    level: Error,
    summary: "Text that fits nothing here (also `;`).",
    page: include_str!("pages/E0101.md"),
}
