//! E0104 missing-value.

super::rule! {
    code: "E0104",
    name: "missing-value",
    level: Error,
    summary: "`key:` without a value.",
    page: include_str!("pages/E0104.md"),
}
