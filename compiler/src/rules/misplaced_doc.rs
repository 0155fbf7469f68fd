//! E0115 misplaced-doc.

super::rule! {
    code: "E0115",
    name: "misplaced-doc",
    level: Warning,
    summary: "`///` where nothing can carry it.",
    page: include_str!("pages/E0115.md"),
}
