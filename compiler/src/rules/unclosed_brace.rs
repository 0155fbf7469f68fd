//! E0108 unclosed-brace.

super::rule! {
    code: "E0108",
    name: "unclosed-brace",
    level: Error,
    summary: "`{` without `}`.",
    page: include_str!("pages/E0108.md"),
}
