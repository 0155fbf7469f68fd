//! E0104 missing-value.

super::rule! {
    code: "E0104",
    name: "missing-value",
    level: Error,
    summary: "`key:` without a value.",
    page: "",
}
