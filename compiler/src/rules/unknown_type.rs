//! E0205 unknown-type.

super::rule! {
    code: "E0205",
    name: "unknown-type",
    level: Error,
    summary: "A type name that nothing declares.",
    page: include_str!("pages/E0205.md"),
}
