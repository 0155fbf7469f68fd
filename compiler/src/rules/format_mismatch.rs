//! E0513 format-mismatch.

super::rule! {
    code: "E0513",
    name: "format-mismatch",
    level: Error,
    summary: "`format: text` or `bytes` with a payload type that is no string.",
    page: include_str!("pages/E0513.md"),
}
