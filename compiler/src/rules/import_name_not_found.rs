//! E0216 import-name-not-found.

super::rule! {
    code: "E0216",
    name: "import-name-not-found",
    level: Error,
    summary: "The imported file does not declare the name.",
    page: include_str!("pages/E0216.md"),
}
