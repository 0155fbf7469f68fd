//! E0119 stray-operator.

super::rule! {
    code: "E0119",
    name: "stray-operator",
    level: Error,
    summary: "An operator without a left operand, or a line that begins with one.",
    page: include_str!("pages/E0119.md"),
}
