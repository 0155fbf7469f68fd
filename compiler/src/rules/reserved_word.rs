//! E0127 reserved-word.

super::rule! {
    code: "E0127",
    name: "reserved-word",
    level: Error,
    summary: "A reserved word as a name: `let in = …`, `param true: …`.",
    page: include_str!("pages/E0127.md"),
}
