//! E0114 missing-separator.

super::rule! {
    code: "E0114",
    name: "missing-separator",
    level: Error,
    summary: "Two items on one line without a comma, two statements on one line.",
    page: include_str!("pages/E0114.md"),
}
