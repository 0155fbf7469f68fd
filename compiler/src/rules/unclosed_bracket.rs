//! E0109 unclosed-bracket.

super::rule! {
    code: "E0109",
    name: "unclosed-bracket",
    level: Error,
    summary: "`[` or `(` without its partner.",
    page: include_str!("pages/E0109.md"),
}
