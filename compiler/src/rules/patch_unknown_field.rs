//! E0910 patch-unknown-field.

super::rule! {
    code: "E0910",
    name: "patch-unknown-field",
    level: Error,
    summary: "A patch with a field that the upstream schema does not have.",
    page: include_str!("pages/E0910.md"),
}
