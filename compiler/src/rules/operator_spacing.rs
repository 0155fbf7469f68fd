//! E0126 operator-spacing.

super::rule! {
    code: "E0126",
    name: "operator-spacing",
    level: Error,
    summary: "Binary `-`, `/` or `%` without spaces on both sides.",
    page: include_str!("pages/E0126.md"),
}
