//! E0122 duplicate-clause.

super::rule! {
    code: "E0122",
    name: "duplicate-clause",
    level: Error,
    summary: "`within`, `by`, `where`, `placement`, `on failure`, `else` … twice.",
    page: include_str!("pages/E0122.md"),
}
