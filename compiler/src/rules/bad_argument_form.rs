//! E0318 bad-argument-form.

super::rule! {
    code: "E0318",
    name: "bad-argument-form",
    level: Error,
    summary: "Positional and named arguments mixed, or several positional ones to a function.",
    page: include_str!("pages/E0318.md"),
}
