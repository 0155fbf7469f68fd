//! E0108 unclosed-brace.

super::rule! {
    code: "E0108",
    name: "unclosed-brace",
    level: Error,
    summary: "`{` without `}`.",
    page: "",
}
