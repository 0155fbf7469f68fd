//! E0807 misplaced-return.

super::rule! {
    code: "E0807",
    name: "misplaced-return",
    level: Error,
    summary: "`return` in a rule body, a handler, `parallel` or `for`.",
    page: include_str!("pages/E0807.md"),
}
