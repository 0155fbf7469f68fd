//! E0121 misplaced-option.

super::rule! {
    code: "E0121",
    name: "misplaced-option",
    level: Error,
    summary: "An option behind the first statement of a body.",
    page: include_str!("pages/E0121.md"),
}
