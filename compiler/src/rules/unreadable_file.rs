//! E0001 unreadable-file.

super::rule! {
    code: "E0001",
    name: "unreadable-file",
    level: Error,
    summary: "A file given on the command line cannot be read.",
    page: include_str!("pages/E0001.md"),
}
