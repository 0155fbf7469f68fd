//! E0129 misplaced-handler.

super::rule! {
    code: "E0129",
    name: "misplaced-handler",
    level: Error,
    summary: "`on failure` or `on exit` before a statement, or not in the outermost body.",
    page: include_str!("pages/E0129.md"),
}
