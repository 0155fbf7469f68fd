//! E0321 duplicate-field.

super::rule! {
    code: "E0321",
    name: "duplicate-field",
    level: Error,
    summary: "A field or unnamed nested block given twice in one block.",
    page: include_str!("pages/E0321.md"),
}
