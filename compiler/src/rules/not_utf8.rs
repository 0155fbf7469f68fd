//! E0002 not-utf8.

super::rule! {
    code: "E0002",
    name: "not-utf8",
    level: Error,
    summary: "The file is not UTF-8; the first bad byte is marked.",
    page: include_str!("pages/E0002.md"),
}
