//! E0118 nested-too-deep.

super::rule! {
    code: "E0118",
    name: "nested-too-deep",
    level: Error,
    summary: "More than 64 levels of nesting.",
    page: include_str!("pages/E0118.md"),
}
