//! E0123 missing-expression.

super::rule! {
    code: "E0123",
    name: "missing-expression",
    level: Error,
    summary: "An expression, operand or event logic is missing (`speed >`, `where {`, `on {`, `[]` behind an event).",
    page: include_str!("pages/E0123.md"),
}
