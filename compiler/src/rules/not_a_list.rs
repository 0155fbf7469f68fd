//! E0314 not-a-list.

super::rule! {
    code: "E0314",
    name: "not-a-list",
    level: Error,
    summary: "`for … in`, `x[0]` or `in` on something that is no list.",
    page: include_str!("pages/E0314.md"),
}
