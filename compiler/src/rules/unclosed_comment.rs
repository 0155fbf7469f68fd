//! E0111 unclosed-comment.

super::rule! {
    code: "E0111",
    name: "unclosed-comment",
    level: Error,
    summary: "`/*` without `*/`.",
    page: include_str!("pages/E0111.md"),
}
