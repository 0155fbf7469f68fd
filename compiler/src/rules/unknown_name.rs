//! E0208 unknown-name.

super::rule! {
    code: "E0208",
    name: "unknown-name",
    level: Error,
    summary: "A name in an expression that nothing declares.",
    page: include_str!("pages/E0208.md"),
}
