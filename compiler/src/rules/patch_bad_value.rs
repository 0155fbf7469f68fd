//! E0914 patch-bad-value.

super::rule! {
    code: "E0914",
    name: "patch-bad-value",
    level: Error,
    summary: "A patch value that the upstream schema refuses.",
    page: include_str!("pages/E0914.md"),
}
