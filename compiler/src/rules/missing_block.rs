//! E0106 missing-block.

super::rule! {
    code: "E0106",
    name: "missing-block",
    level: Error,
    summary: "A declaration or statement without its `{ … }`.",
    page: include_str!("pages/E0106.md"),
}
