//! E0911 patch-kind.

super::rule! {
    code: "E0911",
    name: "patch-kind",
    level: Error,
    summary: "A patch of a kind that the declaration does not become.",
    page: include_str!("pages/E0911.md"),
}
