//! E0110 unclosed-string.

super::rule! {
    code: "E0110",
    name: "unclosed-string",
    level: Error,
    summary: "`\"` or `\"\"\"` without its partner.",
    page: include_str!("pages/E0110.md"),
}
