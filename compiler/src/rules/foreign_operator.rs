//! E0125 foreign-operator.

super::rule! {
    code: "E0125",
    name: "foreign-operator",
    level: Error,
    summary: "`&&`, `||`, `!x`, `===`, `<>`, `=` in an expression; the fix writes EFL's.",
    page: include_str!("pages/E0125.md"),
}
