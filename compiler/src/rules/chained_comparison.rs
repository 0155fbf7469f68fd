//! E0116 chained-comparison.

super::rule! {
    code: "E0116",
    name: "chained-comparison",
    level: Error,
    summary: "`1 < x < 5`, `a == b == c`.",
    page: include_str!("pages/E0116.md"),
}
