//! E0809 empty-block.

super::rule! {
    code: "E0809",
    name: "empty-block",
    level: Warning,
    summary: "`parallel`, `if`, `for`, `retry` or a handler without a statement.",
    page: include_str!("pages/E0809.md"),
}
