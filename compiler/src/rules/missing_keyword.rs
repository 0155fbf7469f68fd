//! E0124 missing-keyword.

super::rule! {
    code: "E0124",
    name: "missing-keyword",
    level: Error,
    summary: "`on`, `from`, `in`, `for`, `times`, `returns` is missing where nothing else may stand.",
    page: include_str!("pages/E0124.md"),
}
