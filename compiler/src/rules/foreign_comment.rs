//! E0131 foreign-comment.

super::rule! {
    code: "E0131",
    name: "foreign-comment",
    level: Error,
    summary: "`# comment` or `-- comment`; the fix writes `//`.",
    page: include_str!("pages/E0131.md"),
}
