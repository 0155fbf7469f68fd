//! E0113 bad-escape.

super::rule! {
    code: "E0113",
    name: "bad-escape",
    level: Error,
    summary: "An unknown escape in a string.",
    page: include_str!("pages/E0113.md"),
}
