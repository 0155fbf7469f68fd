//! E0103 missing-name.

super::rule! {
    code: "E0103",
    name: "missing-name",
    level: Error,
    summary: "A declaration, parameter, alias or `let` without its name.",
    page: include_str!("pages/E0103.md"),
}
