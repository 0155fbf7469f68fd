//! E0206 unknown-field.

super::rule! {
    code: "E0206",
    name: "unknown-field",
    level: Error,
    summary: "A field that this block, source kind or declaration does not have.",
    page: include_str!("pages/E0206.md"),
}
