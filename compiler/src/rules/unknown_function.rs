//! E0202 unknown-function.

super::rule! {
    code: "E0202",
    name: "unknown-function",
    level: Error,
    summary: "A call of a name that is no function, workflow or built-in.",
    page: include_str!("pages/E0202.md"),
}
