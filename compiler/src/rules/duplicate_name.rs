//! E0212 duplicate-name.

super::rule! {
    code: "E0212",
    name: "duplicate-name",
    level: Error,
    summary: "Two declarations of one name in one scope.",
    page: "",
}
